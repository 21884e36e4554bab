import { momentsOf } from '../statistics/moments.ts';
import type { EvaluationReport } from './evaluation-report.ts';
import type { Scores } from './metrics/scores.ts';

/** How many predictions differ: another class, or a value further away than 1 % of the target's standard deviation. */
export function churnOf(candidate: Scores, champion: Scores): EvaluationReport['churn'] {
  const rows = candidate.truth.length;
  const { truth } = candidate;
  const tolerance =
    candidate.kind === 'regression' ? 0.01 * Math.sqrt(momentsOf(rows, (row) => truth[row] ?? 0).squares / rows) : 0;
  let changed = 0;
  for (let row = 0; row < rows; row++) {
    if (Math.abs((candidate.predicted[row] ?? 0) - (champion.predicted[row] ?? 0)) > tolerance) changed++;
  }
  return { changed, rows };
}
