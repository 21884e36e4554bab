import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { problemText } from '../../src/error.ts';
import { modelOfManifest, parseManifest, rejectionOf } from '../../src/registry/manifest.ts';
import { digest, handWritten, rejection } from './manifest-builder.ts';

const path = 'models/fraud/release.yml';

test('a manifest that people keep by hand is read, with what it leaves out', () => {
  expect(parseManifest(handWritten, path)).toMatchObject({
    kind: 'valid',
    value: {
      version: '1.4.0',
      artifact: { digest: digest('a'), bytes: 1_048_576 },
      lineage: { data: [{ path: 'data/train.parquet' }], parameters: { rate: 0.1 }, environment: { python: '3.12' } },
      environments: { production: { version: '1.3.0' }, staging: { version: '1.4.0' } },
      rejected: [],
    },
  });
});

describe('a manifest edited into nonsense gets one clear message:', () => {
  test.each<[string, string | RegExp, string, string]>([
    [
      'a misspelt key',
      'lineage:',
      'linaege:',
      '11: `linaege`: expected a known key, found `linaege`; did you mean `lineage`?',
    ],
    [
      'a key in the wrong place',
      'format: onnx',
      'format: onnx\n  commit: x',
      '11: `artifact.commit`: expected a known key, found `commit`; move it into `lineage`',
    ],
    [
      'a digest of the wrong form',
      `digest: ${digest('b')}`,
      `digest: ${'b'.repeat(64)}`,
      '31: `environments.production.digest`: expected a digest, found the text `bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb…`; write `sha256:` and 64 lower-case hexadecimal digits',
    ],
    [
      'a version of another form',
      'version: 1.3.0',
      'version: v1.3',
      '30: `environments.production.version`: expected a semantic version, found the text `v1.3`; write e.g. `1.4.0` or `1.5.0-rc.1`, without `v`',
    ],
    [
      'a version that YAML takes for a number',
      'version: 1.3.0',
      'version: 1.3',
      '30: `environments.production.version`: expected a text, found the number 1.3; put it in quotes: `"1.3"`',
    ],
    [
      'a version with the bytes of another',
      /version: 1\.3\.0/,
      'version: 1.4.0',
      `31: \`environments.production.digest\`: expected the digest of \`1.4.0\` as in \`artifact.digest\`, found \`${digest('b').slice(0, 59)}…\`; correct the digest, or give the other bytes a version of their own`,
    ],
    [
      'a duplicate key',
      'model: fraud',
      'model: fraud\nmodel: fraud',
      '4: `model`: expected each key once, found `model` again; keep one of them',
    ],
    [
      'an anchor',
      'run: run-17',
      'run: &run run-17',
      '13: expected plain values, found an anchor, `&run`; write the value out',
    ],
    ['a tag', 'run: run-17', 'run: !!str 17', '13: expected plain values, found a tag, `!!str`; write the value out'],
    [
      'a key of every object',
      'metrics:',
      'metrics:\n  __proto__: {value: 1}',
      '23: `metrics.__proto__`: expected a known key, found `__proto__`; remove it',
    ],
    [
      'a model that lives elsewhere',
      'model: fraud',
      'model: churn',
      '3: `model`: expected `fraud`, as the folder is called, found `churn`; write it, or move the file',
    ],
    [
      'an address with a password',
      'uri: s3://models/fraud-1.3.0 ',
      'uri: https://me:word@host/x ',
      '32: `environments.production.uri`: expected an address with its scheme and without credentials, found the text `https://…@host/x`; write e.g. `https://…`, `s3://…` or `oci://…`',
    ],
    [
      'a list of files that does not make the digest',
      'format: onnx',
      `format: onnx\n  files: [{path: a.json, digest: "${digest('e')}", bytes: 1}, {path: b.bin, digest: "${digest('f')}", bytes: 1}]`,
      `8: \`artifact.digest\`: expected the digest of the list under \`files\`, found \`${digest('a').slice(0, 59)}…\`; let \`/release\` write both`,
    ],
    [
      'an interval the wrong way round',
      'low: 0.92, high: 0.94',
      'low: 0.94, high: 0.92',
      '23: `metrics.roc-auc.low`: expected at most `high`, which is 0.92, found the number 0.94; swap them',
    ],
    [
      'a number that is none',
      'value: 0.930',
      'value: .nan',
      '23: `metrics.roc-auc.value`: expected a number, found the number NaN; change it: What was measured.',
    ],
    [
      'no document at all',
      /^[\s\S]*$/,
      '# nothing\n',
      '1: expected a release manifest, found no entry; let `/release` write it',
    ],
    ['a list', /^[\s\S]*$/, '- 1\n', '1: expected a mapping, found a list; begin with `format: 1` and `model:`'],
    [
      'too much',
      /$/,
      `# ${'x'.repeat(300_000)}\n`,
      '0: expected at most 300000 bytes, found 301093 bytes; shorten the file',
    ],
  ])('%s', (_, from, to, message) => {
    const text = handWritten.replace(from, to);

    const parsed = parseManifest(text, path);

    const said = parsed.kind === 'invalid' ? parsed.problems.map((one) => `${one.line}: ${problemText(one)}`) : [];
    expect(said).toEqual([message]);
    expect(said.length).toBeLessThan(3);
  });

  test('an environment whose version has no artifact', () => {
    const text = handWritten.replace(/ {4}digest: .*\n {4}uri: .*\n/, '');

    const parsed = parseManifest(text, path);

    expect(parsed.kind === 'invalid' && parsed.problems.map((one) => `${one.line}: ${problemText(one)}`)).toEqual([
      '28: `environments.production.digest`: expected a text, found nothing; add `digest`: The digest of its artifact.',
      '28: `environments.production.uri`: expected a text, found nothing; add `uri`: Where the bytes of its artifact are.',
    ]);
  });

  test('all of them at once, in the order of the lines', () => {
    const text = handWritten
      .replace('format: 1', 'format: 2')
      .replace('bytes: 1048576', 'bytes: -1')
      .replace('0.930', 'x');

    const parsed = parseManifest(text, path);

    expect(parsed.kind === 'invalid' && parsed.problems.map(({ line }) => line)).toEqual([2, 9, 23]);
  });
});

test('no text makes it throw, and every problem has a place', () => {
  const words = [
    'format: 1\n',
    'environments:\n',
    '  production:\n',
    '- ',
    ': ',
    '{',
    '[',
    '&a ',
    '*a',
    '"',
    '\t',
    '__proto__: 1\n',
  ];
  const text = fc.oneof(
    fc.string({ maxLength: 200 }),
    fc.array(fc.constantFrom(...words), { maxLength: 30 }).map((all) => all.join('')),
    fc
      .tuple(fc.nat(handWritten.length), fc.nat(20), fc.string({ maxLength: 5 }))
      .map(([at, cut, put]) => handWritten.slice(0, at) + put + handWritten.slice(at + cut)),
  );
  fc.assert(
    fc.property(text, (one) => {
      const parsed = parseManifest(one, path);
      if (parsed.kind === 'invalid') {
        expect(parsed.problems.length).toBeGreaterThan(0);
        for (const { line, expected, fix } of parsed.problems) {
          expect(line).toBeLessThanOrEqual(one.split('\n').length);
          expect([expected, fix]).not.toContain('');
        }
      }
    }),
    { numRuns: 150 },
  );
});

test('a digest stays rejected only where it was taken back, for the newest reason', () => {
  const rejected = [rejection(), rejection({ reason: 'again', rollout: 'rollout-8' })];

  expect(rejectionOf({ rejected }, { digest: digest('a'), environment: 'production' })?.reason).toBe('again');
  expect(rejectionOf({ rejected }, { digest: digest('a'), environment: 'staging' })).toBeNull();
  expect(rejectionOf({ rejected }, { digest: digest('b'), environment: 'production' })).toBeNull();
});

test('only models/<name>/release.yml is a manifest', () => {
  const paths = [
    'models/fraud/release.yml',
    'models/__proto__/release.yml',
    'models/a/b/release.yml',
    'x/models/a/release.yml',
  ];

  expect(paths.map(modelOfManifest)).toEqual(['fraud', null, null, null]);
});

test('the manifest that the documentation shows is one', () => {
  const document = readFileSync(join(import.meta.dirname, '../../docs/registry.md'), 'utf8');
  const shown = /```yaml\n(# models\/fraud\/release\.yml\n[\s\S]*?)```/.exec(document)?.[1] ?? '';

  expect(parseManifest(shown, path)).toMatchObject({ kind: 'valid', value: { version: '1.4.0' } });
});
