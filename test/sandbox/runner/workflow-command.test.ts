import { describe, expect, it } from 'vitest';
import { parseLines, parsePairs } from '../../../sandbox/runner/environment-file.ts';
import { parseCommand } from '../../../sandbox/runner/workflow-command.ts';

describe('a line of output', () => {
  it.each([
    [
      '::error file=a%2Cb.py,line=3,title=Bad%3A it::one%0Atwo 100%25',
      {
        name: 'error',
        properties: { file: 'a,b.py', line: '3', title: 'Bad: it' },
        data: 'one\ntwo 100%',
      },
    ],
    ['::group::Install', { name: 'group', properties: {}, data: 'Install' }],
    ['  ::add-mask::s3cr::et', { name: 'add-mask', properties: {}, data: 's3cr::et' }],
    ['::Warning file=src/a.ts::', { name: 'warning', properties: { file: 'src/a.ts' }, data: '' }],
    ['::notice file=C:/x,line=1::m', { name: 'notice', properties: { file: 'C:/x', line: '1' }, data: 'm' }],
  ])('%s is a command', (line, command) => {
    expect(parseCommand(line)).toEqual(command);
  });

  it.each(['plain', 'see ::error::inside', '::', '::no end', ':: ::x', 'std::vector<int>::size'])(
    '%s is none',
    (line) => {
      expect(parseCommand(line)).toBeNull();
    },
  );
});

describe('an environment file', () => {
  it('holds pairs and blocks, in order', () => {
    const text = 'a=1\nb=x=y<<z\n\nc<<EOF\nline 1\n\na=2\nEOF\nurl=http://x/?a=b\r\nempty=\n';

    expect(parsePairs(text)).toEqual([
      ['a', '1'],
      ['b', 'x=y<<z'],
      ['c', 'line 1\n\na=2'],
      ['url', 'http://x/?a=b'],
      ['empty', ''],
    ]);
  });

  it.each([
    ['nonsense', "Invalid format 'nonsense'"],
    ['a<<EOF\nx', "Matching delimiter not found 'EOF'"],
    ['=value', 'Name must not be empty'],
    ['a<<', 'Matching delimiter not found'],
  ])('with %j is refused', (text, message) => {
    expect(() => parsePairs(text)).toThrow(message);
  });

  it('of folders has one in each line', () => {
    expect(parseLines('/a\n\n/b c\n')).toEqual(['/a', '/b c']);
  });
});
