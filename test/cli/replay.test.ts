import { describe, expect, it } from 'vitest';
import { ReplayDocument } from '../../cli/replay-document.ts';
import { temporaryFolder } from '../data/temporary-folder.ts';
import { siskin } from './siskin.ts';

const policy =
  'metrics: {errors: {kind: error-rate, direction: lower-is-better, margin: 1.25, harm-alpha: 0.01, non-inferiority-alpha: 0.05}}\n';

function line(
  interval: number,
  weight: number,
  counts: readonly [number, number, number, number],
  rest: object = {},
): string {
  const [n, x, championN, championX] = counts;
  const end = new Date(Date.UTC(2026, 5, 1, 12, interval)).toISOString();
  const metrics = { errors: { candidate: { n, x }, champion: { n: championN, x: championX } } };
  return `${JSON.stringify({ interval, end, weight, metrics, ...rest })}\n`;
}

const golden = line(0, 5, [150, 6, 2850, 30]) + line(1, 25, [750, 20, 2250, 25]);
const calm = Array.from({ length: 30 }, (_, at) => {
  const champion = { n: 3000, x: [30, 26, 33, 29, 36, 27][at % 6] };
  return line(at - 30, 0, [0, 0, 0, 0], { metrics: { errors: { champion } } });
}).join('');

async function replayed(files: Readonly<Record<string, string>>, ...args: string[]) {
  using folder = temporaryFolder({ 'p.yml': policy, 'golden.jsonl': golden, ...files });
  return await siskin(folder.path, ['replay', ...args]);
}

describe('siskin replay', () => {
  it('prints the e-values of the reference case, and where its dispersion came from', async () => {
    const { exit, out, err } = await replayed({}, '--policy', 'p.yml', 'golden.jsonl', '--json');
    const document = ReplayDocument.parse(JSON.parse(out));

    expect(err).toBe('');
    expect(document.metrics['errors']?.harm.e).toBeCloseTo(197.458302, 6);
    expect(document.metrics['errors']?.harm.logE).toBeCloseTo(5.285527, 6);
    expect(document.metrics['errors']?.nonInferiority.e).toBeCloseTo(0.136134581, 9);
    expect(document.metrics['errors']?.dispersion).toEqual({ value: 1, source: 'none' });
    expect(document).toMatchObject({ file: 'golden.jsonl', verdict: 'inconclusive', reason: 'no-history' });
    expect(exit).toBe(3);
  });

  it('gives one line for each file, in their order, and the exit status of the worst', async () => {
    const files = { 'harmed.jsonl': calm + golden };
    const { exit, out } = await replayed(files, '--policy', 'p.yml', 'golden.jsonl', 'harmed.jsonl', '--json');

    const documents = out
      .trimEnd()
      .split('\n')
      .map((text) => ReplayDocument.parse(JSON.parse(text)));

    expect(documents.map(({ file, verdict, decidedAt }) => [file, verdict, decidedAt])).toEqual([
      ['golden.jsonl', 'inconclusive', null],
      ['harmed.jsonl', 'fail', 1],
    ]);
    expect(exit).toBe(1);
  });

  it('says what another policy would have found, and what differs', async () => {
    const files = { 'other.yml': 'metrics: {errors: {kind: error-rate, dispersion: 1}}\n' };
    const { out } = await replayed(files, '--policy', 'p.yml', '--against', 'other.yml', 'golden.jsonl', '--json');
    const { verdict, against } = ReplayDocument.parse(JSON.parse(out));

    expect([verdict, against?.verdict]).toEqual(['inconclusive', 'fail']);
    expect(against?.differs).toContain('verdict: inconclusive → fail');
  });

  it('takes an environment of a whole policy', async () => {
    const model =
      'm: {task: regression, target: y, model: m.onnx, data: {train: a.csv, holdout: b.csv}, metrics: {mae: {kind: info}}}';
    const served = 'serving: {connection: edge}';
    const asked = 'kind: error-rate, source: prometheus, query: {events: up, total: up}';
    const whole = `version: 1\nmodels: {${model}}\nenvironments:\n  staging: {${served}, metrics: {errors: {${asked}}}}\n  production: {${served}, metrics: {errors: {${asked}, dispersion: 1}}}\n`;
    const args = ['--policy', 'whole.yml', 'golden.jsonl', '--json'];

    const named = await replayed({ 'whole.yml': whole }, ...args, '--environment', 'production');
    const unnamed = await replayed({ 'whole.yml': whole }, ...args);

    expect({ exit: named.exit, err: named.err }).toEqual({ exit: 1, err: '' });
    expect(unnamed.exit).toBe(2);
    expect(unnamed.err).toContain('staging, production');
  });

  it('shows people intervals, courses, bounds and the verdict', async () => {
    const { out } = await replayed({ 'harmed.jsonl': calm + golden }, '--policy', 'p.yml', 'harmed.jsonl');

    expect(out).toMatchInlineSnapshot(`
      "harmed.jsonl
        errors: error-rate, dispersion 1 (history)
          interval  weight  candidate            champion             log e harm   log e not worse
                 0     5 %  6 of 150             30 of 2850                1.806             -1.105
                 1    25 %  20 of 750            25 of 2250                5.286             -1.994
          harm      ▄█  log e 5.286 of 4.605, crossed at interval 1
          not worse ▁▁  log e -1.994 of 2.996, not crossed
          effect: 2.737 times the champion’s, at any time with 95 % between 1.139 and 6.219
        step 0: inconclusive (too-few) after 150 requests
        step 1: fail (harm) after 750 requests, at interval 1
        split: 25 % seen at the newest weight, log e -9.06, as set
        verdict: fail (harm of errors), decided at interval 1
      "
    `);
  });

  it.each([
    [
      'a text for a number',
      golden.replace('"x":6', '"x":"6"'),
      'e.jsonl:1: expected a number as `metrics.errors.candidate.x`, found "6"',
    ],
    [
      'a negative count',
      golden.replace('"x":25', '"x":-1'),
      'e.jsonl:2: expected at least 0 as `metrics.errors.champion.x`, found -1',
    ],
    ['more events than requests', golden.replace('"x":6', '"x":151'), 'e.jsonl:1: expected x of at most n (150)'],
    [
      'a weight above 100',
      golden.replace('"weight":25', '"weight":250'),
      'e.jsonl:2: expected at most 100 as `weight`, found 250',
    ],
    [
      'the same interval twice',
      line(0, 5, [1, 0, 1, 0]) + line(0, 5, [1, 0, 1, 0]),
      'e.jsonl:2: expected 1 as `interval`, found 0 a second time',
    ],
    [
      'intervals out of order',
      line(4, 5, [1, 0, 1, 0]) + line(3, 5, [1, 0, 1, 0]),
      'e.jsonl:2: expected 5 as `interval`, found 3; sort',
    ],
    ['a gap', line(0, 5, [1, 0, 1, 0]) + line(3, 5, [1, 0, 1, 0]), 'found 3; intervals 1 to 2 are missing'],
    [
      'no time',
      golden.replace('2026-06-01T12:00', 'soon'),
      'e.jsonl:1: expected a time as 2026-01-31T12:00:00Z as `end`',
    ],
    [
      'a last line that was cut',
      golden.slice(0, -30),
      'e.jsonl:2: expected a line of JSON, found one that ends early; the file was cut',
    ],
    ['no JSON', `${golden}hello\n`, 'e.jsonl:3: expected a line of JSON, found hello'],
    ['a number that is none', golden.replace('"x":6', '"x":NaN'), 'e.jsonl:1: expected a line of JSON'],
    [
      'unknown keys',
      golden.replace('"weight":5', '"weight":5,"wieght":5'),
      'e.jsonl:1: expected only known keys, found wieght',
    ],
    ['no line at all', '\n\n', 'expected at least one interval in e.jsonl'],
    [
      'another metric than the policy watches',
      golden.replaceAll('errors', 'failures'),
      'expected the metric errors of the policy in e.jsonl',
    ],
    [
      'means for an error rate',
      golden.replace('"x":6', '"sum":6,"sumsq":6'),
      'e.jsonl:1: expected n and x for error-rate',
    ],
    ['other bytes than UTF-8', `${golden}\uD800`, 'e.jsonl:3: expected a line of JSON'],
  ])('refuses evidence with %s in one sentence', async (_, text, sentence) => {
    const { exit, out, err } = await replayed({ 'e.jsonl': text }, '--policy', 'p.yml', 'e.jsonl', '--json');

    expect({ exit, out }).toEqual({ exit: 2, out: '' });
    expect(err.replaceAll(/\n {2}(do: )?/g, (_all, isFix) => (isFix ? '; ' : ', '))).toContain(sentence);
  });

  it('tells all that is wrong with evidence at once, line by line', async () => {
    const text = golden.replace('"x":6', '"x":"6"').replace('"x":25', '"x":9999');
    const { exit, out, err } = await replayed(
      { 'e.jsonl': `${text}hello\n${line(7, 25, [1, 0, 1, 0])}` },
      '--policy',
      'p.yml',
      'e.jsonl',
    );

    expect({ exit, out }).toEqual({ exit: 2, out: '' });
    expect(err).toContain('found 3 problems');
    expect(
      [...err.matchAll(/e\.jsonl:(\d): expected (.*?), found/g)].map(([, at, expected]) => [at, expected]),
    ).toEqual([
      ['1', 'a number as `metrics.errors.candidate.x`'],
      ['2', 'x of at most n (2250) as `metrics.errors.champion`'],
      ['3', 'a line of JSON'],
    ]);
  });

  it('stops reading evidence with which nothing is right', async () => {
    const { exit, err } = await replayed({ 'e.jsonl': 'hello\n'.repeat(1000) }, '--policy', 'p.yml', 'e.jsonl');

    expect(exit).toBe(2);
    expect(err).toContain('found 20 problems in its first 20 lines');
    expect(err.trimEnd().split('\n')).toHaveLength(21);
  });

  it('reads evidence that was sealed while a clock was set back', async () => {
    const files = { 'e.jsonl': golden.replace('12:01:00', '11:01:00') };

    expect((await replayed(files, '--policy', 'p.yml', 'e.jsonl', '--json')).exit).toBe(3);
  });

  it('refuses a policy that is wrong, watches nothing, or is not there', async () => {
    const files = { 'wrong.yml': 'metrics: {errors: {kid: error-rate}}\n', 'none.yml': 'bake-minutes: 3\n' };

    const found = await Promise.all(
      ['wrong.yml', 'none.yml', 'absent.yml'].map((file) => replayed(files, '--policy', file, 'golden.jsonl')),
    );

    expect(found.map(({ exit }) => exit)).toEqual([2, 2, 2]);
    expect(found.map(({ err }) => err).join('')).toMatch(
      /did you mean `kind`[\s\S]*expected `metrics`[\s\S]*absent\.yml/,
    );
  });
});
