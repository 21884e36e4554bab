import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { fairnessMetrics } from '../../../src/evaluate/fairness/fairness-metric.ts';
import { FairnessReport } from '../../../src/evaluate/fairness/fairness-report.ts';
import { wilsonInterval } from '../../../src/statistics/wilson.ts';
import { type Rows, treated, uniform } from './treated.ts';

interface Goldens {
  readonly cases: readonly (Rows & {
    readonly name: string;
    readonly rates: Readonly<Record<string, Readonly<Record<string, number>>>>;
    readonly measures: Readonly<Record<string, number | null>>;
  })[];
  readonly wilson: readonly { readonly hits: number; readonly rows: number; readonly interval: readonly number[] }[];
}

// Written by scripts/goldens-fairness.py, which gives it this shape.
const goldens = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../fixtures/fairness/goldens.json'), 'utf8'),
) as Goldens;

const rawOf = (found: { readonly kind: string; readonly raw?: number } | undefined) =>
  found?.kind === 'value' ? found.raw : null;

describe.each(goldens.cases)('against Fairlearn: $name', (sample) => {
  const { attribute, report } = treated(sample);

  it('gives the same rates of each group', () => {
    for (const [rate, expected] of Object.entries(sample.rates)) {
      for (const { values, candidate } of attribute.groups) {
        const found = Object.entries(candidate).find(([name]) => name === rate)?.[1];
        if (found !== undefined)
          expect(found.value, `${rate} of ${values}`).toBeCloseTo(expected[values[0] ?? ''] ?? Number.NaN, 12);
      }
    }
    expect(FairnessReport.parse(report)).toEqual(report);
  });

  it('gives the same measures, but for a predictive value of nobody, which is not 0 but unknown', () => {
    for (const metric of fairnessMetrics) {
      const found = rawOf(attribute.metrics[metric]?.candidate);
      if (
        metric === 'predictive-parity' &&
        sample.predicted.every((called, row) => called === 0 || sample.group[row] === 'b')
      ) {
        expect(attribute.metrics[metric]?.candidate.kind, metric).toBe('missing');
      } else expect(found, metric).toBeCloseTo(sample.measures[metric] ?? Number.NaN, 12);
    }
  });
});

test.each(goldens.wilson)('the interval of $hits of $rows is that of statsmodels', ({ hits, rows, interval }) => {
  const { low, high } = wilsonInterval({ hits, rows }, 0.95);

  expect(low).toBeCloseTo(interval[0] ?? Number.NaN, 9);
  expect(high).toBeCloseTo(interval[1] ?? Number.NaN, 9);
});

/** Groups of equal size with these chances of being selected; half of the rows are positive, whatever the group. */
function drawn(
  sample: number,
  chances: readonly number[],
  { size, champion }: { size: number; champion?: number },
): Rows {
  const rows = Array.from({ length: size * chances.length }, (_, row) => row);
  const group = rows.map((row) => `g${row % chances.length}`);
  const truth = rows.map((row) => Number(uniform(sample, row, 1) < 0.5));
  const called = (row: number, extra: number) =>
    Number(uniform(sample, row, 2) < (chances[row % chances.length] ?? 0) + (row % chances.length === 0 ? extra : 0));
  const predicted = rows.map((row) => called(row, 0));
  return {
    group,
    truth,
    predicted,
    ...(champion === undefined ? {} : { champion: rows.map((row) => called(row, champion)) }),
  };
}

const parityOf = (rows: Rows) => treated(rows).attribute.metrics['demographic-parity'];

describe('small groups', () => {
  it('look unequal by chance; most of that is taken away from the value that is judged', () => {
    const alike = Array.from({ length: 40 }, (_, sample) => parityOf(drawn(sample, Array(8).fill(0.4), { size: 60 })));

    const mean = (key: 'raw' | 'value') =>
      alike.reduce((sum, found) => sum + (found?.candidate.kind === 'value' ? found.candidate[key] : Number.NaN), 0) /
      40;

    expect(mean('raw')).toBeGreaterThan(0.15);
    expect(mean('value')).toBeLessThan(0.6 * mean('raw'));
  });

  it('too small to be assessed are named without rates and left out', () => {
    const rows = drawn(1, [0.4, 0.5], { size: 200 });
    const few = { group: Array(15).fill('z'), truth: Array(15).fill(1), predicted: Array(15).fill(0) };
    const all = {
      group: [...rows.group, ...few.group],
      truth: [...rows.truth, ...few.truth],
      predicted: [...rows.predicted, ...few.predicted],
    };

    const { attribute } = treated(all, { 'min-rows': 50, 'min-cases': 20 });

    expect(attribute.groups.at(-1)).toEqual({ values: ['z'], rows: 15, candidate: {}, champion: null });
    expect(attribute.metrics['demographic-parity']).toMatchObject({ assessed: 2, notAssessed: 1, rows: 400 });
  });

  it('leave a measure unknown when fewer than two can be assessed', () => {
    const { attribute } = treated(drawn(1, [0.4, 0.5], { size: 90 }));
    const { attribute: strict } = treated(drawn(1, [0.4, 0.5], { size: 90 }), { 'min-rows': 91 });

    expect(attribute.metrics['four-fifths']?.candidate.kind).toBe('value');
    for (const metric of fairnessMetrics) {
      expect(strict.metrics[metric]?.candidate).toEqual({
        kind: 'missing',
        reason: 'no group is large enough to be assessed',
      });
    }
  });
});

describe('rates of none or all', () => {
  const alike = (called: number) => ({
    group: Array.from({ length: 60 }, (_, row) => (row % 2 === 0 ? 'a' : 'b')),
    truth: Array.from({ length: 60 }, (_, row) => Number(row % 4 < 2)),
    predicted: Array(60).fill(called),
  });

  it.each([0, 1])('are not taken for known because every replicate repeats them: all are called %i', (called) => {
    // Newcombe (1998) for 0 of 30 and 0 of 30 at 0.95: the hypotenuse of one Wilson bound, 0.1135, and none.
    expect(parityOf(alike(called))?.candidate).toMatchObject({ raw: 0, low: 0, high: expect.closeTo(0.1135, 4) });
  });

  it('leave a ratio open', () => {
    expect(treated(alike(1)).attribute.metrics['four-fifths']?.candidate).toMatchObject({
      raw: 1,
      low: expect.closeTo(0.8865, 4),
      high: 1,
    });
  });
});

describe('the interval at level 0.95', () => {
  const samples = 40;

  it.each([
    { name: 'of groups that lie apart', chances: [0.3, 0.5], truth: 0.2 },
    { name: 'of groups of which two are alike', chances: [0.3, 0.5, 0.5], truth: 0.2 },
    { name: 'of groups that are all nearly alike', chances: [0.4, 0.42, 0.44, 0.4], truth: 0.04 },
  ])('holds the true distance about that often: $name', ({ chances, truth }) => {
    let held = 0;
    for (let sample = 0; sample < samples; sample++) {
      const found = parityOf(drawn(sample, chances, { size: 150 }))?.candidate;
      if (found?.kind === 'value' && found.low <= truth && truth <= found.high) held++;
    }

    // Three standard errors of a share of 0.95 among 40 are 0.1.
    expect(held / samples).toBeGreaterThan(0.84);
  });

  it('of the change against the champion holds the true change about that often', () => {
    let held = 0;
    for (let sample = 0; sample < samples; sample++) {
      const found = parityOf(drawn(sample, [0.3, 0.5], { size: 150, champion: 0.1 }))?.difference;
      if (found != null && found.low <= 0.1 && 0.1 <= found.high) held++;
    }

    expect(held / samples).toBeGreaterThan(0.84);
  });
});

describe('candidate and champion', () => {
  it('that are the same differ by exactly nothing; others that say the same may differ by what nobody saw', () => {
    const rows = drawn(3, [0.3, 0.5], { size: 100 });
    const parity = (isSame: boolean) =>
      treated({ ...rows, champion: rows.predicted }, {}, isSame).attribute.metrics['demographic-parity']?.difference;

    expect(parity(true)).toMatchObject({ value: 0, low: 0, high: 0 });
    // −ln(0.025) / 100: an event of that share escapes 100 rows once in forty times.
    expect(parity(false)?.high).toBeCloseTo(0.0369, 4);
    expect(parity(false)?.low).toBeCloseTo(-0.0369, 4);
  });

  it('that say nearly the same cannot differ by more than what they say differently', () => {
    const rows = drawn(6, [0.3, 0.3, 0.3], { size: 400 });
    const champion = rows.predicted.map((called, row) => (row === 7 ? 1 - called : called));

    const found = treated({ ...rows, champion }).attribute.metrics['demographic-parity'];

    // One answer of the 400 of a group, what chance can make of it, and what nobody saw in the other groups.
    expect(found?.difference?.low).toBeGreaterThan(-8 / 400);
    expect(found?.difference?.high).toBeLessThan(8 / 400);
  });

  it('are compared by their paired answers: the same rows in another order give the same interval', () => {
    const rows = drawn(4, [0.3, 0.5], { size: 150, champion: 0.1 });
    const turned = {
      group: rows.group.toReversed(),
      truth: rows.truth.toReversed(),
      predicted: rows.predicted.toReversed(),
      champion: (rows.champion ?? []).toReversed(),
    };

    expect(treated(turned).attribute).toEqual(treated(rows).attribute);
  });

  it('that select nobody have no ratio', () => {
    const rows = drawn(5, [0, 0], { size: 50 });

    expect(treated(rows).attribute.metrics['four-fifths']?.candidate).toMatchObject({ kind: 'failed' });
    expect(treated(rows).attribute.metrics['demographic-parity']?.candidate).toMatchObject({ kind: 'value', raw: 0 });
  });
});
