import type { Dataset } from '../../data/dataset.ts';
import { AppError } from '../../error.ts';
import type { DriftPolicy, WindowPolicy } from '../../policy/drift-policy.ts';
import { benjaminiHochberg } from '../../statistics/benjamini-hochberg.ts';
import { normalQuantile } from '../../statistics/normal.ts';
import { columnRule } from '../column-verdict.ts';
import { type CellPlan, cellPlan } from '../grouped/cell-plan.ts';
import { type GroupCounts, groupCounts } from '../grouped/group-counts.ts';
import { groupColumn } from '../grouped/group-expression.ts';
import type { OpenData } from '../grouped/open-data.ts';
import { type DriftWindow, type DriftWindows, windowColumnLimit, windowLimit } from './window-report.ts';
import { type WindowTest, windowTest } from './window-test.ts';

/**
 * Holds every window of the current rows against the whole reference, column by column: certain when its q-value over all
 * windows and columns is small, large when the lower bound of its Jensen–Shannon distance (or of that of empty values)
 * reaches the policy's effect. Windows of the reference itself tell what distance chance and season reach anyway. Throws
 * `bad-input` where there is no such time or more than 366 windows.
 */
export async function driftByWindow(options: {
  readonly reference: OpenData;
  readonly current: OpenData;
  readonly policy: DriftPolicy;
  readonly window: WindowPolicy;
}): Promise<DriftWindows> {
  const { reference, current, policy, window } = options;
  const plans = windowPlans(options);
  const counted = await groupCounts(current.dataset, { group: windowGroup(current.dataset, window), plans });
  const before = await groupCounts(reference.dataset, { group: referenceGroup(reference.dataset, window), plans });
  const starts = startsOf(counted, window);
  const tests = comparedWindows({ plans, starts, counted, before, policy });
  const names = mostMoved(tests);
  const rows = rowsByWindow(counted, plans[0]);
  const windows = starts.map((start) => driftWindow({ start, rows: rows.get(start) ?? 0, tests, names, window }));
  return {
    time: typeof window.size === 'number' ? null : (window.time ?? null),
    size: typeof window.size === 'number' ? `${window.size} rows` : window.size,
    columns: names.map((name) => ({
      name,
      noise: referenceNoise(
        plans.find((plan) => plan.name === name),
        before,
      ),
    })),
    windows,
    rowsLeftOut: current.dataset.rows - windows.reduce((sum, each) => sum + each.rows, 0),
  };
}

type Judged = WindowTest & { readonly name: string; readonly start: string; readonly verdict: 'moved' | 'steady' };

function windowPlans({ reference, current, policy, window }: Parameters<typeof driftByWindow>[0]): readonly CellPlan[] {
  const others = new Map(current.profile.columns.map((column) => [column.name, column]));
  return reference.profile.columns.flatMap((column) => {
    const other = others.get(column.name);
    const isLeftOut = policy.ignore.includes(column.name) || column.name === window.time;
    const plan = other === undefined || isLeftOut ? null : cellPlan(column, other);
    return plan === null ? [] : [plan];
  });
}

/** Windows of rows are numbered from 0 in the order of the rows. */
function windowGroup(dataset: Dataset, { time, size }: WindowPolicy): string {
  if (typeof size === 'number') return `((row_number() OVER () - 1) // ${size})`;
  return groupColumn(dataset, { column: time ?? '', size });
}

/** Rows of the reference without a window still belong to the reference. */
const withoutWindow = 'none';

function referenceGroup(dataset: Dataset, window: WindowPolicy): string {
  const hasTime = dataset.columns.some(({ name, kind }) => name === window.time && kind === 'timestamp');
  if (typeof window.size !== 'number' && !hasTime) return `'${withoutWindow}'`;
  return `coalesce((${windowGroup(dataset, window)})::VARCHAR, '${withoutWindow}')`;
}

function startsOf(counted: ReadonlyMap<string, GroupCounts>, { size }: WindowPolicy): readonly string[] {
  const starts = [...new Set([...counted.values()].flatMap((groups) => [...groups.keys()]))];
  if (starts.length > windowLimit) {
    throw new AppError(
      'bad-input',
      `expected at most ${windowLimit} windows, found ${starts.length}; take weeks, or more rows at a time`,
    );
  }
  return typeof size === 'number' ? starts.sort((a, b) => Number(a) - Number(b)) : starts.sort();
}

function comparedWindows(options: {
  readonly plans: readonly CellPlan[];
  readonly starts: readonly string[];
  readonly counted: ReadonlyMap<string, GroupCounts>;
  readonly before: ReadonlyMap<string, GroupCounts>;
  readonly policy: DriftPolicy;
}): readonly Judged[] {
  const { plans, starts, counted, before, policy } = options;
  const tests = plans.flatMap((plan) => {
    const reference = wholeOf(plan, before);
    const z = normalQuantile(1 - columnRule(policy, plan.name).alpha / 2);
    return starts.flatMap((start) => {
      const window = counted.get(plan.name)?.get(start) ?? new Float64Array(plan.cells);
      const test = windowTest({ plan, reference, window, z });
      return test === null ? [] : [{ ...test, name: plan.name, start }];
    });
  });
  const qValues = benjaminiHochberg(tests.flatMap(({ pValue, nullsPValue }) => [pValue, nullsPValue]));
  return tests.map((test, at) => {
    const rule = columnRule(policy, test.name);
    const effect = rule.statistic === 'jensen-shannon' ? rule.effect : policy.effect;
    const isMoved = (q: number | undefined, low: number) => (q ?? 1) <= rule.alpha && low >= effect;
    const moved = isMoved(qValues[2 * at], test.effect.low) || isMoved(qValues[2 * at + 1], test.nulls.low);
    return { ...test, verdict: moved ? 'moved' : 'steady' };
  });
}

function wholeOf(plan: CellPlan, counted: ReadonlyMap<string, GroupCounts>): Float64Array {
  const sums = new Float64Array(plan.cells);
  for (const cells of counted.get(plan.name)?.values() ?? []) {
    for (const [cell, count] of cells.entries()) sums[cell] = (sums[cell] ?? 0) + count;
  }
  return sums;
}

/** Columns by how many windows they moved in, then by their largest distance. */
function mostMoved(tests: readonly Judged[]): readonly string[] {
  const ranks = new Map<string, { moved: number; largest: number }>();
  for (const { name, verdict, effect, nulls } of tests) {
    const { moved, largest } = ranks.get(name) ?? { moved: 0, largest: 0 };
    ranks.set(name, {
      moved: moved + (verdict === 'moved' ? 1 : 0),
      largest: Math.max(largest, effect.value, nulls.value),
    });
  }
  return [...ranks]
    .sort(([a, x], [b, y]) => y.moved - x.moved || y.largest - x.largest || (a < b ? -1 : 1))
    .slice(0, windowColumnLimit)
    .map(([name]) => name);
}

function rowsByWindow(counted: ReadonlyMap<string, GroupCounts>, plan: CellPlan | undefined) {
  const groups = counted.get(plan?.name ?? '') ?? new Map<string, Float64Array>();
  return new Map([...groups].map(([start, cells]) => [start, cells.reduce((sum, count) => sum + count, 0)]));
}

function driftWindow(options: {
  readonly start: string;
  readonly rows: number;
  readonly tests: readonly Judged[];
  readonly names: readonly string[];
  readonly window: WindowPolicy;
}): DriftWindow {
  const { start, rows, tests, names, window } = options;
  const here = tests.filter((test) => test.start === start);
  const moved = here.filter(({ verdict }) => verdict === 'moved').length;
  const effects = names.map((name) => {
    const test = here.find((one) => one.name === name);
    if (test === undefined) return null;
    const { value, low, high } = test.effect;
    return { value, low, high, verdict: test.verdict };
  });
  return {
    start: typeof window.size === 'number' ? String(Number(start) * window.size + 1) : start,
    rows,
    moved,
    assessed: here.length,
    effects,
    verdict: here.length === 0 ? 'not-assessed' : moved > 0 ? 'moved' : 'steady',
  };
}

/** Mean and three standard deviations of the distances of the reference's own windows to all of it. */
function referenceNoise(plan: CellPlan | undefined, before: ReadonlyMap<string, GroupCounts>): number | null {
  if (plan === undefined) return null;
  const reference = wholeOf(plan, before);
  const values = [...(before.get(plan.name) ?? [])].flatMap(([start, window]) => {
    const test = start === withoutWindow ? null : windowTest({ plan, reference, window, z: 0 });
    return test === null ? [] : [test.effect.value];
  });
  if (values.length < 3) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return mean + 3 * Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}
