import { join } from 'node:path';
import { expect, test } from 'vitest';
import { evaluateModels } from '../../../src/evaluate/evaluate.ts';
import { EvaluationReport } from '../../../src/evaluate/evaluation-report.ts';
import { folderOf, modelFolder, policyFor } from '../fixture.ts';

const model = (name: string) => join(modelFolder, name);

function evaluate(policy: Readonly<Record<string, unknown>>, candidate = 'binary-tensor.onnx') {
  return evaluateModels({
    holdoutRoot: modelFolder,
    policy: policyFor(policy),
    candidate: model(candidate),
    champion: model(candidate),
  });
}

/** Every group of a report as `column = value: rows`. */
async function groupsOf(policy: Readonly<Record<string, unknown>>, candidate?: string): Promise<readonly string[]> {
  const { report } = await evaluate(policy, candidate);
  expect(EvaluationReport.parse(report)).toEqual(report);
  return (report.fairness?.attributes ?? []).flatMap(({ columns, groups }) =>
    groups.map(({ values, rows }) => `${columns.join(' × ')} = ${values.join(' × ')}: ${rows}`),
  );
}

const asked = { protected: ['city', 'member'], intersections: [['city', 'member']], 'min-rows': 40, 'min-cases': 5 };

test('protected columns and their crossings become groups, the largest first', async () => {
  expect(await groupsOf({ fairness: asked })).toEqual([
    'city = Bern: 86',
    'city = Oslo: 81',
    'city = Riga: 73',
    'member = false: 134',
    'member = true: 106',
    'city × member = Oslo × false: 50',
    'city × member = Bern × false: 46',
    'city × member = Bern × true: 40',
    'city × member = Riga × false: 38',
    'city × member = Riga × true: 35',
    'city × member = Oslo × true: 31',
  ]);
});

test('a task of many classes looks at the class that the policy names', async () => {
  const of = async (label: string) => {
    const policy = { task: 'multiclass', target: 'kind', fairness: { ...asked, 'positive-label': label } };
    const { report } = await evaluate(policy, 'kinds-zipmap.onnx');
    const [attribute] = report.fairness?.attributes ?? [];
    return attribute?.groups.map(({ candidate }) => candidate['selection-rate']?.value ?? Number.NaN) ?? [];
  };

  const all = await Promise.all(['low', 'mid', 'top'].map(of));

  // In each city everybody is called something.
  for (const place of [0, 1, 2]) expect(all.reduce((sum, rates) => sum + (rates[place] ?? 0), 0)).toBeCloseTo(1, 12);
});

test('values beyond the most frequent ones are counted as rows that nobody looked at', async () => {
  const lines = Array.from({ length: 300 }, (_, row) => `${row % 2},${(row % 3) / 4},${row < 200 ? row % 2 : row}`);
  using folder = folderOf({ 'holdout.csv': ['late,probability,shop', ...lines].join('\n') });

  const { report } = await evaluateModels({
    holdoutRoot: folder.path,
    policy: policyFor({ features: undefined, fairness: { protected: ['shop'], 'min-rows': 50 } }),
    candidate: folder.file('holdout.csv'),
    champion: null,
  });
  const [attribute] = report.fairness?.attributes ?? [];

  expect(attribute?.groups.length).toBe(20);
  expect(attribute?.otherRows).toBe(82);
  expect(attribute?.metrics['demographic-parity']).toMatchObject({ assessed: 2, notAssessed: 18, rows: 200 });
});

test.each([
  [{ fairness: { protected: ['nowhere'] } }, 'expected `fairness.protected` to name holdout columns, found nowhere'],
  [{ fairness: { ...asked, 'positive-label': 'perhaps' } }, 'to be a value of the target late, found "perhaps"'],
  [{ task: 'regression', target: 'delay', fairness: asked }, 'expected task binary or multiclass for `fairness`'],
  [{ task: 'multiclass', target: 'kind', fairness: asked }, 'expected `fairness.positive-label` for task multiclass'],
])('what cannot be looked at is refused in one message, before a model is asked: %j', async (policy, message) => {
  await expect(evaluate(policy)).rejects.toThrow(message);
});
