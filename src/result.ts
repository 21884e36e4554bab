import { z } from 'zod';
import { ValidationReport } from './data/validation-report.ts';
import { DriftReport } from './drift/drift-report.ts';
import { EvaluationReport } from './evaluate/evaluation-report.ts';
import { Software } from './report/software.ts';
import { TrainingReport } from './training-report.ts';

/** The largest result.json that is read, in bytes. */
export const resultBytesLimit = 5_000_000;

/**
 * What job `evaluate` measured for one model (result.json). It holds measurements only; the App judges them with the
 * policy of the base branch. A part that could not be done is null and a sentence in `failures` says why.
 */
export const Result = z.strictObject({
  schema: z.literal('siskin.result/v1'),
  claim: z.string().max(64),
  repository: z.string().max(200),
  head: z.string().regex(/^[0-9a-f]{40}$/),
  base: z.string().regex(/^[0-9a-f]{40}$/),
  model: z.string().max(63),
  run: z.strictObject({ id: z.number().int(), attempt: z.number().int() }),
  /** ISO 8601, UTC. */
  finishedAt: z.iso.datetime(),
  seconds: z.number().nonnegative(),
  /** Absent in what an earlier version wrote. */
  software: Software.optional(),
  training: TrainingReport.nullable(),
  validation: ValidationReport.nullable(),
  drift: DriftReport.nullable(),
  evaluation: EvaluationReport.nullable(),
  failures: z
    .array(
      z.strictObject({
        part: z.enum(['training', 'validation', 'drift', 'evaluation']),
        code: z.string().max(40),
        message: z.string().max(2000),
      }),
    )
    .max(20),
});
export type Result = z.infer<typeof Result>;
