import { z } from 'zod';

const count = z.number().nonnegative();

/**
 * What one arm did in one interval. Counts: `n` exposures, `x` events. Means: `n`, `sum` and `sumsq` (sum of squares).
 * Latency: `n`, and `buckets` as [upper edge, requests at most that slow] in rising order, as a Prometheus histogram counts.
 */
export const ArmCounts = z.union([
  z.strictObject({ n: count, x: count }),
  z.strictObject({ n: count, sum: z.number(), sumsq: count }),
  z.strictObject({ n: count, buckets: z.array(z.tuple([z.union([z.number(), z.literal('+Inf')]), count])).max(500) }),
]);
/** What one arm did in one interval. */
export type ArmCounts = z.infer<typeof ArmCounts>;

/** Why there is no number: nothing matched, nothing happened, or the source could not be asked. */
export const NoCounts = z.strictObject({
  missing: z.enum(['no-series', 'no-traffic', 'failed']),
  reason: z.string().max(500),
});

/** One sealed interval of a rollout, one line of an evidence file. It is never written again. */
export const Interval = z.strictObject({
  /** From 0 on; those before any traffic moved count down from -1 and have weight 0. */
  interval: z.number().int(),
  /** ISO 8601: its end on the grid. */
  end: z.string(),
  /** Percent that the candidate was set to get. */
  weight: z.number().min(0).max(100),
  /** The step that it belongs to, from 0; absent before the first and after the last. */
  step: z.number().int().nonnegative().optional(),
  /** A human decision about a step starts a new attempt. */
  attempt: z.number().int().positive().optional(),
  /** Requests of each arm, by which the split is judged; absent: those of the first metric. */
  requests: z.strictObject({ candidate: count, champion: count }).optional(),
  /** Set where a counter of either arm began again: then the split of this interval is not judged. */
  reset: z.literal(true).optional(),
  /** SHA-256 of the queries that measured this. */
  queries: z.string().optional(),
  metrics: z.record(
    z.string(),
    z.strictObject({ candidate: z.union([ArmCounts, NoCounts]).optional(), champion: z.union([ArmCounts, NoCounts]) }),
  ),
});
/** One sealed interval of a rollout. */
export type Interval = z.infer<typeof Interval>;
