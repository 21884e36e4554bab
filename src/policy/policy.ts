import { z } from 'zod';
import { metricNames } from '../evaluate/metric-name.ts';

/** Where the policy of a repository lives. It is always read from the base branch, never from a pull request's head. */
export const policyPath = '.github/siskin.yml';

const paths = z
  .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
  .transform((value) => (typeof value === 'string' ? [value] : value));

export const ModelName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower-case letters, digits and hyphens, at most 63');

/** A bound on a measurement. Without any bound it must be `kind: info`. */
export const Gate = z
  .strictObject({
    kind: z
      .enum(['guardrail', 'target', 'info'])
      .optional()
      .describe(
        'guardrail: must not break its bound. target: must show that it improves. info: shown, decides nothing. Default: target when only `better-by` is given, else guardrail.',
      ),
    'not-worse-by': z
      .number()
      .nonnegative()
      .optional()
      .describe(
        'The candidate may be worse than the champion by at most this much, shown by the confidence interval of the difference.',
      ),
    'better-by': z
      .number()
      .nonnegative()
      .optional()
      .describe(
        'The candidate must be better than the champion by more than this, shown by the confidence interval of the difference.',
      ),
    'at-least': z.number().optional().describe('The candidate itself must reach this value.'),
    'at-most': z.number().optional().describe('The candidate itself must not exceed this value.'),
  })
  .refine(
    (gate) => gate.kind === 'info' || ['not-worse-by', 'better-by', 'at-least', 'at-most'].some((key) => key in gate),
    {
      message: 'a bound: one of not-worse-by, better-by, at-least, at-most (or `kind: info` to only show it)',
    },
  );
export type Gate = z.infer<typeof Gate>;

export const changeKinds = ['code', 'data', 'parameters', 'environment'] as const;

export const TrainPolicy = z.strictObject({
  command: z
    .string()
    .min(1)
    .describe('The shell command that trains the model, run at the root of the repository at the claimed commit.'),
  output: z
    .string()
    .min(1)
    .describe(
      'The file or folder that the command writes: an .onnx file, a folder with a TensorFlow.js model.json, or a predictions file.',
    ),
  inputs: paths
    .default(['**'])
    .describe(
      'Files whose change means that the training code changed (globs). Documentation, data and files named elsewhere in this policy never count as code.',
    ),
  parameters: paths.optional().describe('Parameter files (globs).'),
  environment: paths
    .default([
      'package-lock.json',
      'requirements*.txt',
      'pyproject.toml',
      'uv.lock',
      'poetry.lock',
      'environment.yml',
      'Dockerfile',
    ])
    .describe('Files that pin the environment (globs).'),
  on: z
    .array(z.enum(changeKinds))
    .default([...changeKinds])
    .describe('The kinds of change that start a training by themselves; `/train` always works.'),
  runner: z
    .array(z.string().min(1))
    .min(1)
    .default(['self-hosted', 'gpu'])
    .describe('Labels of the runner that trains.'),
  'timeout-minutes': z
    .number()
    .int()
    .min(1)
    .max(7200)
    .default(60)
    .describe('The training is stopped after this many minutes.'),
  seed: z.number().int().nonnegative().default(1).describe('Given to the command as SISKIN_SEED.'),
});
export type TrainPolicy = z.infer<typeof TrainPolicy>;

export const DriftPolicy = z.strictObject({
  rule: z.enum(['warn', 'fail', 'ignore']).default('warn').describe('What moved columns do to the verdict.'),
  alpha: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.01)
    .describe('The false discovery rate over all columns (Benjamini–Hochberg).'),
  effect: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.05)
    .describe('The smallest Jensen–Shannon distance (base 2) that matters; its lower confidence bound must reach it.'),
  ignore: z.array(z.string().min(1)).default([]).describe('Columns that are expected to move, e.g. a date.'),
});
export type DriftPolicy = z.infer<typeof DriftPolicy>;

export const ModelPolicy = z.strictObject({
  task: z.enum(['binary', 'multiclass', 'regression']).describe('What the model predicts.'),
  target: z.string().min(1).describe('The column that holds the truth.'),
  'positive-label': z
    .union([z.string(), z.number(), z.boolean()])
    .optional()
    .describe('For task binary: the value of the target that counts as positive. Default: true or 1.'),
  features: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('The columns that the model reads, in its order. Default: every holdout column but target and id.'),
  id: z.string().min(1).optional().describe('A column that names a row; it is never a feature.'),
  data: z.strictObject({
    train: paths.describe(
      'The training data: files or globs of CSV, Parquet or JSON lines, also as DVC or Git LFS pointers.',
    ),
    holdout: paths.describe('The rows that candidate and champion are compared on. Always taken from the base branch.'),
    schema: z
      .string()
      .min(1)
      .optional()
      .describe('A file that says what the data must look like (`siskin validate --init` writes it).'),
  }),
  model: z
    .string()
    .min(1)
    .optional()
    .describe(
      'The model file or folder that is committed in git. Without it the champion is the newest accepted run of the base branch.',
    ),
  train: TrainPolicy.optional().describe('How the model is trained. Without it only a committed model can change.'),
  metrics: z
    .partialRecord(z.enum(metricNames), Gate)
    .refine((metrics) => Object.keys(metrics).length > 0, { message: 'at least one metric' })
    .describe('What is measured and what it must reach.'),
  confidence: z
    .number()
    .min(0.5)
    .lt(1)
    .default(0.95)
    .describe('The level of every interval that is shown and decides.'),
  slices: z.array(z.string().min(1)).default([]).describe('Columns by whose values the metrics are shown separately.'),
  drift: DriftPolicy.prefault({}),
});
export type ModelPolicy = z.infer<typeof ModelPolicy>;

/** The parsed config of the base branch: what may run, what is measured, what decides. */
export const Policy = z.strictObject({
  version: z.literal(1).describe('The version of this format.'),
  workflow: z
    .string()
    .min(1)
    .default('siskin.yml')
    .describe('The workflow file in `.github/workflows` of the default branch that Siskin dispatches.'),
  'evaluate-runner': z
    .array(z.string().min(1))
    .min(1)
    .default(['ubuntu-latest'])
    .describe('Labels of the runner that evaluates. It must not be a machine on which training code ran.'),
  models: z
    .record(ModelName, ModelPolicy)
    .refine((models) => Object.keys(models).length > 0, { message: 'at least one model' })
    .describe('The models of this repository, by name.'),
});
export type Policy = z.infer<typeof Policy>;
