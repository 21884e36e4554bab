import { expect, it } from 'vitest';
import { groupsByKey } from '../../../src/evaluate/comparison/row-groups.ts';
import { measureFairness } from '../../../src/evaluate/fairness/measure-fairness.ts';
import type { BinaryScores } from '../../../src/evaluate/metrics/scores.ts';
import { FairnessPolicy } from '../../../src/policy/fairness-policy.ts';
import { mixed } from '../../../src/statistics/poisson-bootstrap.ts';

const rows = 1200;
const people = 40;

/** Every person's 30 rows are answered alike, so that they say as much as one. */
function disparity(clusterOf: ((row: number) => number) | null) {
  const person = (row: number) => row % people;
  const answer = (row: number) => Number(mixed(person(row) + 7) % 100 < (person(row) % 2 === 0 ? 60 : 40));
  const truth = Uint8Array.from({ length: rows }, (_, row) => mixed(row) % 2);
  const predicted = Uint8Array.from({ length: rows }, (_, row) => answer(row));
  const scores: BinaryScores = { kind: 'binary', truth, predicted, probability: null };
  const report = measureFairness({
    fairness: FairnessPolicy.parse({ protected: ['sex'] }),
    groupings: [
      {
        columns: ['sex'],
        groups: [
          { values: ['F'], rows: 600 },
          { values: ['M'], rows: 600 },
        ],
        groupOfRow: Uint16Array.from({ length: rows }, (_, row) => person(row) % 2),
        otherRows: 0,
      },
    ],
    positive: { place: 1, label: '1' },
    candidate: scores,
    champion: null,
    absent: { kind: 'missing', reason: 'no champion yet' },
    confidence: 0.95,
    isSame: false,
    clusters:
      clusterOf === null
        ? null
        : groupsByKey(Uint32Array.from({ length: rows }, (_, row) => mixed(clusterOf(row) + 1))),
  });
  const found = report?.attributes[0]?.metrics['demographic-parity']?.candidate;
  if (found?.kind !== 'value') throw new Error('expected a value');
  return found.high - found.low;
}

it('rows of one person make the interval of a disparity wider, and rows of their own do not', () => {
  const alone = disparity(null);

  expect(disparity((row) => row % people)).toBeGreaterThan(2 * alone);
  expect(disparity((row) => row) / alone).toBeGreaterThan(0.85);
  expect(disparity((row) => row) / alone).toBeLessThan(1.2);
});
