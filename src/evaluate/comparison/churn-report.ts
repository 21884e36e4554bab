import { z } from 'zod';

/** The most flipped rows that a report names. */
export const mostFlips = 50;

/**
 * What became of a row's answer: right before and wrong now (or, for numbers, further from the truth), the reverse, or
 * another answer that is no better and no worse.
 */
export const flipKinds = ['regression', 'improvement', 'neutral'] as const;
/** What became of a row whose answer changed. */
export type FlipKind = (typeof flipKinds)[number];

const count = z.number().int().nonnegative();

/** A row whose answer changed, named without any of its contents: its number in the holdout from 1 on, and its id. */
export const Flip = z.strictObject({
  row: z.number().int().positive(),
  /** The value of the policy's id column; null without one. */
  id: z.string().max(200).nullable(),
  kind: z.enum(flipKinds),
});
export type Flip = z.infer<typeof Flip>;

const counts = { changed: count, rows: count, regressions: count.optional(), improvements: count.optional() };

/** Rows whose predicted class (or, for regression, prediction beyond 1 % of the target's spread) differs. */
export const ChurnReport = z.strictObject({
  ...counts,
  /** The same counts for each slice that has a row that changed. */
  slices: z
    .array(z.strictObject({ column: z.string().max(200), value: z.string().max(200), ...counts }))
    .max(500)
    .optional(),
  /** The first of them: regressions first, within a kind in the order of the holdout. */
  flips: z.array(Flip).max(mostFlips).optional(),
});
export type ChurnReport = z.infer<typeof ChurnReport>;
