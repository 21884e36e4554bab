import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isSameContent, parseDvcFile, parseDvcLock } from '../../src/change/dvc.ts';
import { parseLfsPointer } from '../../src/change/lfs.ts';

const oid = '4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393';
const lfs = `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize 12345\n`;

test('reads the pointer of the Git LFS specification', () => {
  expect(parseLfsPointer(lfs)).toEqual({ digest: `sha256:${oid}`, bytes: 12_345 });
});

test('reads a pointer with extension lines and the old version address', () => {
  const text = lfs.replace('oid', `ext-0-foo sha256:${oid}\noid`).replace('git-lfs.github.com', 'hawser.github.com');

  expect(parseLfsPointer(text)).toMatchObject({ bytes: 12_345 });
});

test.each([
  ['no final line break', lfs.trimEnd()],
  ['carriage returns', lfs.replaceAll('\n', '\r\n')],
  ['keys out of order', `version https://git-lfs.github.com/spec/v1\nsize 12345\noid sha256:${oid}\n`],
  ['version not first', `oid sha256:${oid}\nsize 1\nversion https://git-lfs.github.com/spec/v1\n`],
  ['another version', lfs.replace('v1', 'v9')],
  ['capital hex digits', lfs.replace(oid, oid.toUpperCase())],
  ['a negative size', lfs.replace('12345', '-1')],
  ['a key twice', lfs.replace('size', `oid sha256:${oid}\nsize`)],
  ['more than 1024 bytes', lfs.replace('oid', `ext-0-foo ${'x'.repeat(1100)}\noid`)],
  ['a data file', 'a,b\n1,2\n'],
])('takes no text with %s for a pointer', (_, text) => {
  expect(parseLfsPointer(text)).toBeNull();
});

const dvcFile = `outs:
- md5: a304afb96060aad90176268345e10355.dir
  size: 41
  nfiles: 3
  hash: md5
  path: train
`;

test('reads a .dvc file, its paths taken from its own folder', () => {
  const file = parseDvcFile({ text: dvcFile, path: 'data/train.dvc' });

  expect([...(file?.outs ?? [])]).toEqual([
    ['data/train', { digest: 'md5:a304afb96060aad90176268345e10355.dir', scheme: 'md5', bytes: 41, files: 3 }],
  ]);
});

test('a migration from DVC 2 to DVC 3 hashes is the same content, another hash of one scheme is not', () => {
  const after = { digest: 'md5:b', scheme: 'md5', bytes: 41, files: 3 };

  expect(isSameContent({ ...after, digest: 'md5:a', scheme: 'md5-dos2unix' }, after)).toBe(true);
  expect(isSameContent({ ...after, digest: 'md5:a', scheme: 'md5-dos2unix', bytes: 42 }, after)).toBe(false);
  expect(isSameContent({ ...after, digest: 'md5:a' }, after)).toBe(false);
  expect(isSameContent(null, after)).toBe(false);
});

test('a stage of which only the outs changed has the same cause', () => {
  const lock = (dep: string, out: string) =>
    parseDvcLock({
      path: 'pipeline/dvc.lock',
      text: `schema: '2.0'\nstages:\n  train:\n    cmd: python train.py\n    deps:\n    - {path: train.py, md5: ${dep}, hash: md5, size: 1}\n    params: {params.yaml: {lr: 0.1}}\n    outs:\n    - {path: ../model.onnx, md5: ${out}, hash: md5, size: 9}\n`,
    })?.get('train');

  expect(lock('aa', 'bb')?.cause).toBe(lock('aa', 'cc')?.cause);
  expect(lock('aa', 'bb')?.cause).not.toBe(lock('ab', 'bb')?.cause);
  expect([...(lock('aa', 'bb')?.outs.keys() ?? [])]).toEqual(['model.onnx']);
});

test('no text makes a pointer parser throw', () => {
  const tokens = fc.constantFrom(
    ...[
      'outs:',
      '\n',
      '- ',
      '  ',
      'path: ',
      'md5: ',
      'a',
      '7',
      'deps:\n',
      'schema: "2.0"\n',
      'stages:\n',
      '  s:\n',
      '{',
      '}',
    ],
    ...['[', ']', '&a ', '*a', '__proto__: ', 'version https://git-lfs.github.com/spec/v1\n', 'size 1\n', '..', '\0'],
  );
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(tokens).map((parts) => parts.join('')),
  );

  fc.assert(
    fc.property(texts, (text) => {
      parseLfsPointer(text);
      parseDvcFile({ text, path: 'a/b.dvc' });
      parseDvcLock({ text, path: 'dvc.lock' });
      parseDvcFile({ text: `${dvcFile}${text}`, path: 'a/b.dvc' });
    }),
    { numRuns: 1000 },
  );
});
