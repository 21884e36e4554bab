import { resolve } from 'node:path';
import { evaluateModels } from '../src/evaluate/evaluate.ts';
import { type Command, flag, type Invocation, textOption } from './command.ts';
import { dataLocation } from './data-location.ts';
import { printEvaluation, progressLine } from './evaluation-output.ts';
import { evaluationOptions, evaluationPolicy, requiredText } from './evaluation-policy.ts';

/** `siskin evaluate`: measures a model, and compares it with a champion on the same rows. */
export const evaluateCommand: Command = {
  usage: 'evaluate --model M [--champion N] --data FILE --task TASK --target COLUMN [OPTIONS]',
  options: {
    model: { type: 'string', value: 'PATH', help: 'an .onnx file, a TensorFlow.js folder, or a predictions file' },
    champion: { type: 'string', value: 'PATH', help: 'the model to compare with, in any of these forms' },
    data: { type: 'string', value: 'FILE', help: 'the holdout rows: a file or a glob of CSV, JSON lines or Parquet' },
    features: {
      type: 'string',
      value: 'A,B',
      help: 'the columns that the model reads, in its order (default: all but target and id)',
    },
    ...evaluationOptions,
  },
  run: runEvaluate,
};

async function runEvaluate(invocation: Invocation) {
  const { folder, stderr } = invocation;
  const champion = textOption(invocation, 'champion');
  const data = dataLocation(folder, requiredText(invocation, 'data'));
  const candidate = resolve(folder, requiredText(invocation, 'model'));
  const policy = evaluationPolicy(invocation, {
    holdout: data.pattern,
    task: requiredText(invocation, 'task'),
    target: requiredText(invocation, 'target'),
    features: textOption(invocation, 'features')?.split(','),
    isCompared: champion !== undefined,
  });
  const evaluation = await evaluateModels({
    holdoutRoot: data.root,
    policy,
    candidate,
    champion: champion === undefined ? null : resolve(folder, champion),
    onProgress: progressLine(stderr),
  });
  return printEvaluation(evaluation, { policy, invocation, isJson: flag(invocation, 'json'), about: candidate });
}
