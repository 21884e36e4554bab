import { z } from 'zod';

const interval = z.number().int().nullable();

/** How strongly the counts so far speak against one hypothesis. */
export const Evidence = z
  .strictObject({
    /** The e-value now, at most the largest double; `logE` is its natural logarithm. */
    e: z.number(),
    logE: z.number(),
    /** The interval at whose end it first crossed 1/α, which settles it for ever; null while it has not. */
    crossedAt: interval,
  })
  .readonly();
export type Evidence = z.infer<typeof Evidence>;

/** How many times more than independent events counts vary, and where the number came from; `none`: nothing is known, and it is 1. */
export const Dispersion = z
  .strictObject({ value: z.number(), source: z.enum(['history', 'policy', 'none']) })
  .readonly();
export type Dispersion = z.infer<typeof Dispersion>;

/** How far the arms are apart. A bound (or an estimate) that nothing limits, as of a champion without any event, is null. */
export const Effect = z
  .strictObject({
    /** times: a factor of the champion's rate. plus: a difference in the unit of the metric. */
    scale: z.enum(['times', 'plus']),
    estimate: z.number().nullable(),
    low: z.number().nullable(),
    high: z.number().nullable(),
  })
  .readonly();
export type Effect = z.infer<typeof Effect>;

/** What is known of one metric. */
export const MetricJudgement = z
  .strictObject({
    /** Against "the candidate is not worse": once crossed, it does harm. */
    harm: Evidence,
    /** Against "the candidate is worse by more than the margin": once crossed, it is not. */
    nonInferiority: Evidence,
    /** Of a target: against "the candidate is not better". Null of what need not improve. */
    superiority: Evidence.nullable(),
    /** By what counts were divided because they vary more than independent events, and where the number came from. */
    dispersion: Dispersion,
    /** The candidate against the champion, with bounds that hold at any time, for people. Null while nothing was counted. */
    effect: Effect.nullable(),
    /** Why the newest interval gave no number; null when it did. */
    missing: z.string().nullable(),
  })
  .readonly();
export type MetricJudgement = z.infer<typeof MetricJudgement>;

/** The worst of all metrics decides: fail on harm; pass when no guardrail can be worse by its margin; error when the split or a source cannot be trusted. */
export const RolloutVerdict = z.enum(['pass', 'fail', 'inconclusive', 'error']);
export type RolloutVerdict = z.infer<typeof RolloutVerdict>;

/**
 * Why a verdict is what it is. harm, not-worse, no-harm: as shown. no-history: counts differ more than chance allows if
 * events are independent, which no history has shown: a person has to look. too-few: the step has not lasted or answered enough.
 * undecided: the numbers say neither. sample-ratio, source-down, no-traffic, no-series: what is not to be trusted, or not there.
 */
export const JudgementReason = z.enum([
  'harm',
  'not-worse',
  'no-harm',
  'no-history',
  'too-few',
  'undecided',
  'sample-ratio',
  'source-down',
  'no-traffic',
  'no-series',
]);
export type JudgementReason = z.infer<typeof JudgementReason>;

/** What a step was found to be at the last interval that counts for it. */
export const StepJudgement = z
  .strictObject({
    step: z.number().int(),
    attempt: z.number().int(),
    verdict: RolloutVerdict,
    reason: JudgementReason,
    /** Requests that the candidate answered in it. */
    exposure: z.number(),
    /** The interval at whose end it became `pass` or `fail`; null while it is neither. */
    decidedAt: interval,
  })
  .readonly();
export type StepJudgement = z.infer<typeof StepJudgement>;

/** A verdict, which is a pure function of evidence and policy. */
export const Judgement = z
  .strictObject({
    verdict: RolloutVerdict,
    reason: JudgementReason,
    /** The metric that decided, where one alone did. */
    metric: z.string().nullable(),
    /** The interval at whose end the verdict was reached; null while it is inconclusive. */
    decidedAt: interval,
    metrics: z.record(z.string(), MetricJudgement).readonly(),
    /** Against "the platform splits as it was told", in the present attempt. */
    sampleRatio: z
      .strictObject({
        ...Evidence.unwrap().shape,
        /** The candidate's percent of the requests at the present weight. */
        seen: z.number().nullable(),
        dispersion: Dispersion,
      })
      .readonly(),
    steps: z.array(StepJudgement).readonly(),
  })
  .readonly();
export type Judgement = z.infer<typeof Judgement>;
