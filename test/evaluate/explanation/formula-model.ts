import { type ColumnValues, hasValue } from '../../../src/data/column-stream.ts';
import { askedModel } from '../../../src/evaluate/explanation/asked-model.ts';
import { type MixingTable, mixingTable } from '../../../src/evaluate/explanation/mixed-rows.ts';
import type { Runtime } from '../../../src/evaluate/runtime/runtime.ts';
import type { Target } from '../../../src/evaluate/target.ts';
import { mixed } from '../../../src/statistics/poisson-bootstrap.ts';

type Formula = (row: readonly (number | string | null)[]) => number | readonly number[];

/** A model that is a formula, told apart from one in a file by nothing that the explanation sees. */
export function formulaRuntime(
  wishes: Runtime['wishes'],
  formula: Formula,
  options: { readonly labels?: (answer: number) => string } = {},
): Runtime {
  return {
    identity: { format: 'onnx', digest: `sha256:${'0'.repeat(64)}`, bytes: 1 },
    wishes,
    classes: null,
    isTimed: true,
    async predict({ rows, columns }) {
      const answers = Array.from({ length: rows }, (_, row) => formula(columns.map((column) => cellAt(column, row))));
      const { labels } = options;
      if (labels !== undefined)
        return { scores: null, width: 1, labels: answers.map((answer) => labels(Number(answer))) };
      const first = answers[0];
      return { scores: answers.flat(), width: Array.isArray(first) ? first.length : 1, labels: null };
    },
    finish() {},
    async dispose() {},
  };
}

export const regressionTarget: Target = {
  task: 'regression',
  column: 'y',
  as: 'number',
  classes: [],
  rows: 0,
  missing: 0,
};

/** A regression that is ready to be asked. */
export function formulaModel(wishes: Runtime['wishes'], formula: Formula) {
  const runtime = formulaRuntime(wishes, formula);
  return askedModel({ name: 'candidate', runtime, target: regressionTarget, onAsked() {} });
}

/** Features x0, x1, … of numbers. */
export function numberWishes(features: number): Runtime['wishes'] {
  return Array.from({ length: features }, (_, place) => ({ name: `x${place}`, as: 'number' }));
}

/** Rows of numbers as a table, each with a key of its own. */
export function tableOf(rows: readonly (readonly number[])[], truths: readonly number[] = []): MixingTable {
  return mixingTable(
    numberWishes(rows[0]?.length ?? 0),
    rows.map((cells, place) => ({
      key: mixed(place + 1) * 2 ** 21 + mixed(place + 77),
      cells,
      truth: truths[place] ?? 0,
      name: '',
    })),
  );
}

/** Numbers between 0 and 1 that are the same in every run (Mulberry32). */
export function stream(seed: number): () => number {
  let state = mixed(seed);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let hash = Math.imul(state ^ (state >>> 15), state | 1);
    hash ^= hash + Math.imul(hash ^ (hash >>> 7), hash | 61);
    return ((hash ^ (hash >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Shapley values from their first definition: the mean over all orders of what a feature adds to those before it, those
 * after it being as in each background row.
 */
export function shapleyByOrders(
  formula: (row: readonly number[]) => number,
  row: readonly number[],
  background: readonly (readonly number[])[],
): readonly number[] {
  const totals = row.map(() => 0);
  const orders = ordersOf(row.map((_, place) => place));
  for (const other of background) {
    for (const order of orders) {
      const now = [...other];
      let before = formula(now);
      for (const player of order) {
        now[player] = row[player] ?? 0;
        const after = formula(now);
        totals[player] = (totals[player] ?? 0) + after - before;
        before = after;
      }
    }
  }
  return totals.map((total) => total / (orders.length * background.length));
}

function ordersOf(items: readonly number[]): readonly (readonly number[])[] {
  if (items.length <= 1) return [items];
  return items.flatMap((first) => ordersOf(items.filter((item) => item !== first)).map((rest) => [first, ...rest]));
}

function cellAt(column: ColumnValues, row: number): number | string | null {
  if (column.kind === 'text') return column.values[row] ?? null;
  return hasValue(column.valid, row) ? (column.values[row] ?? null) : null;
}
