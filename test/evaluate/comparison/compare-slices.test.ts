import { describe, expect, it } from 'vitest';
import { compareSlices, type SlicesRequest } from '../../../src/evaluate/comparison/compare-slices.ts';
import { crossed, type SliceColumn } from '../../../src/evaluate/slices.ts';
import { SlicesGate } from '../../../src/policy/comparison-policy.ts';
import type { Gate } from '../../../src/policy/policy.ts';
import { binaryPair, reordered, shuffledOrder } from './binary-pair.ts';

const rows = 3000;
const absent = { kind: 'missing', reason: 'no champion yet' } as const;
const settings = { confidence: 0.95, isSame: false, absent, clusters: null };

function column(name: string, values: number, placeOf: (row: number) => number): SliceColumn {
  return {
    column: name,
    values: Array.from({ length: values }, (_, value) => ({ value: `${name} ${value}`, rows: 0 })),
    places: Int16Array.from({ length: rows }, (_, row) => placeOf(row)),
  };
}

/** A candidate that is as good as the champion but in one slice of ten, where it is turned around. */
function pairWithBadSlice(bad: number | null) {
  const pair = binaryPair({ rows, candidate: 1, champion: 1 });
  const probability = pair.champion.probability?.map((share, row) => (row % 10 === bad ? 1 - share : share));
  const predicted = Uint8Array.from(probability ?? [], (share) => Number(share > 0.5));
  return { ...pair, candidate: { ...pair.candidate, probability: probability ?? null, predicted } };
}

function compared(
  method: 'holm' | 'max-t',
  options: { readonly bad: number | null; readonly changes?: Partial<SlicesRequest>; readonly minimum?: number },
) {
  const { candidate, champion } = pairWithBadSlice(options.bad);
  const gates: Partial<Record<string, Gate>> = {
    accuracy: { 'not-worse-by': 0.02 },
    'log-loss': { 'not-worse-by': '2%' },
  };
  return compareSlices({
    slices: [column('region', 10, (row) => row % 10), column('device', 3, (row) => row % 3)],
    names: ['accuracy', 'log-loss'],
    gates,
    gate: SlicesGate.parse({ method, 'minimum-rows': options.minimum ?? 100 }),
    candidate,
    champion,
    settings,
    ...options.changes,
  });
}

describe.each(['holm', 'max-t'] as const)('the slices gate by %s', (method) => {
  it('finds the one slice that is worse among thirteen, by either metric', () => {
    const { slices, slicesGate } = compared(method, { bad: 4 });
    const worse = slices.filter(({ tests }) => (tests?.accuracy?.adjusted ?? 1) < 0.025);

    expect(slicesGate).toMatchObject({
      method,
      tests: 26,
      notAssessed: 0,
      margins: { accuracy: '0.02', 'log-loss': '2%' },
    });
    // A device holds a third of the bad region.
    expect(worse.map(({ value }) => value).filter((value) => value.startsWith('region'))).toEqual(['region 4']);
    expect(worse[0]?.tests?.['log-loss']?.adjusted).toBeLessThan(0.025);
  });

  it('finds none where there is none, and no adjusted p is below its own', () => {
    const { slices } = compared(method, { bad: null });

    for (const { tests } of slices) {
      for (const test of Object.values(tests ?? {})) {
        expect(test.adjusted).toBeGreaterThan(0.025);
        expect(test.adjusted).toBeGreaterThanOrEqual(test.pWorse - 0.02);
      }
    }
  });

  it('names slices that are too small, and does not test them', () => {
    const { slices, slicesGate } = compared(method, { bad: 4, minimum: 500 });

    expect(slicesGate).toMatchObject({ tests: 6, notAssessed: 10, notAssessedRows: 3000 });
    expect(slices[0]).toMatchObject({ notAssessed: '300 rows, fewer than 500' });
    expect(slices[0]?.tests).toBeUndefined();
  });

  it('says the same for rows in another order', () => {
    const order = shuffledOrder(rows, 3);
    const pair = reordered(pairWithBadSlice(4), order);
    const moved = (name: string, values: number, by: number) => column(name, values, (row) => (order[row] ?? 0) % by);

    const found = compared(method, {
      bad: 4,
      changes: { ...pair, slices: [moved('region', 10, 10), moved('device', 3, 3)] },
    });

    expect(found).toEqual(compared(method, { bad: 4 }));
  });
});

describe('slices', () => {
  it('are drawn towards each other for display, the smaller ones further', () => {
    const { slices } = compared('holm', { bad: 4 });
    const [first] = slices.filter(({ column: name }) => name === 'region');
    const own = first?.metrics.accuracy?.difference?.value ?? 0;
    const mean = slices.slice(0, 10).reduce((sum, one) => sum + (one.metrics.accuracy?.difference?.value ?? 0), 0) / 10;

    expect(Math.abs((first?.shrunk?.accuracy ?? 9) - mean)).toBeLessThanOrEqual(Math.abs(own - mean) + 1e-9);
  });

  it('of two columns are made of the values of both', () => {
    const pairs = crossed(
      column('region', 2, (row) => row % 2),
      column('device', 3, (row) => (row % 3) - (row === 5 ? 3 : 0)),
    );

    expect(pairs.column).toBe('region × device');
    expect(pairs.values).toHaveLength(6);
    expect(pairs.values[pairs.places[0] ?? -1]?.value).toBe('region 0 × device 0');
    expect(pairs.places[5]).toBe(-1);
  });
});
