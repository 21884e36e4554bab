import { z } from 'zod';
import { Measurement } from '../../verdict.ts';

/** The operators of a model's graph, the most frequent first. */
export const Operators = z.strictObject({
  total: z.number().int().nonnegative(),
  kinds: z
    .array(
      z.strictObject({
        /** The operator, with its domain before a colon where it is not the default one. */
        name: z.string().max(200),
        count: z.number().int().positive(),
      }),
    )
    .max(500),
  /** The operator sets that the model asks for; empty for TensorFlow.js. */
  opsets: z.array(z.strictObject({ domain: z.string().max(200), version: z.number().int() })).max(50),
});
export type Operators = z.infer<typeof Operators>;

/** What it costs to serve one model. */
export const ServingCost = z.strictObject({
  bytes: z.number().int().nonnegative(),
  /** Null when the graph could not be read, as for a predictions file. */
  operators: Operators.nullable(),
  /** Rows per second over the batches of the holdout, on all threads. */
  throughput: Measurement,
  /** The median milliseconds of one row on a single thread, with its 95 % interval. */
  singleThread: z.strictObject({
    median: Measurement,
    low: z.number().nonnegative().nullable(),
    high: z.number().nonnegative().nullable(),
  }),
  /** Bytes that a process of its own holds at most to load the model and answer a batch, beyond one without it. */
  peakMemory: Measurement,
  /** Whether it runs in WebAssembly; missing where nobody looked. */
  wasm: z.strictObject({ runs: z.boolean().nullable(), reason: z.string().max(500) }),
});
export type ServingCost = z.infer<typeof ServingCost>;

/** The cost of serving of both models; no champion, no cost. */
export const ServingReport = z.strictObject({ candidate: ServingCost, champion: ServingCost.nullable() });
export type ServingReport = z.infer<typeof ServingReport>;
