import { z } from 'zod';

/** Candidate − champion on the same rows, with the interval at `confidence` and the method that made it. */
export const Difference = z.strictObject({
  value: z.number(),
  low: z.number(),
  high: z.number(),
  confidence: z.number(),
  pValue: z.number().min(0).max(1).nullable(),
  method: z.string().max(100),
});
export type Difference = z.infer<typeof Difference>;
