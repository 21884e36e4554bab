/** How strongly the counts so far speak against one hypothesis. */
export interface Evidence {
  /** The e-value now; `logE` is its natural logarithm. */
  readonly e: number;
  readonly logE: number;
  /** The interval at whose end it first crossed 1/α, which settles it for ever; null while it has not. */
  readonly crossedAt: number | null;
}

/** How many times more than independent events counts vary, and where the number came from; `none`: nothing is known, and it is 1. */
export interface Dispersion {
  readonly value: number;
  readonly source: 'history' | 'policy' | 'none';
}

/** How far the arms are apart. A bound (or an estimate) that nothing limits, as of a champion without any event, is null. */
export interface Effect {
  /** times: a factor of the champion's rate. plus: a difference in the unit of the metric. */
  readonly scale: 'times' | 'plus';
  readonly estimate: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** What is known of one metric. */
export interface MetricJudgement {
  /** Against "the candidate is not worse": once crossed, it does harm. */
  readonly harm: Evidence;
  /** Against "the candidate is worse by more than the margin": once crossed, it is not. */
  readonly nonInferiority: Evidence;
  /** Of a target: against "the candidate is not better". Null of what need not improve. */
  readonly superiority: Evidence | null;
  /** By what counts were divided because they vary more than independent events, and where the number came from. */
  readonly dispersion: Dispersion;
  /** The candidate against the champion, with bounds that hold at any time, for people. Null while nothing was counted. */
  readonly effect: Effect | null;
  /** Why there is no number, when there is none. */
  readonly missing: string | null;
}

/** The worst of all metrics decides: fail on harm; pass when no guardrail can be worse by its margin; error when the split or a source cannot be trusted. */
export type RolloutVerdict = 'pass' | 'fail' | 'inconclusive' | 'error';

/**
 * Why a verdict is what it is. harm, not-worse, no-harm: as shown. no-history: counts differ more than chance allows if
 * events are independent, which no history has shown: a person has to look. too-few: the step has not lasted or answered enough.
 * undecided: the numbers say neither. sample-ratio, source-down, no-traffic, no-series: what is not to be trusted, or not there.
 */
export type JudgementReason =
  | 'harm'
  | 'not-worse'
  | 'no-harm'
  | 'no-history'
  | 'too-few'
  | 'undecided'
  | 'sample-ratio'
  | 'source-down'
  | 'no-traffic'
  | 'no-series';

/** What a step was found to be at the last interval that counts for it. */
export interface StepJudgement {
  readonly step: number;
  readonly attempt: number;
  readonly verdict: RolloutVerdict;
  readonly reason: JudgementReason;
  /** Requests that the candidate answered in it. */
  readonly exposure: number;
  /** The interval at whose end it became `pass` or `fail`; null while it is neither. */
  readonly decidedAt: number | null;
}

/** A verdict, which is a pure function of evidence and policy. */
export interface Judgement {
  readonly verdict: RolloutVerdict;
  readonly reason: JudgementReason;
  /** The metric that decided, where one alone did. */
  readonly metric: string | null;
  /** The interval at whose end the verdict was reached; null while it is inconclusive. */
  readonly decidedAt: number | null;
  readonly metrics: Readonly<Record<string, MetricJudgement>>;
  /** Against "the platform splits as it was told", in the present attempt; `seen` is the candidate's percent at the present weight. */
  readonly sampleRatio: Evidence & { readonly seen: number | null; readonly dispersion: Dispersion };
  readonly steps: readonly StepJudgement[];
}
