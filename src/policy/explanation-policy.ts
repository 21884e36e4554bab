import { z } from 'zod';

/** What permutation importance may be counted in: the mean over the rows of a loss that each row has by itself. */
export const explanationLosses = ['log-loss', 'brier', 'error', 'squared-error', 'absolute-error'] as const;
/** The name of such a loss. */
export type ExplanationLoss = (typeof explanationLosses)[number];

/** How it is explained what the models read in the features. It decides nothing. */
export const ExplanationPolicy = z.strictObject({
  method: z
    .enum(['both', 'permutation', 'shapley'])
    .default('both')
    .describe('permutation: what a model loses without a feature. shapley: what a feature does to its answers.'),
  rows: z
    .number()
    .int()
    .min(30)
    .max(100_000)
    .default(300)
    .describe('The holdout rows that are explained: a sample by the hash of the rows, the same for both models.'),
  permutations: z
    .number()
    .int()
    .min(2)
    .max(1000)
    .multipleOf(2)
    .default(4)
    .describe(
      'How often each feature is permuted; for Shapley values, how many pairs of orders each background row is used in. An even number.',
    ),
  background: z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(32)
    .describe('The rows whose values stand for "without this feature" in Shapley values.'),
  'background-from': z
    .enum(['holdout', 'train'])
    .default('holdout')
    .describe('Where the background rows are sampled from: the holdout, or the training data of the base branch.'),
  'budget-rows': z
    .number()
    .int()
    .min(1000)
    .max(10_000_000_000)
    .default(10_000_000)
    .describe(
      'The rows that may be put to both models together. With too few, fewer rows are explained, and the report says so.',
    ),
  loss: z
    .enum(explanationLosses)
    .optional()
    .describe(
      'What permutation importance is counted in. Default: log-loss for classifiers (error for labels without probabilities), squared-error for task regression.',
    ),
  groups: z
    .record(
      z
        .string()
        .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,62}$/u, 'letters, digits, spaces, `.`, `_` and `-`, at most 63'),
      z.array(z.string().min(1).max(200)).min(1).max(1000),
    )
    .refine((groups) => Object.keys(groups).length <= 20, { message: 'at most 20 groups; keep those that are read' })
    .default({})
    .describe('Features that are looked at together, by a name, e.g. `address: [street, city]`.'),
});
export type ExplanationPolicy = z.infer<typeof ExplanationPolicy>;
