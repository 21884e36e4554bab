import { resolve } from 'node:path';
import { AppError } from '../src/error.ts';
import { explainHoldout } from '../src/evaluate/explanation/explain-holdout.ts';
import { mostLocals } from '../src/evaluate/explanation/explanation-report.ts';
import type { ModelPolicy } from '../src/policy/policy.ts';
import { type Command, exitCodes, flag, type Invocation, textOption } from './command.ts';
import { dataLocation } from './data-location.ts';
import { evaluationOptions, evaluationPolicy, requiredText } from './evaluation-policy.ts';
import { explanationOf, explanationOptions } from './explain-options.ts';
import { explanationLines } from './explanation-lines.ts';
import { policyModel, policyModelOptions } from './policy-model.ts';
import { progress } from './progress.ts';

const { task, target, 'positive-label': positiveLabel, id, confidence } = evaluationOptions;

/** `siskin explain`: what a model reads in the features, and what changed from the champion. */
export const explainCommand: Command = {
  usage: 'explain --model M [--champion N] (--policy FILE | --data FILE --task TASK --target COLUMN) [OPTIONS]',
  options: {
    model: { type: 'string', value: 'PATH', help: 'an .onnx file or a TensorFlow.js folder' },
    champion: { type: 'string', value: 'PATH', help: 'the model to compare with' },
    data: { type: 'string', value: 'FILE', help: 'the holdout rows: a file or a glob' },
    reference: { type: 'string', value: 'FILE', help: 'where background rows are from (default: the holdout)' },
    features: { type: 'string', value: 'A,B', help: 'the columns that the model reads, in its order' },
    rows: {
      type: 'string',
      value: 'ID,ID',
      help: `rows to explain one by one: values of --id, else row numbers from 1 (at most ${mostLocals})`,
    },
    ...Object.fromEntries(
      Object.entries({ task, target, 'positive-label': positiveLabel, id, confidence }).flatMap(([name, option]) =>
        option === undefined ? [] : [[name, option]],
      ),
    ),
    ...policyModelOptions,
    ...explanationOptions,
  },
  run: runExplain,
};

async function runExplain(invocation: Invocation) {
  const { folder, stdout, stderr, positionals } = invocation;
  if (positionals.length > 0) {
    throw new AppError('bad-input', `expected options only, found ${JSON.stringify(positionals[0])}; see \`--help\``);
  }
  const champion = textOption(invocation, 'champion');
  const base = policyModel(invocation);
  const { holdout, train } = locations(invocation, base);
  const policy = evaluationPolicy(invocation, {
    holdout: holdout.paths,
    task: textOption(invocation, 'task') ?? base?.task ?? requiredText(invocation, 'task'),
    target: textOption(invocation, 'target') ?? base?.target ?? requiredText(invocation, 'target'),
    features: textOption(invocation, 'features')?.split(','),
    isCompared: champion !== undefined,
    base,
  });
  const shown = progress({ stderr, what: 'explain', unit: 'model rows' });
  const explained = await explainHoldout({
    holdoutRoot: holdout.root,
    trainRoot: train.root,
    policy: { ...policy, data: { ...policy.data, train: [...train.paths] } },
    explanation: explanationOf(invocation, base?.explanation),
    names: [...new Set(textOption(invocation, 'rows')?.split(',') ?? [])],
    candidate: resolve(folder, requiredText(invocation, 'model')),
    champion: champion === undefined ? null : resolve(folder, champion),
    onProgress: ({ rows, totalRows }) => shown.update(rows, totalRows),
  }).finally(() => shown.end());
  const { explanation } = explained;
  if (flag(invocation, 'json')) stdout.write(`${JSON.stringify(explained)}\n`);
  else stdout.write(`${explanationLines(explanation, { isCompared: champion !== undefined }).join('\n')}\n`);
  const parts = [explanation.permutation, explanation.shapley].flatMap((part) => part ?? []);
  const isChampionLost = champion !== undefined && explanation.championAbsence !== null;
  return parts.every(({ kind }) => kind === 'value') && !isChampionLost ? exitCodes.pass : exitCodes.badInput;
}

interface Location {
  readonly root: string;
  readonly paths: readonly string[];
}

/** Where the holdout and the background rows are: typed paths, else those of the policy, which are relative to the folder. */
function locations(
  invocation: Invocation,
  base: ModelPolicy | null,
): { readonly holdout: Location; readonly train: Location } {
  const { folder } = invocation;
  const typed = (name: string): Location | null => {
    const path = textOption(invocation, name);
    if (path === undefined) return null;
    const { root, pattern } = dataLocation(folder, path);
    return { root, paths: [pattern] };
  };
  if (base === null) requiredText(invocation, 'data');
  const holdout = typed('data') ?? { root: folder, paths: base?.data.holdout ?? [] };
  const train = typed('reference') ?? (base === null ? holdout : { root: folder, paths: base.data.train });
  return { holdout, train };
}
