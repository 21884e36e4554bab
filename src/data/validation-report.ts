import { z } from 'zod';

/** Broken rules that a report lists, those that only warn included; of more it says how many. */
export const mostProblems = 1000;

/**
 * One row that breaks a rule. Values are shortened, and hidden where the schema or their look says that they are secret,
 * because a report is read by more people than the data.
 */
export const FailingRow = z.strictObject({
  /** The data file, relative to the root that it was opened in. */
  file: z.string().max(500),
  /** The row of that file, from 1, the header not counted. */
  row: z.number().int().positive(),
  /** The line of the file where the row begins, from 1; null where there are none to see (Parquet, compressed text). */
  line: z.number().int().positive().nullable(),
  /** The row's values of the schema's `key` columns, e.g. `id=17`; null when the schema names none. */
  key: z.string().max(200).nullable(),
  /** Null stands for a missing value. */
  value: z.string().max(80).nullable(),
});
export type FailingRow = z.infer<typeof FailingRow>;

/** What kind of surprise a broken rule is: each kind has one way to mend it. */
export const anomalies = [
  'missing-column',
  'new-column',
  'wrong-type',
  'missing-values',
  'out-of-range',
  'wrong-form',
  'new-category',
  'duplicates',
  'unknown-key',
  'stale',
  'row-count',
  'distribution',
  'expression',
  'leakage',
  'overlap',
] as const;

/** One broken rule: what was expected, what was found, and where. */
export const SchemaProblem = z.strictObject({
  /** Empty when the rule is about the data as a whole. */
  column: z.string().max(200),
  /** The key of the schema that holds the rule. */
  check: z.string().max(100),
  expected: z.string().max(500),
  found: z.string().max(500),
  /** The rows that break it; null where no single row can be blamed. */
  rows: z.number().int().nonnegative().nullable(),
  /** The schema file and the line of the rule in it. */
  file: z.string().max(500).nullable(),
  line: z.number().int().positive().nullable(),
  anomaly: z.enum(anomalies).optional(),
  /** What to do, as a sentence. */
  fix: z.string().max(500).optional(),
  /** The first rows that break it. */
  examples: z.array(FailingRow).max(5).optional(),
});
export type SchemaProblem = z.infer<typeof SchemaProblem>;

/** How strongly single columns foretell the target, strongest first. */
export const LeakageReport = z.strictObject({
  target: z.string().max(200),
  /** The rows that it was measured on: all, or a sample drawn by the hash of their content. */
  rows: z.number().int().nonnegative(),
  columns: z
    .array(
      z.strictObject({
        column: z.string().max(200),
        /** 0: says nothing of the target; 1: determines it. */
        association: z.number().min(0).max(1),
        method: z.enum(['auc', 'cramers-v', 'spearman', 'correlation-ratio', 'copy', 'missing']),
      }),
    )
    .max(20),
});
export type LeakageReport = z.infer<typeof LeakageReport>;

/** How many rows of other data, e.g. of the holdout, are also here. */
export const OverlapReport = z.strictObject({
  with: z.array(z.string().max(500)).max(100),
  /** The columns that were compared. */
  columns: z.number().int().nonnegative(),
  rows: z.number().int().nonnegative(),
  ofRows: z.number().int().nonnegative(),
});
export type OverlapReport = z.infer<typeof OverlapReport>;

/** What checking data against its schema found. `rows` counts the offending rows where a row can be blamed. */
export const ValidationReport = z.strictObject({
  schema: z.enum(['present', 'absent']),
  rows: z.number().int().nonnegative(),
  checks: z.number().int().nonnegative(),
  /** How often the rows were gone through for all checks together. */
  scans: z.number().int().nonnegative().optional(),
  problems: z.array(SchemaProblem).max(mostProblems),
  /** Broken rules that the schema says only to warn of. */
  warnings: z.array(SchemaProblem).max(mostProblems).optional(),
  /** Broken rules beyond those that are listed. */
  cut: z.number().int().positive().optional(),
  leakage: LeakageReport.optional(),
  overlap: z.array(OverlapReport).max(20).optional(),
  verdict: z.enum(['pass', 'fail', 'error']),
});
export type ValidationReport = z.infer<typeof ValidationReport>;
