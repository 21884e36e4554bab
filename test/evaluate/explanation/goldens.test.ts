import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askedModel } from '../../../src/evaluate/explanation/asked-model.ts';
import { estimateOf } from '../../../src/evaluate/explanation/estimate.ts';
import { permutationImportance } from '../../../src/evaluate/explanation/permutation-importance.ts';
import { shapleyValues } from '../../../src/evaluate/explanation/shapley-values.ts';
import { loadModel } from '../../../src/evaluate/runtime/load-model.ts';
import type { Runtime } from '../../../src/evaluate/runtime/runtime.ts';
import type { ExplanationLoss } from '../../../src/policy/explanation-policy.ts';
import { numberWishes, tableOf } from './formula-model.ts';

const folder = join(import.meta.dirname, '../../fixtures/explanation');

interface Importance {
  readonly donors: readonly (readonly number[])[];
  readonly losses: Readonly<Partial<Record<ExplanationLoss, { readonly mean: readonly number[] }>>>;
}

interface Case {
  readonly truth: readonly number[];
  readonly importance: Importance;
}

interface Shapley {
  readonly exact: readonly (readonly number[])[];
  readonly permutation: readonly (readonly number[])[];
  readonly sampling: readonly (readonly number[])[];
}

// Written by scripts/goldens-explanation.py in this form.
const goldens = JSON.parse(readFileSync(join(folder, 'goldens.json'), 'utf8')) as {
  readonly rows: readonly (readonly number[])[];
  readonly explained: number;
  readonly background: number;
  readonly regression: Case & { readonly shapley: Shapley; readonly tree: Shapley['exact'] };
  readonly binary: Case & { readonly shapley: Shapley };
  readonly multiclass: Case & {
    readonly predicted: readonly number[];
    readonly shapley: { readonly exact: readonly (readonly (readonly number[])[])[] };
  };
};
const { rows, explained, background } = goldens;
const features = rows[0]?.length ?? 0;
const places = [...rows.keys()];

const tasks = [
  { task: 'regression', file: 'regression-trees.onnx', classes: [] },
  { task: 'binary', file: 'binary-trees.onnx', classes: ['0', '1'] },
  { task: 'multiclass', file: 'kinds-linear.onnx', classes: ['0', '1', '2'] },
] as const;

describe.each(tasks)('$task, as shap and scikit-learn have it', ({ task, file, classes }) => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await loadModel({
      path: join(folder, file),
      task,
      features: numberWishes(features).map(({ name }) => ({ name, type: 'DOUBLE', kind: 'number' })),
      id: null,
      target: 'y',
    });
  });
  afterAll(() => runtime.dispose());
  const model = () => {
    const target = { task, column: 'y', as: 'number', classes, rows: rows.length, missing: 0 } as const;
    return askedModel({ name: 'candidate', runtime, target, onAsked() {} });
  };
  const question = {
    table: tableOf(rows),
    explained: places.slice(0, explained),
    background: places.slice(explained, explained + background),
    classes: task === 'multiclass' ? goldens.multiclass.predicted : null,
    by: 'score',
    groups: [],
  } as const;
  const exact = () =>
    task === 'multiclass'
      ? goldens.multiclass.shapley.exact.map((row, at) =>
          row.map((values) => values[goldens.multiclass.predicted[at] ?? 0] ?? Number.NaN),
        )
      : goldens[task].shapley.exact;

  it('gives the Shapley values of shap.explainers.Exact', async () => {
    const { values } = await shapleyValues(model(), { ...question, permutations: 12 });

    // A float of the model's file has seven digits.
    for (const [at, value] of exact().flat().entries()) expect(values[at]).toBeCloseTo(value, 5);
  });

  it('has them in its intervals when orders are sampled', async () => {
    const found = await shapleyValues(model(), { ...question, permutations: 8 });

    let covered = 0;
    for (const [at, value] of exact().flat().entries()) {
      const [standardError = 0, degrees = 1] = [found.standardErrors[at], found.degrees[at]];
      const { low, high } = estimateOf({ value: found.values[at] ?? 0, standardError, degrees }, 0.95);
      covered += Number(low - 2e-6 <= value && value <= high + 2e-6);
    }
    expect(covered / exact().flat().length).toBeGreaterThan(0.85);
  });

  it.each(Object.entries(goldens[task].importance.losses))(
    'gives the permutation importance of scikit-learn in %s, with its permutations',
    async (loss, expected) => {
      const { truth, importance } = goldens[task];

      const { features: found } = await permutationImportance({
        table: tableOf(rows, truth),
        truths: Float64Array.from(truth),
        groups: places.slice(0, features).map((place) => ({ name: `x${place}`, members: [place] })),
        candidate: model(),
        champion: null,
        // The keys are names of losses: the script wrote them.
        loss: loss as ExplanationLoss,
        donors: importance.donors.map((donor) => Int32Array.from(donor)),
      });

      for (const [at, mean] of expected.mean.entries()) expect(found[at]?.candidate.value).toBeCloseTo(mean, 5);
    },
  );
});

it('agrees with the exact values of trees that shap.TreeExplainer finds by another way', () => {
  const { shapley, tree } = goldens.regression;

  for (const [row, values] of tree.entries()) {
    for (const [at, value] of values.entries()) expect(shapley.exact[row]?.[at]).toBeCloseTo(value, 6);
  }
});

it.each([
  ['permutation', 0.02],
  ['sampling', 0.05],
] as const)('comes as near to shap’s %s explainer as that comes to the exact values: %d', (name, reach) => {
  const { shapley } = goldens.regression;

  const spread = Math.max(...shapley.exact.flat()) - Math.min(...shapley.exact.flat());
  expect(spread).toBeGreaterThan(1);
  for (const [at, value] of shapley[name].flat().entries()) {
    expect(Math.abs(value - (shapley.exact.flat()[at] ?? 0))).toBeLessThan(reach);
  }
});
