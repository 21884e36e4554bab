import { z } from 'zod';

/** The most windows of one report: a year of days. */
export const windowLimit = 366;
/** The most columns whose effect is told window by window. */
export const windowColumnLimit = 20;

/** How far one column of one window is from the reference: the Jensen–Shannon distance with its interval; null where it was not assessed. */
export const WindowEffect = z
  .strictObject({ value: z.number(), low: z.number(), high: z.number(), verdict: z.enum(['steady', 'moved']) })
  .nullable();
export type WindowEffect = z.infer<typeof WindowEffect>;

/** One window of the current rows against the whole reference. */
export const DriftWindow = z.strictObject({
  /** Where it starts: a time (ISO 8601, UTC), or the number of its first row, from 1. */
  start: z.string().max(40),
  rows: z.number().int().nonnegative(),
  /** Of the columns that were assessed. */
  moved: z.number().int().nonnegative(),
  assessed: z.number().int().nonnegative(),
  /** In the order of `columns`. */
  effects: z.array(WindowEffect).max(windowColumnLimit),
  verdict: z.enum(['steady', 'moved', 'not-assessed']),
});
export type DriftWindow = z.infer<typeof DriftWindow>;

/** The current rows window by window, in order: for a chart. */
export const DriftWindows = z.strictObject({
  /** The column of times; null where windows are counted in rows. */
  time: z.string().max(200).nullable(),
  /** `day`, `week`, or as many rows as it says, e.g. `1000 rows`. */
  size: z.string().max(40),
  /** The columns that moved most in any window, most first, each with what windows of the reference itself reach by chance. */
  columns: z
    .array(
      z.strictObject({
        name: z.string().max(200),
        /** Mean and three standard deviations over the reference's own windows; null where it has fewer than three. */
        noise: z.number().nullable(),
      }),
    )
    .max(windowColumnLimit),
  windows: z.array(DriftWindow).max(windowLimit),
  /** Rows in no window: without a time. */
  rowsLeftOut: z.number().int().nonnegative(),
});
export type DriftWindows = z.infer<typeof DriftWindows>;
