import { z } from 'zod';
import { metricNames } from '../metric-name.ts';

/** How the chance of a false alarm is held for all slices together. */
export const sliceMethods = ['holm', 'max-t'] as const;
/** The name of such a method. */
export type SliceMethod = (typeof sliceMethods)[number];

/** One gated metric of one slice, beside the interval of its difference that is not adjusted for the number of slices. */
export const SliceTest = z.strictObject({
  /** One-sided, of "no worse than the margin": small where the slice is worse by more than it. */
  pWorse: z.number().min(0).max(1),
  /** The same, adjusted over all tests of the gate. */
  adjusted: z.number().min(0).max(1),
  /** The margin in units of the metric: a relative one is of the champion's value in this slice. */
  margin: z.number().nonnegative(),
});
export type SliceTest = z.infer<typeof SliceTest>;

/** What a slice holds beside its metrics. All of it is absent when the policy has no `slices-gate`. */
export const sliceParts = {
  /** Rows of the positive class; absent for tasks without one. */
  positives: z.number().int().nonnegative().optional(),
  /** Why the slice could not be held against the gate. */
  notAssessed: z.string().max(200).optional(),
  tests: z.partialRecord(z.enum(metricNames), SliceTest).optional(),
  /** The difference drawn towards that of all slices by as much as chance explains: for display, never for a verdict. */
  shrunk: z.partialRecord(z.enum(metricNames), z.number()).optional(),
} as const;

/** What the tests of the slices were made with, so that they are held only against a policy that asks for the same. */
export const SlicesGateReport = z.strictObject({
  method: z.enum(sliceMethods),
  confidence: z.number(),
  minimumRows: z.number().int(),
  minimumPositives: z.number().int(),
  /** The margin of each gated metric as the policy writes it, e.g. `0.02` or `2%`. */
  margins: z.partialRecord(z.enum(metricNames), z.string().max(40)),
  /** How many tests share the error. */
  tests: z.number().int().nonnegative(),
  /** Slices that could not be assessed, and their rows in all. */
  notAssessed: z.number().int().nonnegative(),
  notAssessedRows: z.number().int().nonnegative(),
});
export type SlicesGateReport = z.infer<typeof SlicesGateReport>;
