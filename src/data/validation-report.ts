import { z } from 'zod';

/** What checking data against its schema found. `rows` counts the offending rows where a row can be blamed. */
export const ValidationReport = z.strictObject({
  schema: z.enum(['present', 'absent']),
  rows: z.number().int().nonnegative(),
  checks: z.number().int().nonnegative(),
  problems: z
    .array(
      z.strictObject({
        column: z.string().max(200),
        check: z.string().max(100),
        expected: z.string().max(500),
        found: z.string().max(500),
        rows: z.number().int().nonnegative().nullable(),
        file: z.string().max(500).nullable(),
        line: z.number().int().positive().nullable(),
      }),
    )
    .max(1000),
  verdict: z.enum(['pass', 'fail', 'error']),
});
export type ValidationReport = z.infer<typeof ValidationReport>;
