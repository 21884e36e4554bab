import { folderMatcher, globMatcher } from '../change/glob.ts';
import { policyPath } from '../policy/policy.ts';
import type { Inspection, TrainingScript } from './inspect.ts';
import { type ProposedModel, renderProposedPolicy } from './policy-text.ts';
import { targetGuess } from './table-sample.ts';
import { workflowFor } from './workflow-template.ts';

/** The files that a repository needs to begin, and what was assumed in writing them, one sentence each. */
export interface Proposal {
  readonly files: Readonly<Record<string, string>>;
  readonly assumptions: readonly string[];
}

/** Where the workflow that Siskin dispatches is put. */
export const proposedWorkflowPath = '.github/workflows/siskin.yml';

/**
 * Proposes a policy for what was found, and the workflow, fitted to it, of the given template. The policy is always
 * valid; what it guesses, it says.
 */
export function proposal(options: { readonly inspection: Inspection; readonly workflow: string }): Proposal {
  const { inspection, workflow } = options;
  const models = proposedModels(inspection);
  const assumptions = [
    ...models.flatMap((model) => model.assumptions.map((text) => `\`${model.name}\`: ${text}`)),
    ...remarks(inspection),
  ];
  return {
    files: { [policyPath]: renderProposedPolicy(models), [proposedWorkflowPath]: workflowFor(workflow, inspection) },
    assumptions,
  };
}

const mostModels = 10;

interface Pair {
  readonly model: string | null;
  readonly script: TrainingScript | null;
}

function proposedModels(inspection: Inspection): readonly ProposedModel[] {
  const found = pairs(inspection);
  const names = new Set<string>();
  return (found.length === 0 ? [{ model: null, script: null }] : found).map((pair) => {
    const name = freeName(pair, names);
    names.add(name);
    return proposedModel({ pair, name, inspection });
  });
}

/** A script belongs to the model with which it shares a word; a lone script and a lone model belong together. */
function pairs(inspection: Inspection): readonly Pair[] {
  const models = inspection.models.slice(0, mostModels);
  const scripts = inspection.scripts.slice(0, mostModels);
  if (models.length === 1 && scripts.length === 1) return [{ model: models[0] ?? null, script: scripts[0] ?? null }];
  const taken = new Set<TrainingScript>();
  const withModel = models.map((model) => {
    const script = scripts.find(
      (one) => !taken.has(one) && words(one.path).some((word) => words(model).includes(word)),
    );
    if (script !== undefined) taken.add(script);
    return { model, script: script ?? null };
  });
  return [...withModel, ...scripts.filter((script) => !taken.has(script)).map((script) => ({ model: null, script }))];
}

const commonWords = [
  'train',
  'training',
  'fit',
  'model',
  'models',
  'src',
  'scripts',
  'onnx',
  'py',
  'js',
  'ts',
  'mjs',
  'sh',
  'dvc',
  'yaml',
];

function words(path: string): readonly string[] {
  const all = path.toLowerCase().split(/[^a-z0-9]+/);
  return all.filter((word) => word.length > 1 && !commonWords.includes(word));
}

function freeName(pair: Pair, taken: ReadonlySet<string>): string {
  const source = pair.model ?? pair.script?.path ?? '';
  const base =
    source
      .split('/')
      .at(-1)
      ?.replace(/\.[^.]*$/, '') ?? '';
  const last = words(pair.model === null ? source : base)
    .slice(0, 5)
    .join('-')
    .slice(0, 50);
  const name = last === '' || last === 'constructor' ? 'main' : last;
  for (let count = 1; ; count += 1) {
    const candidate = count === 1 ? name : `${name}-${count}`;
    if (!taken.has(candidate)) return candidate;
  }
}

function proposedModel(options: {
  readonly pair: Pair;
  readonly name: string;
  readonly inspection: Inspection;
}): ProposedModel {
  const { pair, name, inspection } = options;
  const assumptions: string[] = [];
  const guess = inspection.samples.map((sample) => targetGuess(sample, name)).find((one) => one !== null);
  if (guess === undefined) assumptions.push('no column was seen: correct `target` and `task`.');
  else
    assumptions.push(
      `\`target\` is \`${guess.target}\`, which ${guess.reason}; its values look like task ${guess.task}.`,
    );
  const data = proposedData(inspection);
  assumptions.push(...data.assumptions);
  if (pair.model === null && pair.script === null) {
    assumptions.push(
      'neither a model file (.onnx, TensorFlow.js) nor a training script was found: correct `model`, or add `train`.',
    );
  }
  if (pair.script !== null) {
    assumptions.push(
      `\`${pair.script.command}\` trains it, reads SISKIN_DATA and SISKIN_SEED, and writes to SISKIN_OUTPUT.`,
    );
    assumptions.push(
      'a self-hosted runner with the labels `self-hosted` and `gpu` trains it; write `[ubuntu-latest]` to train on a hosted one.',
    );
  }
  return {
    name,
    task: guess?.task ?? 'binary',
    target: guess?.target ?? 'label',
    training: data.training,
    holdout: data.holdout,
    schema: inspection.schema,
    model: pair.model ?? (pair.script === null ? 'models/model.onnx' : null),
    command: pair.script?.command ?? null,
    output: outputOf({ pair, name, data }),
    parameters: pair.script === null ? [] : inspection.parameters.slice(0, 20),
    assumptions,
  };
}

/** A committed model is written where it is; another one beside the data, never into it. */
function outputOf(options: { readonly pair: Pair; readonly name: string; readonly data: ProposedData }): string {
  const { pair, name, data } = options;
  const holds = folderMatcher(pair.model === null ? [] : [pair.model]);
  if (pair.model !== null && ![...data.training, ...data.holdout, ...data.schema].some(holds)) return pair.model;
  return `out/${name}${/\.(js|mjs|ts)$/.test(pair.script?.path ?? '') ? '' : '.onnx'}`;
}

interface ProposedData {
  readonly training: readonly string[];
  readonly holdout: readonly string[];
  readonly schema: readonly string[];
  readonly assumptions: readonly string[];
}

function proposedData(inspection: Inspection): ProposedData {
  const assumptions: string[] = [];
  // A folder that holds the holdout too cannot be named as training data.
  const apart = inspection.training.filter((path) => !inspection.holdout.some(folderMatcher([path])));
  const training = apart.length > 0 ? condensed(apart, inspection.holdout) : ['data/train.csv'];
  if (apart.length === 0) assumptions.push('no training data was found: `data/train.csv` stands for it.');
  const holdout = inspection.holdout.length > 0 ? inspection.holdout.slice(0, 20) : [placeholder(training)];
  if (inspection.holdout.length === 0) {
    assumptions.push(`no holdout was found: set rows aside in \`${holdout[0]}\` that are never trained on.`);
  } else {
    assumptions.push(
      `${holdout.map((path) => `\`${path}\``).join(', ')} ${holdout.length === 1 ? 'is' : 'are'} never trained on.`,
    );
  }
  return { training, holdout, schema: inspection.schema === null ? [] : [inspection.schema], assumptions };
}

/**
 * A folder that is named for training is taken with all that will be added to it; a few other files are listed, many
 * become a glob. None of it may catch the holdout.
 */
function condensed(files: readonly string[], holdout: readonly string[]): readonly string[] {
  const folders = files.map((path) => /^.*train[^/]*(?=\/)/i.exec(path)?.[0]);
  const candidates = [
    ...(folders.includes(undefined) ? [] : [folders.map((folder) => `${folder}/**`)]),
    ...(files.length > 5 ? [files.map((path) => path.replace(/[^/]*?(\.[^./]*)?$/, '*$1'))] : []),
  ];
  const globs = candidates
    .map((all) => [...new Set(all)])
    .find((all) => all.length <= 20 && !holdout.some(globMatcher(all)));
  return globs ?? files.slice(0, 100);
}

function placeholder(training: readonly string[]): string {
  const ending = /\.(csv|parquet|jsonl|ndjson)$/.exec(training[0] ?? '')?.[0] ?? '.csv';
  const matches = folderMatcher(training);
  return (
    ['data/holdout', 'holdout', 'holdout/holdout', 'evaluation/holdout']
      .map((stem) => stem + ending)
      .find((path) => !matches(path)) ?? `siskin-holdout${ending}`
  );
}

function remarks(inspection: Inspection): readonly string[] {
  const { foreignModels, hasDvc, hasLfs } = inspection;
  return [
    ...(foreignModels.length === 0
      ? []
      : [
          `\`${foreignModels[0]}\`${foreignModels.length === 1 ? ' is' : ` and ${foreignModels.length - 1} more are`} in a format that is not evaluated: export to ONNX or TensorFlow.js, or write a predictions file.`,
        ]),
    ...(hasDvc
      ? [
          'DVC keeps data here: the workflow pulls it; give its two `Pull the data` steps read-only credentials of the remote.',
        ]
      : []),
    ...(hasLfs ? ['Git LFS keeps files here: the workflow checks them out.'] : []),
  ];
}
