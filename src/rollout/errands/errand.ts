import { z } from 'zod';
import { RolloutMetricPolicy } from '../../policy/rollout-metric-policy.ts';
import type { MetricQuestion } from '../../ports/metric-source.ts';
import type { Capability, Observed, Traffic } from '../../ports/serving.ts';
import { ArmCounts } from '../evidence.ts';

const text = z.string().max(4000);
const percent = z.number().min(0).max(100);
const Model = z.strictObject({ version: text, digest: text, uri: text });

const TrafficShape = z.strictObject({
  rollout: text,
  fence: z.number().int().nonnegative(),
  champion: Model.nullable(),
  candidate: Model.nullable(),
  weight: percent,
  shadow: percent,
  audience: z.union([z.strictObject({ header: text, value: text }), z.strictObject({ cookie: text })]).nullable(),
}) satisfies z.ZodType<Traffic>;

const QuestionShape = z.strictObject({
  name: text,
  metric: RolloutMetricPolicy,
  model: text,
  arm: z.enum(['candidate', 'champion']),
  version: text,
  from: z.iso.datetime(),
  to: z.iso.datetime(),
}) satisfies z.ZodType<MetricQuestion>;

/** What a job on a runner is asked to do for one rollout: one call of a port. `apply` looks afterwards, too. */
export const Errand = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('probe') }),
  z.strictObject({ kind: z.literal('observe') }),
  z.strictObject({ kind: z.literal('apply'), traffic: TrafficShape }),
  z.strictObject({ kind: z.literal('measure'), connection: text, question: QuestionShape }),
]);
/** What a job on a runner is asked to do for one rollout. */
export type Errand = z.infer<typeof Errand>;

const Seen = z.strictObject({ version: text.nullable(), digest: text.nullable() });

const ObservedShape = z.strictObject({
  fence: z.number().nullable(),
  champion: Seen.nullable(),
  candidate: Seen.extend({ ready: z.boolean() }).nullable(),
  weight: percent,
  shadow: percent,
  trouble: text.nullable(),
}) satisfies z.ZodType<Observed>;

const CapabilityShape = z.strictObject({
  weights: z.enum(['any', 'whole-percents', 'none']),
  mostWeight: percent,
  shadow: z.boolean(),
  header: z.boolean(),
  sticky: z.boolean(),
  fence: z.boolean(),
  problems: z.array(text).max(50).readonly(),
}) satisfies z.ZodType<Capability>;

const reason = z.string().max(2000);

const MeasuredShape = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('value'), counts: ArmCounts, reset: z.boolean() }),
  z.strictObject({ kind: z.literal('missing'), missing: z.enum(['no-series', 'no-traffic']), reason }),
  z.strictObject({ kind: z.literal('failed'), reason }),
]);

/** Errors that a port on a runner may have; any other is told as `unavailable`. */
export const refusals = ['fenced', 'not-permitted', 'bad-config', 'timed-out', 'unsupported', 'unavailable'] as const;

/** What came of one errand. */
export const ErrandAnswer = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('probed'), capability: CapabilityShape }),
  z.strictObject({ kind: z.literal('observed'), observed: ObservedShape }),
  z.strictObject({ kind: z.literal('measured'), measured: MeasuredShape }),
  /** The port threw. What the platform was seen to serve after that, where it could be seen. */
  z.strictObject({
    kind: z.literal('refused'),
    code: z.enum(refusals),
    message: reason,
    observed: ObservedShape.nullable(),
  }),
]);
/** What came of one errand. */
export type ErrandAnswer = z.infer<typeof ErrandAnswer>;

/** Whether an answer is one to this kind of errand. */
export function answers(errand: Pick<Errand, 'kind'>, answer: ErrandAnswer): boolean {
  if (answer.kind === 'refused') return true;
  const expected = { probe: 'probed', observe: 'observed', apply: 'observed', measure: 'measured' } as const;
  return answer.kind === expected[errand.kind];
}

/** An errand as it is asked for, once by its rollout and key. */
export interface ErrandWish {
  readonly key: string;
  readonly errand: Errand;
  /** It goes alone and at once, also before what is under way. */
  readonly isUrgent: boolean;
}

/** An errand that was asked for, and what came of it so far. */
export interface KnownErrand {
  readonly key: string;
  /** Of a write; null for what only reads. */
  readonly fence: number | null;
  /** ISO 8601: when the newest job was asked to do it; null while none was. */
  readonly sentAt: string | null;
  readonly answer: ErrandAnswer | null;
  /** ISO 8601. */
  readonly answeredAt: string | null;
}
