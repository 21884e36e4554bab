import type { Grouping } from '../../../src/evaluate/fairness/groups.ts';
import { measureFairness } from '../../../src/evaluate/fairness/measure-fairness.ts';
import type { BinaryScores } from '../../../src/evaluate/metrics/scores.ts';
import { FairnessPolicy } from '../../../src/policy/fairness-policy.ts';
import { mixed } from '../../../src/statistics/poisson-bootstrap.ts';

/** Rows of which each has a truth, a group and an answer of one or two models. */
export interface Rows {
  readonly truth: readonly number[];
  readonly predicted: readonly number[];
  readonly champion?: readonly number[];
  readonly group: readonly string[];
}

/** The report on one protected column, with these minima and whatever else the test says. */
export function treated(rows: Rows, policy: Readonly<Record<string, unknown>> = {}, isSame = false) {
  const fairness = FairnessPolicy.parse({ protected: ['group'], 'min-rows': 2, 'min-cases': 2, ...policy });
  const report = measureFairness({
    fairness,
    groupings: [groupingOf(rows.group)],
    positive: { place: 1, label: '1' },
    candidate: scores(rows.truth, rows.predicted),
    champion: rows.champion === undefined ? null : scores(rows.truth, rows.champion),
    absent: { kind: 'missing', reason: 'no champion yet' },
    confidence: 0.95,
    isSame,
  });
  const [attribute] = report?.attributes ?? [];
  if (report === null || attribute === undefined) throw new Error('expected a report of one attribute');
  return { report, attribute };
}

/** A number between 0 and 1 that looks random and is the same each time. */
export function uniform(sample: number, row: number, salt: number): number {
  return (mixed(mixed(mixed(sample + 1) + salt) ^ row) + 0.5) / 2 ** 32;
}

function groupingOf(group: readonly string[]): Grouping {
  const names = [...new Set(group)].sort();
  return {
    columns: ['group'],
    groups: names.map((name) => ({ values: [name], rows: group.filter((one) => one === name).length })),
    groupOfRow: Uint16Array.from(group, (name) => names.indexOf(name)),
    otherRows: 0,
  };
}

function scores(truth: readonly number[], predicted: readonly number[]): BinaryScores {
  return { kind: 'binary', truth: Uint8Array.from(truth), predicted: Uint8Array.from(predicted), probability: null };
}
