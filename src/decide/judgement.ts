import type { MetricComparison } from '../evaluate/evaluation-report.ts';
import type { FairnessMetric } from '../evaluate/fairness/fairness-metric.ts';
import type { FairnessComparison } from '../evaluate/fairness/fairness-report.ts';
import type { MetricName } from '../evaluate/metric-name.ts';
import type { EdgePolicy } from '../policy/comparison-policy.ts';
import type { Verdict } from '../verdict.ts';
import type { GateOverride } from './approval.ts';

/** The reason of a gate on a difference where nothing is there to differ from. */
export const noChampion = 'no champion yet';

/** The reason of a gate whose holdout has judged as many candidates as it was to judge. */
export const looksUsedUp = 'the looks of the holdout are used up';

/** One gate of the policy held against its measurement. */
export interface GateVerdict {
  readonly metric: MetricName;
  readonly kind: 'guardrail' | 'target' | 'info';
  readonly comparison: MetricComparison | null;
  /** The bound in words, e.g. `not worse by 0.005`; empty for info. */
  readonly bound: string;
  /** Where the bound lies on the axis candidate − champion; null when it bounds no difference. */
  readonly limit: number | null;
  readonly verdict: Verdict;
  /** One clause, e.g. `41 000 more rows would decide`; empty when the verdict needs no reason. */
  readonly reason: string;
  /** Set when somebody with the right let this verdict decide nothing. */
  readonly override?: GateOverride;
}

/** One fairness gate of the policy held against the groups of one protected column, or of a pair of them. */
export interface FairnessVerdict {
  readonly columns: readonly string[];
  readonly metric: FairnessMetric;
  readonly comparison: FairnessComparison | null;
  /** The bound in words, e.g. `≤ 0.1`. */
  readonly bound: string;
  readonly verdict: Verdict;
  /** One clause; empty when the verdict needs no reason. */
  readonly reason: string;
  /** Which groups were too small to be assessed, whatever the verdict; empty when none was. */
  readonly note: string;
  /** Set when somebody with the right let this verdict decide nothing. */
  readonly override?: GateOverride;
}

/** The slices gate of one metric. */
export interface SlicesVerdict {
  readonly metric: MetricName;
  /** The bound in words, e.g. `not worse by 0.02 in any slice`. */
  readonly bound: string;
  readonly verdict: Verdict;
  /** One clause about the slice that decides; empty when the verdict needs no reason. */
  readonly reason: string;
  /** The slices that break the bound. */
  readonly failing: readonly { readonly column: string; readonly value: string }[];
  /** How many slices were too small to be assessed, whatever the verdict; empty when none was. */
  readonly note: string;
  /** Set when somebody with the right let this verdict decide nothing. */
  readonly override?: GateOverride;
}

/** One bound of the edge gate held against the candidate. */
export interface EdgeVerdict {
  readonly key: keyof EdgePolicy;
  /** The bound in words, e.g. `size ≤ 2 MB`. */
  readonly bound: string;
  readonly verdict: Verdict;
  /** One clause; empty when the verdict needs no reason. */
  readonly reason: string;
  /** Set when somebody with the right let this verdict decide nothing. */
  readonly override?: GateOverride;
}

/** What the policy says of one model's result: the gates, the data, and the one verdict of it all. */
export interface Judgement {
  readonly model: string;
  readonly verdict: Verdict;
  /** True when nothing fails but a person should look: moved data under rule `warn`, a failed part or an overridden gate that decides nothing. */
  readonly review: boolean;
  readonly gates: readonly GateVerdict[];
  readonly fairness: readonly FairnessVerdict[];
  /** Absent in judgements from before there were such gates. */
  readonly slices?: readonly SlicesVerdict[];
  readonly edge?: readonly EdgeVerdict[];
  readonly validation: Verdict | 'not-assessed';
  readonly drift: {
    readonly verdict: Verdict | 'not-assessed';
    readonly moved: readonly string[];
    readonly columns: number;
  };
  /** One sentence that a person reads first, without markup. */
  readonly headline: string;
  /** Every reason for a verdict that is not `pass`, worst first. */
  readonly reasons: readonly string[];
}

/** Whether a model was measured and the policy has nothing with a bound to hold it against. */
export function decidesNothing({
  gates,
  fairness,
  slices = [],
  edge = [],
}: Pick<Judgement, 'gates' | 'fairness' | 'slices' | 'edge'>): boolean {
  const others = fairness.length + slices.length + edge.length;
  return gates.length > 0 && gates.every(({ kind }) => kind === 'info') && others === 0;
}
