/** How strongly the counts so far speak against one hypothesis. */
export interface Evidence {
  /** The e-value now; `logE` is its natural logarithm. */
  readonly e: number;
  readonly logE: number;
  /** The interval at whose end it first crossed 1/α, which settles it for ever; null while it has not. */
  readonly crossedAt: number | null;
}

/** What is known of one metric. */
export interface MetricJudgement {
  /** Against "the candidate is not worse": once crossed, it does harm. */
  readonly harm: Evidence;
  /** Against "the candidate is worse by more than the margin": once crossed, it is not. */
  readonly nonInferiority: Evidence;
  /** By what counts were divided because they vary more than independent events, and where the number came from. */
  readonly dispersion: { readonly value: number; readonly source: 'history' | 'policy' | 'none' };
  /** The candidate's rate (or mean) over the champion's (or minus it), with bounds that hold at any time. */
  readonly effect: { readonly estimate: number; readonly low: number; readonly high: number } | null;
  /** Why there is no number, when there is none. */
  readonly missing: string | null;
}

/** The worst of all metrics decides: fail on harm; pass when no guardrail can be worse by its margin; error when the split or a source cannot be trusted. */
export type RolloutVerdict = 'pass' | 'fail' | 'inconclusive' | 'error';

/** What a step was found to be at the last interval that counts for it. */
export interface StepJudgement {
  readonly step: number;
  readonly attempt: number;
  readonly verdict: RolloutVerdict;
  /** A code for `/explain`: `harm`, `not-worse`, `no-harm`, `too-few`, `sample-ratio`, `source-down`, `no-traffic`, … */
  readonly reason: string;
  readonly exposure: number;
  /** The interval at whose end it was decided; null while it is not. */
  readonly decidedAt: number | null;
}

/** A verdict, which is a pure function of evidence and policy. */
export interface Judgement {
  readonly verdict: RolloutVerdict;
  readonly decidedAt: number | null;
  readonly metrics: Readonly<Record<string, MetricJudgement>>;
  readonly sampleRatio: {
    readonly e: number;
    readonly logE: number;
    readonly crossedAt: number | null;
    readonly seen: number | null;
  };
  readonly steps: readonly StepJudgement[];
}
