import { joinedCells, mostCells, summedCells } from '../cells.ts';
import { calibratedChiSquare } from '../chi-square.ts';
import type { CellPlan } from '../grouped/cell-plan.ts';
import { type Effect, jensenShannonEffect } from '../jensen-shannon.ts';
import { type Cells, total } from '../sample.ts';

/** Fewer values than this in a window, or in the reference, are not assessed. */
const leastValues = 20;

/** How one column of one window differs from the reference: in its values and in its share of empty ones. */
export interface WindowTest {
  readonly pValue: number;
  readonly nullsPValue: number;
  readonly effect: Effect;
  readonly nulls: Effect;
}

/** Compares the cells of a window with those of the reference; null with too few values. */
export function windowTest(options: {
  readonly plan: CellPlan;
  readonly reference: Float64Array;
  readonly window: Float64Array;
  readonly z: number;
}): WindowTest | null {
  const { plan, reference, window, z } = options;
  const none = plan.cells - 1;
  const values: Cells = { reference: [...reference.subarray(0, none)], current: [...window.subarray(0, none)] };
  const [n, m] = [total(values.reference), total(values.current)];
  if (n < leastValues || m < leastValues) return null;
  const empty: Cells = { reference: [n, reference[none] ?? 0], current: [m, window[none] ?? 0] };
  return {
    pValue: calibratedChiSquare(fewer(plan, summedCells(values, plan.tested), 'pooled')).pValue,
    nullsPValue: calibratedChiSquare(empty).pValue,
    effect: jensenShannonEffect(fewer(plan, summedCells(values, plan.distances), 'mixture'), z),
    nulls: jensenShannonEffect(empty, z),
  };
}

/** A window has fewer rows than the whole: its cells are joined again until enough is expected in each. */
function fewer(plan: CellPlan, cells: Cells, by: 'pooled' | 'mixture'): Cells {
  return joinedCells({ cells, most: plan.kind === 'number' ? mostCells(cells) : cells.reference.length, by });
}
