import { z } from 'zod';

const name = z.string().max(200);
const Verdict = z.enum(['steady', 'moved', 'not-assessed']);

/**
 * How well a classifier tells the rows of one side from those of the other, on rows that it was not trained on: the ROC
 * AUC with an interval, and the one-sided p-value of "it cannot" (Lopez-Paz and Oquab, "Revisiting Classifier Two-Sample
 * Tests", 2017). 0.5: not at all.
 */
export const Separation = z.strictObject({
  auc: z.number().min(0).max(1),
  low: z.number(),
  high: z.number(),
  pValue: z.number().min(0).max(1),
});
export type Separation = z.infer<typeof Separation>;

/** The squared maximum mean discrepancy of both sides by a Gaussian kernel, and its p-value by permutation. */
export const Discrepancy = z.strictObject({
  /** Unbiased, so it may lie below 0 where nothing differs. */
  value: z.number(),
  pValue: z.number().min(0).max(1),
  permutations: z.number().int(),
  /** Random Fourier frequencies that stand for the kernel. */
  frequencies: z.number().int(),
  /** Of the kernel, in the scale of the standardised columns: the median distance of two rows. */
  bandwidth: z.number(),
});
export type Discrepancy = z.infer<typeof Discrepancy>;

const Assessed = {
  separation: Separation.nullable(),
  verdict: Verdict,
  /** One clause: why this verdict. */
  reason: z.string().max(500),
};

/** A column of texts: whether their words tell the sides apart, and which words do so most. */
export const TextDrift = z.strictObject({
  ...Assessed,
  /** Words of many rows, each with the side that has more of it and the z-score of that. */
  words: z
    .array(z.strictObject({ word: z.string().max(40), side: z.enum(['reference', 'current']), score: z.number() }))
    .max(20),
});
export type TextDrift = z.infer<typeof TextDrift>;

/** A column of embeddings, all dimensions together. */
export const EmbeddingDrift = z.strictObject({ ...Assessed, discrepancy: Discrepancy.nullable() });
export type EmbeddingDrift = z.infer<typeof EmbeddingDrift>;

/** What several columns together tell of the two sides, from a sample of their rows. */
export const Multivariate = z.strictObject({
  ...Assessed,
  /** The rows that were looked at. */
  rows: z.strictObject({ reference: z.number().int(), current: z.number().int() }),
  /** The columns that give it away: the AUC that is lost when the values of one are exchanged, with its standard error. */
  columns: z.array(z.strictObject({ name, lost: z.number(), error: z.number() })).max(20),
  discrepancy: Discrepancy.nullable(),
  texts: z.record(name, TextDrift),
  embeddings: z.record(name, EmbeddingDrift),
  /** The AUC that the lower bound must reach, and the level of bounds and p-values. */
  minimumAuc: z.number(),
  alpha: z.number(),
});
export type Multivariate = z.infer<typeof Multivariate>;
