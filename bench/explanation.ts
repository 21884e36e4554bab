import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { estimateOf, meanOf, type Sampled } from '../src/evaluate/explanation/estimate.ts';
import { explainHoldout } from '../src/evaluate/explanation/explain-holdout.ts';
import { cyclicDonors, permutationImportance } from '../src/evaluate/explanation/permutation-importance.ts';
import { shapleyValues } from '../src/evaluate/explanation/shapley-values.ts';
import { ExplanationPolicy } from '../src/policy/explanation-policy.ts';
import { ModelPolicy } from '../src/policy/policy.ts';
import { formulaModel, numberWishes, stream, tableOf } from '../test/evaluate/explanation/formula-model.ts';

/** How often a 95 % interval of an explanation holds the exact value, and how fast models are asked. Takes two or three minutes of one core. */
async function main(): Promise<void> {
  const lines = ['| interval of | sample | holds the exact value |', '| --- | --- | ---: |'];
  for (const pairs of [2, 4, 8])
    lines.push(`| a row's Shapley value | ${pairs} pairs of orders | ${await rowCoverage(pairs)} |`);
  for (const rows of [50, 300])
    lines.push(`| a feature's mean size | ${rows} rows, 2 pairs | ${await sizeCoverage(rows)} |`);
  for (const rows of [100, 300])
    lines.push(`| permutation importance, and its change | ${rows} rows, 4 rounds | ${await lossCoverage(rows)} |`);
  lines.push('', '| model | model rows | seconds | rows per second |', '| --- | ---: | ---: | ---: |', await speed());
  process.stdout.write(`${lines.join('\n')}\n`);
}

const features = 7;
const background = 32;

/** Products of up to four features, jumps and a feature that is not used. */
function tangled(row: readonly unknown[]): number {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = row.map(Number);
  return 2 * a + a * b - 3 * b * c * d + (e > 0.1 ? d : -1) * a * c + Math.tanh(3 * e * d * a) * f;
}

/** Sampled and exact values of the same rows. */
async function both(rows: number, pairs: number) {
  const next = stream(rows + pairs);
  const cells = Array.from({ length: rows + background }, () => Array.from({ length: features }, () => 2 * next() - 1));
  const places = [...cells.keys()];
  const question = {
    table: tableOf(cells),
    explained: places.slice(0, rows),
    background: places.slice(rows),
    classes: null,
    by: 'score',
    groups: [],
  } as const;
  const model = formulaModel(numberWishes(features), tangled);
  return {
    sampled: await shapleyValues(model, { ...question, permutations: pairs }),
    // So many orders that all coalitions are cheaper.
    exact: await shapleyValues(model, { ...question, permutations: 100 }),
  };
}

async function rowCoverage(pairs: number): Promise<string> {
  const { sampled, exact } = await both(1000, pairs);
  const found = Array.from(sampled.values, (value, at) => {
    const [standardError = 0, degrees = 1] = [sampled.standardErrors[at], sampled.degrees[at]];
    return { value, standardError, degrees, truth: exact.values[at] ?? 0 };
  });
  return shareCovered(found.filter(({ standardError }) => standardError > 1e-9));
}

async function sizeCoverage(rows: number): Promise<string> {
  const all = 30_000;
  const { sampled, exact } = await both(all, 2);
  const column = (values: Float64Array, feature: number) => values.filter((_, at) => at % features === feature);
  const found = [0, 1, 2, 3, 4, 5].flatMap((feature) => {
    const truth = meanOf(column(exact.sizes, feature)).value;
    const sizes = column(sampled.sizes, feature);
    return Array.from({ length: all / rows }, (_, part) => ({
      ...meanOf(sizes.slice(part * rows, (part + 1) * rows)),
      truth,
    }));
  });
  return shareCovered(found);
}

/** Two linear models of correlated features: the increase of the squared error is 2·w·Cov(error, x) + 2·w²·Var(x). */
async function lossCoverage(rows: number): Promise<string> {
  const linear = (first: number, second: number) =>
    formulaModel(numberWishes(3), (row) => first * Number(row[0]) + second * Number(row[1]));
  const exact = [
    { candidate: 1.2, difference: 0.25 },
    { candidate: 11 / 30, difference: 11 / 30 - 0.5 },
  ];
  const found: (Sampled & { readonly truth: number })[] = [];
  for (let sample = 0; sample < 500; sample++) {
    const next = stream((sample + 1) * 1_000_003 + rows);
    const cells = Array.from({ length: rows }, () => {
      const common = next();
      return [common + next(), common - next(), 2 * next()];
    });
    const truths = cells.map(([a = 0, b = 0, c = 0]) => 2 * a + b * c + next() - 0.5);
    const losses = await permutationImportance({
      table: tableOf(cells, truths),
      truths: Float64Array.from(truths),
      groups: [0, 1].map((place) => ({ name: `x${place}`, members: [place] })),
      candidate: linear(1.8, 1),
      champion: linear(1.5, 1.2),
      loss: 'squared-error',
      donors: cyclicDonors(rows, 4),
    });
    for (const [place, truth] of exact.entries()) {
      const one = losses.features[place];
      if (one !== undefined) found.push({ ...one.candidate, truth: truth.candidate });
      if (one?.difference) found.push({ ...one.difference, truth: truth.difference });
    }
  }
  return shareCovered(found);
}

function shareCovered(found: readonly (Sampled & { readonly truth: number })[]): string {
  const covered = found.filter((one) => {
    const { low, high } = estimateOf(one, 0.95);
    return low <= one.truth && one.truth <= high;
  });
  return `${((100 * covered.length) / found.length).toFixed(1)} % of ${found.length}`;
}

/** The whole of `siskin explain`, reading included, with boosted trees in ONNX. */
async function speed(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'siskin-explanation-'));
  try {
    const next = stream(1);
    const names = numberWishes(features).map(({ name }) => name);
    const rows = Array.from({ length: 5000 }, () => [...names.map(() => 4 * next() - 2), next()].join(','));
    writeFileSync(join(folder, 'holdout.csv'), [[...names, 'y'].join(','), ...rows].join('\n'));
    const policy = ModelPolicy.parse({
      task: 'regression',
      target: 'y',
      data: { train: 'holdout.csv', holdout: 'holdout.csv' },
      metrics: { mae: { kind: 'info' } },
    });
    const started = performance.now();
    const { explanation } = await explainHoldout({
      holdoutRoot: folder,
      trainRoot: folder,
      policy,
      explanation: ExplanationPolicy.parse({ rows: 1000, permutations: 8 }),
      names: [],
      candidate: join(import.meta.dirname, '../test/fixtures/explanation/regression-trees.onnx'),
      champion: null,
    });
    const seconds = (performance.now() - started) / 1000;
    const { asked } = explanation.modelRows;
    return `| 20 boosted trees, ${features} features | ${asked} | ${seconds.toFixed(1)} | ${Math.round(asked / seconds)} |`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
