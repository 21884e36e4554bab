import type { DecidingStatistic, DriftPolicy } from '../policy/drift-policy.ts';
import type { ColumnComparison } from './column-comparison.ts';
import type { ColumnDrift, DriftTest } from './drift-report.ts';

/** Below so many values on one side nothing useful can be said of a column's distribution. */
const leastValues = 20;

/** A statistic, or one of the shares that are tested beside them. */
export type TestName = DriftTest | 'nulls' | 'unseen' | 'vanished';

/** A column's comparison with what is needed to judge it. */
export interface Judged {
  readonly comparison: ColumnComparison;
  readonly qValueOf: (test: TestName) => number | null;
  readonly policy: DriftPolicy;
}

/** What holds for one column: its own entry of the policy before what holds for all. */
export function columnRule(
  policy: DriftPolicy,
  name: string,
): { readonly alpha: number; readonly effect: number; readonly statistic: DecidingStatistic } {
  const own = Object.hasOwn(policy.columns, name) ? policy.columns[name] : undefined;
  return {
    alpha: own?.alpha ?? policy.alpha,
    effect: own?.effect ?? policy.effect,
    statistic: own?.statistic ?? 'jensen-shannon',
  };
}

/** Whether a column moved, and why: in its empty values, in categories of one side only, or in its distribution. */
export function columnVerdict(judged: Judged): Pick<ColumnDrift, 'verdict' | 'reason'> {
  const { comparison, policy } = judged;
  if (policy.ignore.includes(comparison.name)) return { verdict: 'ignored', reason: 'by the policy' };
  if (policy.block?.column === comparison.name)
    return { verdict: 'ignored', reason: 'it says which rows belong together' };
  if (comparison.kindChange !== null) return { verdict: 'moved', reason: `the type changed: ${comparison.kindChange}` };
  const share = movedShare(judged);
  if (share?.of === 'nulls') return { verdict: 'moved', reason: share.reason };
  if (comparison.values < leastValues) {
    const reason = comparison.values === 0 ? 'no values on one side' : `fewer than ${leastValues} values on one side`;
    return { verdict: 'not-assessed', reason };
  }
  if (comparison.kind === 'timestamp') return { verdict: 'ignored', reason: 'time moves by itself' };
  if (share !== null) return { verdict: 'moved', reason: share.reason };
  return distributionVerdict(judged);
}

/** The first share of rows that changed with certainty and by enough. Their effect is always a Jensen–Shannon distance. */
function movedShare({ comparison, qValueOf, policy }: Judged) {
  const { nulls, unseen, vanished } = comparison;
  const rule = columnRule(policy, comparison.name);
  const least = rule.statistic === 'jensen-shannon' ? rule.effect : policy.effect;
  const isMoved = (test: TestName, low: number) => (qValueOf(test) ?? 1) <= rule.alpha && low >= least;
  if (isMoved('nulls', nulls.effect.low)) {
    const reason = `empty values went from ${percent(nulls.reference)} to ${percent(nulls.current)}`;
    return { of: 'nulls' as const, reason };
  }
  if (unseen !== null && isMoved('unseen', unseen.effect.low)) {
    const reason = `${percent(unseen.share)} of the rows have a category that the reference never had`;
    return { of: 'unseen' as const, reason };
  }
  if (vanished !== null && isMoved('vanished', vanished.effect.low)) {
    const reason = `${percent(vanished.share)} of the reference had a category that no longer occurs`;
    return { of: 'vanished' as const, reason };
  }
  return null;
}

function distributionVerdict({ comparison, qValueOf, policy }: Judged): Pick<ColumnDrift, 'verdict' | 'reason'> {
  const { alpha, effect, statistic } = columnRule(policy, comparison.name);
  const deciding = comparison.statistics[statistic];
  if (deciding === undefined) {
    const what = comparison.kind === 'embedding' ? 'nothing compares embeddings here' : `it has no ${statistic}`;
    return { verdict: 'not-assessed', reason: what };
  }
  if (deciding.effect === null) {
    return { verdict: 'not-assessed', reason: `${statistic} has no interval for rows that belong together` };
  }
  // Either test may be the sharper one; both are in the family over which the rate of false discoveries is held.
  const q = Math.min(qValueOf('chi-square') ?? 1, qValueOf('kolmogorov-smirnov') ?? 1);
  if (q > alpha) return { verdict: 'steady', reason: 'no difference beyond chance' };
  if (deciding.effect.low >= effect) return { verdict: 'moved', reason: 'the distribution moved' };
  const isSmall = deciding.effect.high < effect;
  return { verdict: 'steady', reason: isSmall ? 'too small to matter' : 'not shown to be large enough to matter' };
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}
