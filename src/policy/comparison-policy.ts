import { z } from 'zod';
import { sliceMethods } from '../evaluate/comparison/slice-report.ts';
import { spendings } from '../evaluate/holdout/holdout-use.ts';
import { metricNames } from '../evaluate/metric-name.ts';
import { Margin } from './margin.ts';

const column = z.string().min(1).max(200);

/** What every slice must keep, once the overall gate of the metric has passed. */
export const SlicesGate = z.strictObject({
  method: z
    .enum(sliceMethods)
    .default('max-t')
    .describe(
      'How the chance of a false alarm is held for all slices together: `holm` by p-values alone, `max-t` also by how slices and metrics hang together.',
    ),
  'not-worse-by': Margin.optional().describe(
    'In no slice may the candidate be worse than the champion by more than this: a number, or a share of the champion’s value in the slice like `2%`. Default: the margin of each metric’s own gate.',
  ),
  metrics: z
    .array(z.enum(metricNames))
    .min(1)
    .max(20)
    .optional()
    .describe('The metrics that are gated in slices. Default: those whose gate has `not-worse-by`.'),
  'minimum-rows': z
    .number()
    .int()
    .min(30)
    .max(1_000_000)
    .default(100)
    .describe('A slice of fewer rows is shown as not assessed.'),
  'minimum-positives': z
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .default(20)
    .describe('For task binary: a slice of fewer positive rows is shown as not assessed.'),
});
export type SlicesGate = z.infer<typeof SlicesGate>;

/** How the error of the policy is shared among the candidates that one holdout judges. */
export const HoldoutPolicy = z.strictObject({
  spend: z
    .enum(spendings)
    .default('none')
    .describe(
      'Whether each candidate that this holdout judges spends a part of the error: `bonferroni` and `pocock` in about equal parts, `obrien-fleming` little at first. `none` only counts and warns.',
    ),
  looks: z
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(10)
    .describe('How many candidates the holdout is to judge before it is replaced.'),
});
export type HoldoutPolicy = z.infer<typeof HoldoutPolicy>;

/** What a model must keep to be served on a small device. */
export const EdgePolicy = z
  .strictObject({
    'max-bytes': z.number().int().positive().optional().describe('The largest size of all its files.'),
    'max-latency-ms': z
      .number()
      .positive()
      .optional()
      .describe('The longest median time of one row on a single thread; the upper end of its interval must keep it.'),
    'max-memory-bytes': z
      .number()
      .int()
      .positive()
      .optional()
      .describe('The most memory that loading it and answering a batch may take.'),
    operators: z
      .array(z.string().min(1).max(200))
      .min(1)
      .max(500)
      .optional()
      .describe(
        'The operators that the device has, e.g. `Gemm`; one of another domain with it, e.g. `ai.onnx.ml:TreeEnsembleClassifier`, or `ai.onnx.ml:*` for all of a domain.',
      ),
    'runs-in-wasm': z.literal(true).optional().describe('It must answer in WebAssembly too.'),
  })
  .refine((edge) => Object.keys(edge).length > 0, {
    message: 'a bound (`max-bytes`, `max-latency-ms`, `max-memory-bytes`, `operators`, `runs-in-wasm`); add one',
  });
export type EdgePolicy = z.infer<typeof EdgePolicy>;

/** The keys of a model that say how candidate and champion are compared. */
export const comparisonKeys = {
  cluster: column
    .optional()
    .describe(
      'A holdout column whose values are users, documents or days: rows of one value belong together, and every interval allows for it.',
    ),
  'slice-crosses': z
    .array(z.array(column).length(2))
    .max(10)
    .default([])
    .describe('Pairs of holdout columns whose combined values are slices as well, e.g. `[[region, device]]`.'),
  'slice-bins': z
    .number()
    .int()
    .min(2)
    .max(20)
    .default(4)
    .describe('Into how many bins of equal mass a column of numbers is cut where it has more than 20 values.'),
  'slices-gate': SlicesGate.optional().describe('What every slice must keep. Without it slices are only shown.'),
  holdout: HoldoutPolicy.prefault({}).describe('How often the holdout may be asked.'),
  edge: EdgePolicy.optional().describe(
    'What serving may cost. Without it latency and size are measured as metrics only.',
  ),
} as const;
