import { z } from 'zod';
import type { TensorSpec } from './tensor.ts';

/** What the server tells a model's process first. */
export const ModelOrder = z.strictObject({
  path: z.string(),
  /** What the bytes must hash to; null where nobody said it. */
  digest: z.string().nullable(),
  name: z.string(),
  version: z.string(),
  threads: z.number(),
  mostRows: z.number(),
  timeoutMs: z.number(),
  frameBytes: z.number(),
});
/** What the server tells a model's process first. */
export type ModelOrder = z.infer<typeof ModelOrder>;

/** What the process answers when the model is ready. */
export interface ModelReady {
  readonly digest: string;
  readonly platform: string;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /** Whether requests are answered together. */
  readonly isRowByRow: boolean;
}
