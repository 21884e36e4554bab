import { resolve } from 'node:path';
import { openDataset } from '../src/data/dataset.ts';
import { AppError } from '../src/error.ts';
import { type Command, flag, type Invocation, textOption } from './command.ts';
import { type DataLocation, dataLocation } from './data-location.ts';
import { printEvaluation } from './evaluation-output.ts';
import { evaluationOptions, evaluationPolicy } from './evaluation-policy.ts';
import { runEvaluation } from './run-evaluation.ts';

/** `siskin compare`: two predictions files, on the same rows. */
export const compareCommand: Command = {
  usage: 'compare CANDIDATE CHAMPION [--data FILE] [--target COLUMN] [--task TASK] [OPTIONS]',
  options: {
    data: { type: 'string', value: 'FILE', help: 'where the truth is (default: in the candidate’s predictions file)' },
    ...evaluationOptions,
  },
  run: runCompare,
};

const usualTargets = ['target', 'truth', 'y_true', 'y', 'label', 'actual'] as const;

async function runCompare(invocation: Invocation) {
  const { folder, positionals } = invocation;
  const [candidate, champion] = positionals;
  if (candidate === undefined || champion === undefined || positionals.length > 2) {
    throw new AppError(
      'bad-input',
      `expected two predictions files, found ${positionals.length}; write \`siskin compare candidate.parquet champion.parquet\``,
    );
  }
  const data = dataLocation(folder, textOption(invocation, 'data') ?? candidate);
  const predictions = dataLocation(folder, candidate);
  const policy = evaluationPolicy(invocation, {
    holdout: data.pattern,
    task: textOption(invocation, 'task') ?? (await usualTask(predictions)),
    target: textOption(invocation, 'target') ?? (await usualTarget(data)),
    features: undefined,
    isCompared: true,
  });
  const evaluation = await runEvaluation(invocation, {
    holdoutRoot: data.root,
    policy,
    candidate: resolve(folder, candidate),
    champion: resolve(folder, champion),
  });
  return printEvaluation(evaluation, { policy, invocation, isJson: flag(invocation, 'json'), about: candidate });
}

async function usualTask(location: DataLocation): Promise<string> {
  const names = await columnNames(location);
  if (names.includes('probability')) return 'binary';
  if (names.some((name) => name.startsWith('probability_'))) return 'multiclass';
  throw new AppError(
    'bad-input',
    `expected --task, or a probability column that tells it, found ${names.slice(0, 20).join(', ')}; add --task binary, multiclass or regression`,
  );
}

async function usualTarget(location: DataLocation): Promise<string> {
  const names = await columnNames(location);
  const target = usualTargets.find((name) => names.includes(name));
  if (target !== undefined) return target;
  throw new AppError(
    'bad-input',
    `expected --target, or a column ${usualTargets.join(', ')}, found ${names.slice(0, 20).join(', ')}; add --target with the column that holds the truth, and --data if it is in another file`,
  );
}

async function columnNames({ root, pattern }: DataLocation): Promise<readonly string[]> {
  await using dataset = await openDataset({ root, paths: [pattern] });
  return dataset.columns.map((column) => column.name);
}
