import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linesBeyond, linesOfPatch } from '../../src/hygiene/added-lines.ts';
import type { ChangedFile } from '../../src/hygiene/change-facts.ts';
import { hygieneRules, judgeChange } from '../../src/hygiene/judge-change.ts';
import { HygienePolicy } from '../../src/policy/hygiene-policy.ts';
import { hygieneAnnotation, hygieneLineMessage, hygieneMessage, hygieneSummary } from '../../src/render/hygiene.ts';
import { facts, policy } from './facts.ts';
import { fakePrivateKey, fakeSecrets } from './fake-secrets.ts';

const names = [
  'requirements.txt',
  'pyproject.toml',
  'environment.yml',
  'package.json',
  'train.py',
  'train.js',
  'a.ipynb',
  'a.onnx',
  'a.onnx.dvc',
  'dvc.lock',
  'data/train.csv',
  'data/holdout.csv',
  'models/late/late.onnx',
  'README.md',
  '__proto__',
  '..',
  '../../etc/passwd',
  'a\nb.py',
  '`a`|<!--.txt',
  '\u202Egnp.exe',
  '-->',
  'a//b',
  '/',
];
const path = fc.oneof(
  fc.constantFrom(...names),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.tuple(fc.string(), fc.constantFrom(...names)).map(([folder, name]) => `${folder}/${name}`),
);
const pieces = [
  ...Object.values(fakeSecrets),
  fakePrivateKey,
  'numpy>=2',
  '==',
  '[project]',
  'dependencies = [',
  '"',
  "'",
  ']',
  '- pip:',
  '{"cells":[{"outputs":[{}]}]}',
  '{"dependencies":',
  '__proto__',
  'np.random.rand(',
  'Math.random(',
  '#',
  '\u0000',
  '\u202E',
  '@',
  '-->',
  '<script>',
  '\\',
  '\ud800',
];
const text = fc
  .array(fc.oneof(fc.constantFrom(...pieces, '\n', '\n'), fc.string({ unit: 'binary' })), { maxLength: 30 })
  .map((parts) => parts.join(''));
const file: fc.Arbitrary<ChangedFile> = fc.record({
  path,
  status: fc.constantFrom('added', 'modified', 'moved', 'deleted'),
  bytes: fc.option(fc.maxSafeNat()),
  content: fc.constantFrom('text', 'binary', 'unknown'),
  added: fc.option(text.map((one) => linesBeyond('', one))),
  text: fc.option(text),
});
const everyLevel = HygienePolicy.parse(Object.fromEntries(hygieneRules.map(({ name }) => [name, 'fail'])));

describe('whatever a pull request holds', () => {
  it('no rule throws, and what is shown stays bounded and can neither speak to anybody nor hide anything', () => {
    fc.assert(
      fc.property(fc.array(file, { maxLength: 12 }), fc.boolean(), (files, hasPolicy) => {
        const found = judgeChange(facts(files, { policy: hasPolicy ? policy : null }), everyLevel);

        for (const one of found) {
          const message = hygieneMessage(one);
          expect(message.length).toBeLessThan(6000);
          expect(message.slice(0, 20)).toMatch(/^\*\*[\w ,-]+$/);
          const all = [
            message,
            hygieneSummary({ found, unread: 0 }),
            ...one.places.flatMap((place) => [hygieneLineMessage(one, place), hygieneAnnotation(one, place)]),
          ].join('\n');
          expect(all).not.toMatch(/[\u202A-\u202E\u2066-\u2069\0]/);
          // Within a code span a tag is text.
          expect(all.replaceAll(/(`+)[^`\n]+\1/g, '')).not.toContain('<script');
          expect(all).not.toMatch(/AKIA[A-Z0-9]{16}/);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('a patch of any form gives lines that it holds, or none', () => {
    fc.assert(
      fc.property(text, fc.nat({ max: 5 }), (patch, additions) => {
        for (const line of linesOfPatch(patch, additions) ?? []) expect(patch).toContain(line.text);
      }),
    );
  });
});

/** Texts on which a pattern that goes back over what it read would take minutes. */
const hostile: Readonly<Record<string, (size: number) => string>> = {
  'the beginning of a key, over and over': (size) =>
    'sk-proj-ghp_AKIAxoxb-1-AIzagithub_pat_hooks.slack.com/services/T'.repeat(size / 64),
  'headers of private keys': (size) => `${fakePrivateKey.split('\n')[0]}\n`.repeat(size / 28),
  'one long line of letters': (size) => 'a'.repeat(size),
  'one long line of spaces': (size) => ' '.repeat(size),
  'quotes that do not end': (size) => `[project]\ndependencies = [\n${`"${"'".repeat(200)}\n`.repeat(size / 202)}`,
  brackets: (size) => '['.repeat(size),
  'names of calls': (size) => 'np.random.torch.rand.train_test_split'.repeat(size / 37),
  'lines of nothing': (size) => '\n'.repeat(size),
  'dashes of a list': (size) => `dependencies:\n${'- '.repeat(size / 2)}`,
  comments: (size) => ` #${' '.repeat(50)}`.repeat(size / 52),
};

describe('the work grows no faster than the text', () => {
  it.each(Object.entries(hostile))('of %s', (_, make) => {
    const content = make(250_000);
    const added = linesBeyond('', content);
    const files = [
      'a.txt',
      'requirements.txt',
      'pyproject.toml',
      'environment.yml',
      'package.json',
      'train.py',
      'train.js',
      'a.ipynb',
    ].map(
      (name): ChangedFile => ({ path: name, status: 'added', bytes: 1_000_000, content: 'text', added, text: content }),
    );
    const before = process.cpuUsage();

    judgeChange(facts(files), everyLevel);

    const { user } = process.cpuUsage(before);
    // Eight files of a quarter of a megabyte; a quadratic pattern takes minutes.
    expect(user / 1e6).toBeLessThan(5);
  });

  it('of ten thousand files', () => {
    const files = Array.from(
      { length: 10_000 },
      (_, index): ChangedFile => ({
        path: `data/${index}/model-${index}.onnx`,
        status: 'added',
        bytes: 2_000_000,
        content: 'binary',
        added: null,
        text: null,
      }),
    );
    const before = process.cpuUsage();

    const found = judgeChange(facts(files), everyLevel);

    expect(process.cpuUsage(before).user / 1e6).toBeLessThan(5);
    expect(found.map(({ rule, places, more }) => [rule, places.length, more])).toEqual([
      ['large-binary', 10, 9_990],
      ['model-without-card', 10, 9_990],
    ]);
  });
});
