import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { codeOwners, type Owner, ownerText } from '../../src/change/code-owners.ts';

function owns(pattern: string, path: string): boolean {
  return codeOwners(`${pattern} @ada`)(path).length > 0;
}

function named(owners: readonly Owner[]): readonly string[] {
  return owners.map(ownerText);
}

describe('a pattern', () => {
  // What a path is to a pattern by GitHub's own documentation and by gitignore(5): held, then not held.
  it.each([
    ['*', ['a', 'a/b', 'a/b/c.py'], []],
    ['*.py', ['train.py', 'src/deep/train.py'], ['train.pyc', 'py']],
    ['data', ['data', 'data/train.csv', 'old/data', 'old/data/x/y'], ['data2', 'data.csv']],
    ['data/', ['data/train.csv', 'old/data/x/y'], ['data', 'old/data']],
    ['/data/', ['data/train.csv', 'data/a/b'], ['data', 'old/data/train.csv']],
    ['/data', ['data', 'data/a/b'], ['old/data', 'data2']],
    ['src/model', ['src/model', 'src/model/a'], ['lib/src/model', 'src/models']],
    ['docs/*', ['docs/getting-started.md'], ['docs', 'docs/build-app/troubleshooting.md', 'old/docs/a']],
    ['/*', ['a'], ['a/b']],
    ['/*/', ['a/b', 'a/b/c'], ['a']],
    ['/scripts*', ['scripts', 'scripts2/a'], ['my/scripts']],
    ['docs/*.md', ['docs/a.md'], ['docs/b/a.md', 'old/docs/a.md']],
    ['apps/*/model', ['apps/a/model', 'apps/a/model/x'], ['apps/model', 'apps/a/b/model']],
    ['**/logs', ['logs', 'a/logs', 'deep/a/logs/x'], ['a/logs2']],
    ['models/**', ['models/a', 'models/a/b'], ['models', 'old/models/a']],
    ['models/**/', ['models/a', 'models/a/b'], ['models']],
    ['a/**/b', ['a/b', 'a/x/b', 'a/x/y/b/z'], ['x/a/b', 'a/xb']],
    ['a/**/b*', ['a/bc', 'a/x/bc'], ['a/x/cb']],
    ['f?o', ['foo', 'x/f-o'], ['fo', 'fooo', 'f/o']],
    ['f\\*o', ['f*o'], ['foo']],
    ['my\\ data/', ['my data/a'], ['my']],
    ['Data', ['Data'], ['data']],
    ['**', ['a', 'a/b'], []],
    ['{a,b}', ['{a,b}'], ['a']],
    ['.*', ['.env', 'a/.env'], ['env']],
    ['a.b', ['a.b'], ['aab']],
  ])('%s', (pattern, held, others) => {
    expect(held.filter((path) => !owns(pattern, path))).toEqual([]);
    expect(others.filter((path) => owns(pattern, path))).toEqual([]);
  });

  it.each(['!data', '[ab]', 'data[1]', '\\#data', '/', '//'])('%s is none that GitHub knows', (pattern) => {
    expect(codeOwners(`* @root\n${pattern} @ada`)('data')).toEqual([{ kind: 'user', login: 'root' }]);
  });

  it('of a stranger takes no time', () => {
    const pattern = `/${'a*'.repeat(200)}/${'**/a/'.repeat(200)}b`;
    const started = performance.now();

    expect(owns(pattern, `${'a'.repeat(2000)}/${'a/'.repeat(1000)}c`)).toBe(false);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

test('the last line that fits decides, and one without owners takes them away', () => {
  const of = codeOwners('* @root\ndata/ @acme/data ada@acme.test # who knows\ndata/open/\n\t# not this\n');

  expect(named(of('train.py'))).toEqual(['@root']);
  expect(named(of('data/train.csv'))).toEqual(['@acme/data', 'ada@acme.test']);
  expect(of('data/open/a.csv')).toEqual([]);
});

test('a line with somebody who can be nobody is passed over', () => {
  expect(named(codeOwners('* @root\ndata/ ada\nsrc/ @acme/ml/x @ada\n')('data/a'))).toEqual(['@root']);
});

test('a team that would lead a request elsewhere is none', () => {
  expect(named(codeOwners('* @root\ndata/ @acme/..\nsrc/ @acme/.')('data/a'))).toEqual(['@root']);
});

test('a slug is compared as GitHub writes it', () => {
  expect(codeOwners('* @Acme/ML-Leads')('a')).toEqual([{ kind: 'team', organisation: 'Acme', slug: 'ml-leads' }]);
});

test('a file that GitHub does not load has no owners', () => {
  expect(codeOwners(`* @ada\n${'#'.repeat(3_000_001)}`)('a')).toEqual([]);
});

test('no text makes it throw, and owners are those of one line', () => {
  const word = fc.constantFrom(
    '*',
    '**',
    '/',
    'a',
    'b',
    '?',
    '\\',
    ' ',
    '@ada',
    '@acme/ml',
    '#',
    '!',
    '[',
    'x@y.z',
    '\n',
    '',
  );
  fc.assert(
    fc.property(
      fc.array(word, { maxLength: 40 }),
      fc.array(fc.constantFrom('a', 'b', '/'), { maxLength: 9 }),
      (words, path) => {
        const owners = named(codeOwners(words.join(''))(path.join('')));
        expect(
          owners.length === 0 ||
            words
              .join('')
              .split('\n')
              .some((line) => owners.every((owner) => line.includes(owner))),
        ).toBe(true);
      },
    ),
  );
});
