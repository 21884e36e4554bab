import { z } from 'zod';
import { explanationLosses } from '../../policy/explanation-policy.ts';

/** The most features that are listed; the others are counted. */
export const mostFeatures = 50;
/** The most rows that can be explained one by one. */
export const mostLocals = 20;

/** Why something was not explained. */
const Absence = z.strictObject({ kind: z.literal('missing'), reason: z.string().max(1000) });
const Failure = z.strictObject({ kind: z.literal('failed'), reason: z.string().max(1000) });

/** An estimated number, its standard error and its interval at the confidence of the report. */
export const Estimate = z.strictObject({
  value: z.number(),
  standardError: z.number().nonnegative(),
  low: z.number(),
  high: z.number(),
});
export type Estimate = z.infer<typeof Estimate>;

/** Candidate − champion on the same rows. The q-value (Benjamini–Hochberg) is among all features, or all groups, of a method. */
export const Change = z.strictObject({
  ...Estimate.shape,
  pValue: z.number().min(0).max(1),
  qValue: z.number().min(0).max(1),
});
export type Change = z.infer<typeof Change>;

/** What the models lose when the values of a feature, or of a group of them, are exchanged between rows. */
export const PermutedFeature = z.strictObject({
  name: z.string().max(200),
  /** The increase of the mean loss; below zero by chance only, or where the model is better without. */
  candidate: Estimate,
  champion: Estimate.nullable(),
  difference: Change.nullable(),
});
export type PermutedFeature = z.infer<typeof PermutedFeature>;

const Permutation = z.strictObject({
  kind: z.literal('value'),
  loss: z.enum(explanationLosses),
  /** The mean loss of the models on the rows as they are. */
  candidateLoss: z.number(),
  championLoss: z.number().nullable(),
  rows: z.number().int().positive(),
  permutations: z.number().int().positive(),
  /** Those that changed (q-value up to 1 − confidence) come first, by how much, then the others by importance. */
  features: z.array(PermutedFeature).max(mostFeatures),
  /** Features beyond those that are listed. */
  omitted: z.number().int().nonnegative(),
  groups: z.array(PermutedFeature).max(20),
});

/** One model and one feature: how far it moves the answers. */
export const ShapleyImportance = z.strictObject({
  /** The mean over the rows of |Shapley value|, in units of the answer. */
  importance: Estimate,
  /** Whether the model's answer ever depended on the feature in the rows that were asked. */
  isUsed: z.boolean(),
  /** The correlation of the feature's value with its Shapley value: above 0, more of it raises the answer. Null for text. */
  direction: z.number().min(-1).max(1).nullable(),
});
export type ShapleyImportance = z.infer<typeof ShapleyImportance>;

/** What a feature, or the features of a group together, do to the answers of both models. */
export const ShapleyFeature = z.strictObject({
  name: z.string().max(200),
  candidate: ShapleyImportance,
  champion: ShapleyImportance.nullable(),
  difference: Change.nullable(),
  /** The correlation over the rows of the two models' Shapley values. Null without a champion, or where one is constant. */
  agreement: z.number().min(-1).max(1).nullable(),
  /** Whether the agreement is below 0 beyond doubt: what raised the answer lowers it now. */
  isFlipped: z.boolean(),
});
export type ShapleyFeature = z.infer<typeof ShapleyFeature>;

const Contribution = z.strictObject({
  name: z.string().max(200),
  /** In units of the answer. The error is that of the sampling of orders: 0 where all were looked at, or none matters. */
  candidate: Estimate,
  champion: Estimate.nullable(),
});

/** One row: its answer is the baseline plus the contributions of all features. */
export const LocalExplanation = z.strictObject({
  /** The row's id as it was asked for, or its number counting from 1. */
  row: z.string().max(200),
  /** The class whose probability is explained; null for a regression. */
  explainedClass: z.string().max(200).nullable(),
  candidateAnswer: z.number(),
  championAnswer: z.number().nullable(),
  /** Those that move the answer of either model most come first. */
  contributions: z.array(Contribution).max(mostFeatures),
  omitted: z.number().int().nonnegative(),
});
export type LocalExplanation = z.infer<typeof LocalExplanation>;

const Shapley = z.strictObject({
  kind: z.literal('value'),
  /**
   * What is explained: a prediction; the probability of the positive class; of the class that the candidate predicts for the
   * row (task multiclass); or, where a model gives labels only, whether it says that class (1 or 0).
   */
  answer: z.enum(['prediction', 'positive-probability', 'predicted-probability', 'label']),
  rows: z.number().int().positive(),
  background: z.number().int().positive(),
  permutations: z.number().int().positive(),
  /** The mean answer over the background, which contributions are counted from. For multiclass the mean over the rows too. */
  candidateBaseline: z.number(),
  championBaseline: z.number().nullable(),
  /** The largest distance, over rows and models, of the sum of the values from answer − baseline: rounding, if all is well. */
  efficiencyGap: z.number().nonnegative(),
  /** Those that changed (q-value up to 1 − confidence) come first, by how much, then the others by importance. */
  features: z.array(ShapleyFeature).max(mostFeatures),
  omitted: z.number().int().nonnegative(),
  groups: z.array(ShapleyFeature).max(20),
  locals: z.array(LocalExplanation).max(mostLocals),
});

/** What candidate and champion read in the features, and what changed between them. It decides nothing. */
export const ExplanationReport = z.strictObject({
  confidence: z.number(),
  /** All holdout rows with a truth, of which some were sampled. */
  ofRows: z.number().int().nonnegative(),
  /** Features of either model. */
  features: z.number().int().nonnegative(),
  /** Why there is no champion beside the candidate; null when there is one. */
  championAbsence: z.string().max(1000).nullable(),
  /** Rows put to the models: what was estimated before, what was asked, what was allowed. */
  modelRows: z.strictObject({
    estimated: z.number().int().nonnegative(),
    asked: z.number().int().nonnegative(),
    budget: z.number().int().positive(),
  }),
  /** Absent when the policy does not ask for the method. */
  permutation: z.discriminatedUnion('kind', [Permutation, Absence, Failure]).optional(),
  shapley: z.discriminatedUnion('kind', [Shapley, Absence, Failure]).optional(),
  /** What a reader should know: fewer rows than asked for, and so on. */
  notes: z.array(z.string().max(500)).max(10),
});
export type ExplanationReport = z.infer<typeof ExplanationReport>;
