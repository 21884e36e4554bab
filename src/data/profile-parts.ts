import { z } from 'zod';

/** The least and the greatest of some numbers. */
export const Extremes = z.strictObject({ min: z.number(), max: z.number() });
export type Extremes = z.infer<typeof Extremes>;

/** The extremes of both; null when neither has any. */
export function mergeExtremes(a: Extremes | null, b: Extremes | null): Extremes | null {
  if (a === null || b === null) return a ?? b;
  return { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) };
}
