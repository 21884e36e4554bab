import { z } from 'zod';
import { metricNames, tasks } from '../evaluate/metric-name.ts';
import { AccessPolicy, AuthorMayApprove, EnvironmentsPolicy } from './access-policy.ts';
import { BudgetPolicy } from './budget-policy.ts';
import { comparisonKeys } from './comparison-policy.ts';
import { dataSourceKeys } from './data-source-policy.ts';
import { DriftPolicy } from './drift-policy.ts';
import { ExplanationPolicy } from './explanation-policy.ts';
import { FairnessPolicy } from './fairness-policy.ts';
import { ForkPolicy } from './fork-policy.ts';
import { FreezesPolicy, LocksPolicy } from './hold-policy.ts';
import { HygienePolicy } from './hygiene-policy.ts';
import { Margin } from './margin.ts';
import { ReleasePolicy } from './release-policy.ts';
import { runtimeKeys } from './runtime-policy.ts';
import { taskKeys } from './task-policy.ts';

/** Where the policy of a repository lives. It is always read from the base branch, never from a pull request's head. */
export const policyPath = '.github/siskin.yml';

/** Refused: absolute (also Windows and home), `..` or `.git` as a segment, backslashes, control characters. */
const insideRepository = /^(?![/~]|[A-Za-z]:)(?!(?:.*\/)?(?:\.\.|\.git)(?:\/|$))[^\\\p{Cc}]{1,500}$/u;

/** A file, folder or glob, relative to the root of the repository. */
const path = z
  .string()
  .regex(
    insideRepository,
    'a path inside the repository; write it relative to the root of the repository, with `/` and without `..`',
  );

const paths = z
  .union([path, z.array(path).min(1).max(100)])
  .transform((value) => (typeof value === 'string' ? [value] : value));

/** The name of a model, fit for file names, artifact names and branch names. */
export const ModelName = z
  .string()
  // `constructor` is the one name of this form that every JavaScript object already has.
  .regex(/^(?!constructor$)[a-z0-9][a-z0-9-]{0,62}$/, 'lower-case letters, digits and hyphens, at most 63');

/** A mapping of which an entry was already refused is not called empty as well. */
function isClean(payload: { readonly issues: readonly unknown[] }): boolean {
  return payload.issues.length === 0;
}

const column = z.string().min(1).max(200);
const runnerLabels = z.array(z.string().min(1).max(100)).min(1).max(20);

/** A bound on a measurement. Without any bound it must be `kind: info`. */
export const Gate = z
  .strictObject({
    kind: z
      .enum(['guardrail', 'target', 'info'])
      .optional()
      .describe(
        'guardrail: must not break its bound. target: must show that it improves. info: shown, decides nothing. Default: target when only `better-by` is given, else guardrail.',
      ),
    'not-worse-by': Margin.optional().describe(
      'The candidate may be worse than the champion by at most this much, shown by the confidence interval of the difference: a number, or a share of the champion’s value like `2%`.',
    ),
    'better-by': Margin.optional().describe(
      'The candidate must be better than the champion by more than this, shown by the confidence interval of the difference: a number, or a share of the champion’s value like `2%`.',
    ),
    'at-least': z.number().optional().describe('The candidate itself must reach this value.'),
    'at-most': z.number().optional().describe('The candidate itself must not exceed this value.'),
  })
  .refine(
    (gate) => gate.kind === 'info' || ['not-worse-by', 'better-by', 'at-least', 'at-most'].some((key) => key in gate),
    {
      message:
        'a bound (`not-worse-by`, `better-by`, `at-least`, `at-most`); add one, e.g. `not-worse-by: 0.01`, or `kind: info` to only show the metric',
    },
  );
export type Gate = z.infer<typeof Gate>;

/** The kinds of change that can start a training by themselves. */
export const changeKinds = ['code', 'data', 'parameters', 'environment'] as const;

/** How a model is trained, and what starts it. */
export const TrainPolicy = z.strictObject({
  command: z
    .string()
    .min(1)
    .max(4000)
    .describe('The shell command that trains the model, run at the root of the repository at the claimed commit.'),
  output: path.describe(
    'The file or folder that the command writes: an .onnx file, a folder with a TensorFlow.js model.json, or a predictions file.',
  ),
  inputs: paths
    .prefault(['**'])
    .describe(
      'Files whose change means that the training code changed (globs). Documentation, data and files named elsewhere in this policy never count as code.',
    ),
  parameters: paths.optional().describe('Parameter files (globs).'),
  environment: paths
    .prefault([
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
  runner: runnerLabels.default(['self-hosted', 'gpu']).describe('Labels of the runner that trains.'),
  'on-demand-runner': runnerLabels
    .optional()
    .describe(
      'Labels of the runner that trains after two machines in a row were lost, e.g. one that cannot be taken away.',
    ),
  'timeout-minutes': z
    .number()
    .min(0.05)
    .max(7200)
    .default(60)
    .describe('The training command is stopped after this many minutes; parts of a minute count.'),
  seed: z.number().int().nonnegative().default(1).describe('Given to the command as SISKIN_SEED.'),
});
export type TrainPolicy = z.infer<typeof TrainPolicy>;

/** Where a model's rows are. */
export const DataPolicy = z.strictObject({
  train: paths.describe(
    'The training data: files, globs or folders of CSV, Parquet, Arrow or JSON lines, also as DVC or Git LFS pointers.',
  ),
  holdout: paths.describe('The rows that candidate and champion are compared on. Always taken from the base branch.'),
  schema: path
    .optional()
    .describe('A file that says what the data must look like (`siskin validate --init` writes it).'),
  ...dataSourceKeys,
});
export type DataPolicy = z.infer<typeof DataPolicy>;

/** One deployable model: its task, data, training and gates. */
export const ModelPolicy = z.strictObject({
  task: z.enum(tasks).describe('What the model predicts.'),
  target: column.describe('The column that holds the truth.'),
  'positive-label': z
    .union([z.string(), z.number(), z.boolean()])
    .optional()
    .describe('For task binary: the value of the target that counts as positive. Default: true or 1.'),
  features: z
    .array(column)
    .min(1)
    .max(1000)
    .optional()
    .describe('The columns that the model reads, in its order. Default: every holdout column but target and id.'),
  id: column.optional().describe('A column that names a row; it is never a feature.'),
  data: DataPolicy.describe('Where the rows are that the model is trained on and measured with.'),
  model: path
    .optional()
    .describe(
      'The model file or folder that is committed in git. Without it the champion is the newest accepted run of the base branch.',
    ),
  train: TrainPolicy.optional().describe('How the model is trained. Without it only a committed model can change.'),
  metrics: z
    .partialRecord(z.enum(metricNames), Gate)
    .refine((metrics) => Object.keys(metrics).length > 0, {
      message: 'at least one metric; add one, e.g. `roc-auc: { not-worse-by: 0.005 }`',
      when: isClean,
    })
    .describe('What is measured and what it must reach.'),
  confidence: z
    .number()
    .min(0.5)
    .lt(1)
    .default(0.95)
    .describe('The level of every interval that is shown and decides.'),
  slices: z.array(column).max(20).default([]).describe('Columns by whose values the metrics are shown separately.'),
  fairness: FairnessPolicy.optional().describe(
    'Which groups of people a classifier must treat alike. Without it none are told apart.',
  ),
  ...comparisonKeys,
  ...taskKeys,
  ...runtimeKeys,
  explanation: ExplanationPolicy.optional().describe(
    'How it is explained what candidate and champion read in the features. Without it nothing is.',
  ),
  drift: DriftPolicy.prefault({}).describe('When the training data has moved away from the champion’s.'),
});
export type ModelPolicy = z.infer<typeof ModelPolicy>;

/** The parsed config of the base branch: what may run, what is measured, what decides. */
export const Policy = z.strictObject({
  version: z.literal(1).describe('The version of this format.'),
  workflow: z
    .string()
    .regex(/^[\w.-]{1,100}\.ya?ml$/, 'the name of a .yml file; write it without folders, e.g. `siskin.yml`')
    .default('siskin.yml')
    .describe('The workflow file in `.github/workflows` of the default branch that Siskin dispatches.'),
  'evaluate-runner': runnerLabels
    .default(['ubuntu-latest'])
    .describe('Labels of the runner that evaluates. It must not be a machine on which training code ran.'),
  forks: ForkPolicy.prefault({}).describe('What holds for pull requests from forks.'),
  budget: BudgetPolicy.optional().describe(
    'What runs may cost. Without it nothing is limited, and the hours are shown all the same.',
  ),
  models: z
    .record(ModelName, ModelPolicy)
    .refine((models) => Object.keys(models).length > 0, {
      message: 'at least one model; add one, or run `siskin init` to have it proposed',
      when: isClean,
    })
    .refine((models) => Object.keys(models).length <= 50, {
      message: 'at most 50 models; keep those that are deployed',
    })
    .describe('The models of this repository, by name.'),
  access: AccessPolicy.default({}),
  'author-may-approve': AuthorMayApprove,
  environments: EnvironmentsPolicy.default({}).describe('The environments that models are released to, by name.'),
  release: ReleasePolicy.optional().describe(
    'How versions are released. Without it they are released only where somebody types `/release`.',
  ),
  locks: LocksPolicy.prefault({}).describe('How long `/lock` may hold an environment for a model.'),
  freezes: FreezesPolicy.prefault({}).describe('How long `/freeze` may stop something.'),
  hygiene: HygienePolicy.prefault({}).describe(
    'What the hygiene action does about each thing that a pull request should not commit.',
  ),
});
export type Policy = z.infer<typeof Policy>;
