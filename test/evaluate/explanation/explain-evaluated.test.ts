import { join } from 'node:path';
import { expect, it } from 'vitest';
import { evaluateModels } from '../../../src/evaluate/evaluate.ts';
import { EvaluationReport } from '../../../src/evaluate/evaluation-report.ts';
import { modelFolder, policyFor } from '../fixture.ts';

async function evaluated(explanation: Readonly<Record<string, unknown>> | undefined, train = 'holdout.csv') {
  const { report, failures } = await evaluateModels({
    holdoutRoot: modelFolder,
    policy: policyFor({ explanation, data: { train, holdout: 'holdout.csv' } }),
    candidate: join(modelFolder, 'binary-tensor.onnx'),
    champion: join(modelFolder, 'binary-zipmap.onnx'),
  });
  return { report: EvaluationReport.parse(report), failures };
}

it('explains within an evaluation where the policy asks for it, and nowhere else', async () => {
  const { report } = await evaluated({ rows: 50 });

  expect(report.explanation).toMatchObject({
    championAbsence: null,
    features: 2,
    permutation: { kind: 'value', rows: 50 },
    shapley: { kind: 'value', rows: 50, locals: [] },
  });
  expect((await evaluated(undefined)).report).not.toHaveProperty('explanation');
});

it('takes background rows from the training data', async () => {
  const { report } = await evaluated({ rows: 50, 'background-from': 'train' });

  expect(report.explanation?.shapley).toMatchObject({ kind: 'value', background: 32 });
});

it.each([
  [{ groups: { all: ['amount', 'nowhere'] } }, 'holdout.csv', 'found nowhere'],
  [{ 'background-from': 'train' }, 'absent.csv', 'absent.csv'],
])('leaves the evaluation standing where nothing can be explained: %o %s', async (explanation, train, words) => {
  const { report, failures } = await evaluated(explanation, train);

  expect(report.metrics.accuracy?.candidate.kind).toBe('value');
  expect(report.explanation?.shapley).toEqual({ kind: 'failed', reason: expect.stringContaining(words) });
  expect(failures).toEqual([]);
});
