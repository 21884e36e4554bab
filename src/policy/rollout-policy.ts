import { z } from 'zod';
import { ConnectionName } from './connection-name.ts';
import { RolloutMetricPolicy } from './rollout-metric-policy.ts';

const minutes = z.number().min(0).max(43_200);

/** One weight of a rollout, and what has to hold before the next. */
export const RolloutStep = z.strictObject({
  weight: z.number().gt(0).max(100).describe('Percent of the traffic that the candidate gets.'),
  'minimum-exposure': z
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('The candidate must have answered so many requests in this step.'),
  'minimum-minutes': minutes.default(0).describe('The step lasts at least so long; parts of a minute count.'),
  'maximum-minutes': minutes.default(60).describe('After so long without a decision `when.inconclusive` holds.'),
  needs: z
    .enum(['no-harm', 'not-worse'])
    .optional()
    .describe(
      'no-harm: no metric shows harm. not-worse: every guardrail is shown to be within its margin. Default: not-worse in the last step, else no-harm.',
    ),
  pause: z
    .boolean()
    .default(false)
    .describe('Wait for a person (`/canary advance`) after this step; harm rolls back all the same.'),
});
/** One step of a rollout, with its defaults filled in. */
export type RolloutStep = z.infer<typeof RolloutStep>;

/** What is done when the numbers do not say it. */
export const RolloutDoubt = z.strictObject({
  inconclusive: z.enum(['hold', 'rollback']).default('hold').describe('A step ended without a decision.'),
  'no-traffic': z.enum(['hold', 'rollback']).default('hold').describe('No request reached the candidate.'),
  'source-down': z.enum(['hold', 'rollback']).default('hold').describe('A metric could not be measured.'),
  alert: z
    .enum(['hold', 'rollback'])
    .default('rollback')
    .describe('An alert of the operator’s receivers fires while the candidate gets traffic.'),
});

/** Who gets the candidate, where not a random share of all requests. */
export const RolloutAudience = z.union([
  z.strictObject({
    header: z.string().min(1).max(100).describe('Only requests with this header…'),
    value: z.string().min(1).max(200).describe('…of this value reach the candidate.'),
  }),
  z.strictObject({
    cookie: z.string().min(1).max(100).describe('The cookie (or user key) by which an assignment stays with a user.'),
  }),
]);

/** The keys of an environment that say how a release gets into it. */
export const rolloutKeys = {
  after: z
    .string()
    .max(63)
    .optional()
    .describe('The environment in which a version must serve before it may be released to this one.'),
  url: z.url().max(500).optional().describe('Where people see this environment; shown on its deployments.'),
  executor: z
    .enum(['app', 'runner'])
    .default('app')
    .describe('app: Siskin reaches the serving platform itself. runner: a short job on a self-hosted runner does it.'),
  runner: z
    .array(z.string().min(1).max(100))
    .min(1)
    .max(20)
    .default(['self-hosted'])
    .describe('For `executor: runner`: the labels of that runner.'),
  serving: z
    .looseObject({ connection: ConnectionName.describe('The connection of the operator to the serving platform.') })
    .optional()
    .describe('Where models serve. Strings may hold `{model}`. Without it a release is only recorded.'),
  metrics: z
    .record(z.string().regex(/^(?!constructor$)[a-z][a-z0-9-]{0,40}$/), RolloutMetricPolicy)
    .default({})
    .describe('What is watched while traffic moves, by name.'),
  steps: z
    .array(RolloutStep)
    .min(1)
    .max(20)
    .optional()
    .describe('The weights, in order. Default: 5, 25 and 50 percent, each until it is decided.'),
  'interval-seconds': z.number().int().min(1).max(3600).default(60).describe('The grid on which evidence is sealed.'),
  'history-intervals': z
    .number()
    .int()
    .min(0)
    .max(1000)
    .default(30)
    .describe('Intervals of the champion before any traffic moves, from which dispersion is estimated.'),
  when: RolloutDoubt.prefault({}).describe('What is done in doubt.'),
  audience: RolloutAudience.optional().describe('A header or cookie that decides who gets the candidate.'),
  shadow: z
    .strictObject({
      percent: z.number().gt(0).max(100).default(100).describe('The share of requests that is mirrored.'),
      minutes: minutes.default(10).describe('For how long, before the first step.'),
    })
    .optional()
    .describe('Mirror requests to the candidate first; its answers reach nobody.'),
  'bake-minutes': minutes
    .default(10)
    .describe(
      'How long the candidate serves everything before it is the champion. Nothing is left to compare it with then: alerts and people may still take it back.',
    ),
} as const;

/** What an environment says about rollouts, with its defaults filled in. */
export const RolloutPolicy = z.strictObject(rolloutKeys);
/** What an environment says about rollouts. */
export type RolloutPolicy = z.infer<typeof RolloutPolicy>;
