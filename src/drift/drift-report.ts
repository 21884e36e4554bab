import { z } from 'zod';
import { ColumnRole } from './column-role.ts';
import { PerformanceEstimate } from './estimate/estimate-report.ts';
import { Multivariate } from './multivariate/multivariate-report.ts';
import { DriftWindows } from './windows/window-report.ts';

/** The statistical tests and distances between two samples of one column, by the name that `--json` uses. */
export const driftTests = [
  'psi',
  'jensen-shannon',
  'kolmogorov-smirnov',
  'wasserstein',
  'wasserstein-normed',
  'chi-square',
  'hellinger',
  'kullback-leibler',
  'l-infinity',
  'cramer-von-mises',
  'anderson-darling',
  'energy',
] as const;
/** The name of one of them. */
export type DriftTest = (typeof driftTests)[number];

/** One statistic: its value, its p-value and q-value (Benjamini–Hochberg over all columns) and, where it is an effect size, its interval. */
export const Statistic = z.strictObject({
  value: z.number(),
  pValue: z.number().min(0).max(1).nullable(),
  qValue: z.number().min(0).max(1).nullable(),
  effect: z.strictObject({ low: z.number(), high: z.number() }).nullable(),
});
export type Statistic = z.infer<typeof Statistic>;

const Share = z.strictObject({ reference: z.number(), current: z.number() });

/** The interval of the Jensen–Shannon distance of a share's own two cells. */
const ShareEffect = z.strictObject({ value: z.number(), low: z.number(), high: z.number() });

const OneSidedShare = z.strictObject({
  share: z.number(),
  examples: z.array(z.string().max(100)).max(5),
  pValue: z.number().nullable().optional(),
  qValue: z.number().nullable().optional(),
  effect: ShareEffect.optional(),
});

/** One column compared. Bars hold shares (they add up to 1) on common edges (number) or common labels (category). */
export const ColumnDrift = z.strictObject({
  kind: z.enum(['number', 'boolean', 'category', 'text', 'timestamp', 'embedding']),
  statistics: z.partialRecord(z.enum(driftTests), Statistic),
  nulls: z.strictObject({
    reference: z.number(),
    current: z.number(),
    pValue: z.number().nullable(),
    qValue: z.number().nullable(),
    effect: ShareEffect.optional(),
  }),
  /** Share of the current rows whose category the reference never had; null for numbers. */
  unseen: OneSidedShare.nullable(),
  /** The same with the sides exchanged: share of the reference rows whose category no longer occurs. */
  vanished: OneSidedShare.nullable().optional(),
  mean: Share.nullable(),
  bars: z.strictObject({
    labels: z.array(z.string().max(100)).max(64),
    reference: z.array(z.number()).max(64),
    current: z.array(z.number()).max(64),
  }),
  /** `ignored`: nobody asked, because the policy says so or because time moves by itself. */
  verdict: z.enum(['steady', 'moved', 'not-assessed', 'ignored']),
  /** One clause: why this verdict, e.g. `too small to matter`. */
  reason: z.string().max(500),
  /** What the column is to the model; a feature where it is not said. */
  role: ColumnRole.optional(),
  /** Whether the policy calls it critical: once it moves, or is missing, the data fail whatever the rule is. */
  critical: z.boolean().optional(),
  /** By what columns are ranked: the largest effect times the weight of the role, from 0. */
  severity: z.number().nonnegative().optional(),
});
export type ColumnDrift = z.infer<typeof ColumnDrift>;

/** How the current data differ from the reference. `moved` when any column moved. */
export const DriftReport = z.strictObject({
  reference: z.strictObject({ rows: z.number().int(), digest: z.string().max(80) }),
  current: z.strictObject({ rows: z.number().int(), digest: z.string().max(80) }),
  /** `added`: the current rows are only those in files that came to the unchanged files of the reference; else `all`. */
  scope: z.enum(['all', 'added']),
  columns: z.record(z.string().max(200), ColumnDrift),
  /** Columns that only one side has. */
  added: z.array(z.string().max(200)),
  removed: z.array(z.string().max(200)),
  alpha: z.number(),
  minimumEffect: z.number(),
  verdict: z.enum(['steady', 'moved', 'not-assessed']),
  /** Critical columns that moved, are missing or have another type. */
  criticalMoved: z.array(z.string().max(200)).max(1000).optional(),
  /** Where rows hang together: by which column, and how many independent groups of them each side has. */
  blocks: z
    .strictObject({
      column: z.string().max(200),
      size: z.enum(['value', 'day', 'week']),
      reference: z.number().int().nonnegative(),
      current: z.number().int().nonnegative(),
    })
    .optional(),
  windows: DriftWindows.optional(),
  /** Absent when the policy does not ask for it. */
  multivariate: Multivariate.optional(),
  estimate: PerformanceEstimate.optional(),
});
export type DriftReport = z.infer<typeof DriftReport>;
