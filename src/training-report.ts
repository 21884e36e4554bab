import { z } from 'zod';

/**
 * What job `train` says about itself (training.json in the model's artifact). Training code is untrusted, so this is
 * shown as reported and decides nothing.
 */
export const TrainingReport = z.strictObject({
  schema: z.literal('siskin.training/v1'),
  claim: z.string().max(64),
  model: z.string().max(63),
  head: z.string().max(40),
  trainingKey: z.string().max(80).nullable(),
  command: z.string().max(4000),
  outcome: z.enum(['succeeded', 'failed', 'timed-out', 'killed', 'no-output']),
  exitCode: z.number().int().nullable(),
  signal: z.string().max(20).nullable(),
  seconds: z.number().nonnegative(),
  peakMemoryBytes: z.number().nonnegative().nullable(),
  gpu: z
    .strictObject({ name: z.string().max(200), peakMemoryBytes: z.number().nonnegative(), peakUtilization: z.number() })
    .nullable(),
  seed: z.number().int(),
  parameters: z.record(z.string().max(200), z.union([z.string().max(500), z.number(), z.boolean(), z.null()])),
  environment: z.record(z.string().max(100), z.string().max(500)),
  files: z
    .array(
      z.strictObject({ path: z.string().max(500), bytes: z.number().int().nonnegative(), digest: z.string().max(80) }),
    )
    .max(10_000),
  logBytes: z.number().int().nonnegative(),
  logTail: z.array(z.string().max(1000)).max(50),
});
export type TrainingReport = z.infer<typeof TrainingReport>;
