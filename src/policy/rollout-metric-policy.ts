import { z } from 'zod';
import { ConnectionName } from './connection-name.ts';

/** What a metric counts, and so which test judges it. */
export const rolloutMetricKinds = ['error-rate', 'latency-quantile', 'mean', 'ratio', 'conversion'] as const;

/** One thing that is watched while traffic moves, with the bounds of its two tests. */
export const RolloutMetricPolicy = z.strictObject({
  source: ConnectionName.optional().describe('The connection of the operator that this metric is asked of.'),
  query: z
    .record(z.string().regex(/^[a-z][a-z0-9-]{0,30}$/), z.string().min(1).max(4000))
    .optional()
    .describe(
      'What the source is asked, by the parts that its kind takes; `{model}`, `{arm}`, `{version}` and `{seconds}` are replaced.',
    ),
  kind: z
    .enum(rolloutMetricKinds)
    .describe(
      'error-rate: events among requests. latency-quantile: requests slower than an edge of a histogram. mean: a value per request. ratio: a sum over another. conversion: users who did it.',
    ),
  direction: z
    .enum(['lower-is-better', 'higher-is-better'])
    .optional()
    .describe('Default: lower is better, of a conversion higher.'),
  role: z
    .enum(['guardrail', 'target', 'info'])
    .default('guardrail')
    .describe(
      'guardrail: harm rolls back, and promotion needs it not worse. target: as guardrail, and promotion needs it better. info: shown.',
    ),
  margin: z
    .number()
    .positive()
    .default(1.25)
    .describe(
      'How much worse still counts as not worse: a factor of the champion’s rate; for a mean, a difference in its unit.',
    ),
  'harm-alpha': z
    .number()
    .gt(0)
    .lt(0.5)
    .default(0.01)
    .describe('The most that identical models may be rolled back by this metric, however often one looks.'),
  'non-inferiority-alpha': z
    .number()
    .gt(0)
    .lt(0.5)
    .default(0.05)
    .describe('The most that a model worse by the margin may be promoted.'),
  quantile: z
    .number()
    .gt(0)
    .lt(1)
    .optional()
    .describe('For latency-quantile: which, e.g. 0.95. The champion’s history chooses the edge.'),
  edge: z
    .number()
    .positive()
    .optional()
    .describe('For latency-quantile: the edge itself, in the unit of the histogram, in place of a quantile.'),
  bounds: z
    .tuple([z.number(), z.number()])
    .optional()
    .describe('For mean: the least and the most that a value can be; then the bound is exact.'),
  'group-sequential': z
    .strictObject({
      events: z
        .number()
        .positive()
        .describe('How many events of both arms together (over their dispersion) the test is planned for.'),
      spending: z
        .enum(['obrien-fleming', 'pocock'])
        .default('obrien-fleming')
        .describe('obrien-fleming: hardly any error is spent early. pocock: about evenly.'),
    })
    .optional()
    .describe(
      'For counts whose number is known beforehand: a planned test, which finds smaller differences by its end, and after it nothing.',
    ),
  dispersion: z
    .number()
    .min(1)
    .max(1000)
    .optional()
    .describe(
      'How many times more counts vary than independent events would, where there is no history to estimate it from.',
    ),
});
/** A watched metric, with its defaults filled in. */
export type RolloutMetricPolicy = z.infer<typeof RolloutMetricPolicy>;
