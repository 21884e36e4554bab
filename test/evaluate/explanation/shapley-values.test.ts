import { expect, it } from 'vitest';
import { estimateOf, meanOf } from '../../../src/evaluate/explanation/estimate.ts';
import { shapleyValues } from '../../../src/evaluate/explanation/shapley-values.ts';
import { formulaModel, numberWishes, shapleyByOrders, stream, tableOf } from './formula-model.ts';

const plain = { classes: null, by: 'score', groups: [] } as const;

function numbers(rows: number, features: number, seed: number): readonly (readonly number[])[] {
  const next = stream(seed);
  return Array.from({ length: rows }, () => Array.from({ length: features }, () => 2 * next() - 1));
}

/** Products of two, three and four features, a jump and a feature that is not used. */
function tangled(row: readonly unknown[]): number {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = row.map(Number);
  return 2 * a + a * b - 3 * b * c * d + (e > 0.1 ? d : -1) * a * c + Math.tanh(3 * e * d * a) * f;
}

/** The places of a table whose first rows are explained and whose others are the background. */
function split(explained: number, all: number) {
  const places = [...Array(all).keys()];
  return { explained: places.slice(0, explained), background: places.slice(explained) };
}

it.each([1, 2, 3, 4, 5, 6])('gives the values that all orders of %d features give', async (features) => {
  const rows = numbers(9, features, features);
  const model = formulaModel(numberWishes(features), tangled);

  // So many orders that every coalition is cheaper.
  const question = { ...plain, table: tableOf(rows), ...split(3, 9), permutations: 20 };
  const { values, standardErrors } = await shapleyValues(model, question);

  for (const row of [0, 1, 2]) {
    const exact = shapleyByOrders(tangled, rows[row] ?? [], rows.slice(3));
    const found = [...values.subarray(row * features, (row + 1) * features)];
    for (const [place, value] of exact.entries()) expect(found[place]).toBeCloseTo(value, 12);
  }
  expect(standardErrors.every((error) => error === 0)).toBe(true);
});

it('is exact for a linear model of many features, whatever the orders', async () => {
  const weights = numbers(1, 40, 8)[0] ?? [];
  const rows = numbers(25, 40, 9);
  const linear = (row: readonly unknown[]) =>
    row.reduce<number>((sum, cell, at) => sum + Number(cell) * (weights[at] ?? 0), 5);

  const question = { ...plain, table: tableOf(rows), ...split(5, 25), permutations: 2 };
  const { values, standardErrors, baselines } = await shapleyValues(formulaModel(numberWishes(40), linear), question);

  const mean = (at: number) => rows.slice(5).reduce((sum, row) => sum + (row[at] ?? 0) / 20, 0);
  for (let at = 0; at < 40; at++) {
    const analytic = (weights[at] ?? 0) * ((rows[0]?.[at] ?? 0) - mean(at));
    expect(values[at]).toBeCloseTo(analytic, 12);
    expect(standardErrors[at]).toBeLessThan(1e-12);
  }
  expect(baselines[0]).toBeCloseTo(linear(weights.map((_, at) => mean(at))), 12);
});

it('is exact for features that act in pairs, because an order and its reverse are taken together', async () => {
  const rows = numbers(12, 8, 21);
  const pairs = (row: readonly unknown[]) => {
    const [a = 0, b = 0, c = 0, d = 0, e = 0] = row.map(Number);
    return Math.sin(a) * b + Math.max(c, d) - e * a + c * e;
  };

  const question = { ...plain, table: tableOf(rows), ...split(1, 12), permutations: 2 };
  const { values } = await shapleyValues(formulaModel(numberWishes(8), pairs), question);

  const exact = shapleyByOrders(
    (row) => pairs(row),
    (rows[0] ?? []).slice(0, 5),
    rows.slice(1).map((row) => row.slice(0, 5)),
  );
  for (const [at, value] of exact.entries()) expect(values[at]).toBeCloseTo(value, 12);
});

it('adds up to the answer less the baseline, and gives nothing to a feature that is not used', async () => {
  const rows = numbers(30, 9, 3);

  const question = { ...plain, table: tableOf(rows), ...split(10, 30), permutations: 2 };
  const found = await shapleyValues(formulaModel(numberWishes(9), tangled), question);

  expect(found.efficiencyGap).toBeLessThan(1e-12);
  for (let row = 0; row < 10; row++) {
    let sum = 0;
    for (const value of found.values.subarray(row * 9, row * 9 + 9)) sum += value;
    expect(sum).toBeCloseTo(tangled(rows[row] ?? []) - (found.baselines[row] ?? 0), 12);
  }
  expect(found.isUsed).toEqual([true, true, true, true, true, true, false, false, false]);
});

it('adds up the features of a group, with an error of its own', async () => {
  const rows = numbers(20, 8, 5);
  const groups = [
    { name: 'first', members: [0, 1, 2] },
    { name: 'none', members: [] },
  ];

  const question = { ...plain, groups, table: tableOf(rows), ...split(4, 20), permutations: 4 };
  const { values, width, standardErrors } = await shapleyValues(formulaModel(numberWishes(8), tangled), question);

  expect(width).toBe(10);
  for (let row = 0; row < 4; row++) {
    const [a = 0, b = 0, c = 0] = values.subarray(row * width, row * width + 3);
    expect(values[row * width + 8]).toBeCloseTo(a + b + c, 12);
    expect(values[row * width + 9]).toBe(0);
    expect(standardErrors[row * width + 9]).toBe(0);
  }
});

it('covers the exact value of a row in about 95 of 100 intervals', async () => {
  const features = 7;
  const rows = numbers(232, features, 11);
  const question = { ...plain, table: tableOf(rows), ...split(200, 232), permutations: 4 };
  const sampled = await shapleyValues(formulaModel(numberWishes(features), tangled), question);
  const exact = await shapleyValues(formulaModel(numberWishes(features), tangled), { ...question, permutations: 100 });

  let covered = 0;
  let asked = 0;
  for (const [place, value] of sampled.values.entries()) {
    const standardError = sampled.standardErrors[place] ?? 0;
    if (standardError < 1e-12) continue;
    const { low, high } = estimateOf({ value, standardError, degrees: sampled.degrees[place] ?? 1 }, 0.95);
    const truth = exact.values[place] ?? 0;
    covered += Number(low <= truth && truth <= high);
    asked++;
  }

  expect(exact.standardErrors.every((error) => error === 0)).toBe(true);
  expect(asked).toBeGreaterThan(1000);
  expect(covered / asked).toBeGreaterThan(0.92);
  expect(covered / asked).toBeLessThan(0.98);
});

it('covers the exact mean size of the values in about 95 of 100 intervals of samples of rows', async () => {
  const features = 7;
  const population = 2000;
  const rows = numbers(population + 6, features, 17);
  const table = tableOf(rows);
  const { explained, background } = split(population, population + 6);
  const model = formulaModel(numberWishes(features), tangled);
  const exact = await shapleyValues(model, { ...plain, table, explained, background, permutations: 100 });
  const sampled = await shapleyValues(model, { ...plain, table, explained, background, permutations: 2 });

  const size = 50;
  let covered = 0;
  let asked = 0;
  for (let first = 0; first < population; first += size) {
    for (let feature = 0; feature < 6; feature++) {
      const column = (values: Float64Array, from: number, count: number) =>
        Float64Array.from({ length: count }, (_, row) => values[(from + row) * features + feature] ?? 0);
      const truth = meanOf(column(exact.sizes, 0, population)).value;
      const { low, high } = estimateOf(meanOf(column(sampled.sizes, first, size)), 0.95);
      covered += Number(low <= truth && truth <= high);
      asked++;
    }
  }
  expect(covered / asked).toBeGreaterThan(0.92);
  expect(covered / asked).toBeLessThan(0.98);
});
