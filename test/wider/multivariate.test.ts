import { expect, it } from 'vitest';
import { binFeatures } from '../../src/drift/multivariate/binned-features.ts';
import { trainTrees } from '../../src/drift/multivariate/boosted-trees.ts';
import { crossFit, separationOf } from '../../src/drift/multivariate/cross-fit.ts';
import { generator, normal, sample } from '../drift/multivariate/samples.ts';

const repetitions = 300;

/** The p-value of the classifier for two samples of four columns, one of which may be shifted on one side. */
function pValue(next: () => number, rows: number, shift: number): number {
  const side = (by: number) =>
    sample(
      Object.fromEntries(
        ['a', 'b', 'c', 'd'].map((name, at) => [
          name,
          Array.from({ length: rows }, () => normal(next) + (at === 0 ? by : 0)),
        ]),
      ),
      next,
    );
  const [reference, current] = [side(0), side(shift)];
  const isCurrent = new Uint8Array(2 * rows).fill(1, rows);
  const binned = binFeatures(reference, current);
  const sides = { keys: Uint32Array.from([...reference.keys, ...current.keys]), isCurrent };
  const parts = crossFit(sides, (train) => trainTrees(binned, { rows: train, isCurrent }));
  return separationOf(parts, 0.01)?.pValue ?? 1;
}

it.each([150, 400])(
  'a classifier on %i rows a side seldom tells apart what is alike, and what is shifted mostly',
  (rows) => {
    const next = generator(rows);
    const rate = (shift: number, alpha: number, count: number) =>
      Array.from({ length: count }, () => pValue(next, rows, shift)).filter((p) => p <= alpha).length / count;
    const falseAlarms = rate(0, 0.05, repetitions);
    const found = rate(1, 0.05, 20);
    console.log(`${rows} rows a side: false alarms ${falseAlarms} at 0.05, one standard deviation found ${found}`);

    // Three standard errors above the level.
    expect(falseAlarms).toBeLessThanOrEqual(0.05 + 3 * Math.sqrt((0.05 * 0.95) / repetitions));
    expect(found).toBeGreaterThanOrEqual(0.9);
  },
);
