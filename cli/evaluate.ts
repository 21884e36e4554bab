import { resolve } from 'node:path';
import { AppError } from '../src/error.ts';
import type { ModelPolicy } from '../src/policy/policy.ts';
import { type Command, flag, type Invocation, textOption } from './command.ts';
import { commonLocation, dataLocation } from './data-location.ts';
import { printEvaluation } from './evaluation-output.ts';
import { evaluationOptions, evaluationPolicy, requiredText } from './evaluation-policy.ts';
import { policyModel, policyModelOptions } from './policy-model.ts';
import { type QuantisedModel, quantisedModel, quantiseOptions } from './quantise.ts';
import { runEvaluation } from './run-evaluation.ts';

/** `siskin evaluate`: measures a model, and compares it with a champion on the same rows. */
export const evaluateCommand: Command = {
  usage: 'evaluate --model M [--champion N] (--policy FILE | --data FILE --task TASK --target COLUMN) [OPTIONS]',
  options: {
    model: { type: 'string', value: 'PATH', help: 'an .onnx file, a TensorFlow.js folder, or a predictions file' },
    champion: { type: 'string', value: 'PATH', help: 'the model to compare with, in any of these forms' },
    data: { type: 'string', value: 'FILE', help: 'the holdout rows: a file or a glob of CSV, JSON lines or Parquet' },
    features: {
      type: 'string',
      value: 'A,B',
      help: 'the columns that the model reads, in its order (default: all but target and id)',
    },
    ...policyModelOptions,
    ...evaluationOptions,
    ...quantiseOptions,
  },
  run: runEvaluate,
};

async function runEvaluate(invocation: Invocation) {
  const { folder } = invocation;
  const typed = textOption(invocation, 'champion');
  const given = resolve(folder, requiredText(invocation, 'model'));
  using copy = await quantisedCopy(invocation, given);
  const candidate = copy?.path ?? given;
  // A quantised copy is judged against the model that it is of.
  const champion = copy === null ? typed : given;
  const base = policyModel(invocation);
  const data = locate(invocation, base);
  const policy = evaluationPolicy(invocation, {
    holdout: data.holdout,
    history: data.history,
    task: base === null ? requiredText(invocation, 'task') : (textOption(invocation, 'task') ?? base.task),
    target: base === null ? requiredText(invocation, 'target') : (textOption(invocation, 'target') ?? base.target),
    features: textOption(invocation, 'features')?.split(','),
    isCompared: champion !== undefined,
    base,
  });
  const evaluation = await runEvaluation(invocation, {
    holdoutRoot: data.root,
    policy,
    candidate,
    champion: champion === undefined ? null : resolve(folder, champion),
  });
  return printEvaluation(evaluation, { policy, invocation, isJson: flag(invocation, 'json'), about: candidate });
}

async function quantisedCopy(invocation: Invocation, model: string): Promise<QuantisedModel | null> {
  if (!flag(invocation, 'quantise')) return null;
  if (textOption(invocation, 'champion') !== undefined) {
    throw new AppError(
      'bad-input',
      'expected --quantise without --champion, found both; the copy is judged against the model itself, so leave --champion out',
    );
  }
  return await quantisedModel(model, textOption(invocation, 'python') ?? 'python3');
}

/** Where the holdout and the history are: typed paths from a folder that holds both, else those of the policy. */
function locate(
  invocation: Invocation,
  base: ModelPolicy | null,
): { readonly root: string; readonly holdout: string | readonly string[]; readonly history: string | undefined } {
  const { folder } = invocation;
  const typed = textOption(invocation, 'data');
  const past = textOption(invocation, 'history');
  if (base !== null && typed === undefined) return { root: folder, holdout: base.data.holdout, history: past };
  const data = dataLocation(folder, requiredText(invocation, 'data'));
  // Paths of a policy are relative to the folder, so that everything is.
  const others = [
    ...(past === undefined ? [] : [dataLocation(folder, past)]),
    ...(base === null ? [] : [{ root: folder, pattern: '' }]),
  ];
  const { root, patterns } = commonLocation([data, ...others]);
  return { root, holdout: patterns[0] ?? data.pattern, history: past === undefined ? undefined : patterns[1] };
}
