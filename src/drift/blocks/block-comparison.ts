import type { Dataset } from '../../data/dataset.ts';
import { AppError } from '../../error.ts';
import type { BlockPolicy, DriftPolicy } from '../../policy/drift-policy.ts';
import { normalQuantile, normalSurvival } from '../../statistics/normal.ts';
import type { ColumnComparison, OneSided } from '../column-comparison.ts';
import { columnRule } from '../column-verdict.ts';
import type { DriftReport } from '../drift-report.ts';
import { type CellPlan, cellPlan } from '../grouped/cell-plan.ts';
import { type GroupCounts, groupCounts } from '../grouped/group-counts.ts';
import { groupColumn } from '../grouped/group-expression.ts';
import type { OpenData } from '../grouped/open-data.ts';
import type { Effect } from '../jensen-shannon.ts';
import { type BlockInference, blockedCells, blockInference, leastBlocks } from './block-inference.ts';

/** What blocks make of a whole comparison: see DriftOptions. */
export interface BlockComparison {
  readonly blocks: NonNullable<DriftReport['blocks']>;
  readonly blocked: (comparison: ColumnComparison) => ColumnComparison;
}

/**
 * Compares two datasets whose rows hang together in blocks. Blocks are hashed by their identity into at most 1024 bundles
 * of whole blocks, so that memory does not grow with their number; bundles are as independent as blocks are. Throws
 * `bad-input` where a side has no such column, or too few blocks to tell how they differ by themselves.
 */
export async function compareBlocks(options: {
  readonly reference: OpenData;
  readonly current: OpenData;
  readonly policy: DriftPolicy;
  readonly block: BlockPolicy;
}): Promise<BlockComparison> {
  const { reference, current, policy, block } = options;
  const others = new Map(current.profile.columns.map((column) => [column.name, column]));
  const plans = reference.profile.columns.flatMap((column) => {
    const other = others.get(column.name);
    const plan = other === undefined ? null : cellPlan(column, other);
    return plan === null || column.name === block.column ? [] : [plan];
  });
  const sides = {
    reference: await countedBlocks(reference.dataset, block, plans),
    current: await countedBlocks(current.dataset, block, plans),
  };
  const numbers = { reference: mostBlocks(sides.reference), current: mostBlocks(sides.current) };
  for (const side of ['reference', 'current'] as const) {
    if (plans.length === 0 || numbers[side] >= leastBlocks) continue;
    throw new AppError(
      'bad-input',
      `expected at least ${leastBlocks} blocks by ${JSON.stringify(block.column)} on each side, found ${numbers[side]} in the ${side}; take a column of more values, or smaller blocks`,
    );
  }
  const planOf = new Map(plans.map((plan) => [plan.name, plan]));
  return {
    blocks: { column: block.column, size: block.size, ...numbers },
    blocked(comparison) {
      const plan = planOf.get(comparison.name);
      const [before, now] = [sides.reference.get(comparison.name), sides.current.get(comparison.name)];
      if (plan === undefined || before === undefined || now === undefined) return comparison;
      const z = normalQuantile(1 - columnRule(policy, comparison.name).alpha / 2);
      return adjusted({ comparison, plan, counts: { reference: before, current: now }, z });
    },
  };
}

async function countedBlocks(dataset: Dataset, block: BlockPolicy, plans: readonly CellPlan[]) {
  const value = `coalesce(${groupColumn(dataset, block)}::VARCHAR, '')`;
  return await groupCounts(dataset, { group: `(('0x' || md5(${value})[1:3])::INTEGER >> 2)`, plans });
}

function mostBlocks(counted: ReadonlyMap<string, GroupCounts>): number {
  return Math.max(0, ...[...counted.values()].map((groups) => groups.size));
}

function adjusted(options: {
  readonly comparison: ColumnComparison;
  readonly plan: CellPlan;
  readonly counts: { readonly reference: GroupCounts; readonly current: GroupCounts };
  readonly z: number;
}): ColumnComparison {
  const { comparison, plan, counts, z } = options;
  // Not null or null: the last cell is that of empty values.
  const emptiness = Array.from({ length: plan.cells }, (_, cell) => (cell === plan.cells - 1 ? 1 : 0));
  const nullCells = blockedCells(counts, emptiness);
  const ofNulls = blockInference({ tested: nullCells, distances: nullCells, stability: nullCells, z });
  const nulls = { ...comparison.nulls, pValue: ofNulls.pValue, effect: ofNulls.distance };
  if (Object.keys(comparison.statistics).length === 0) return { ...comparison, nulls };
  const found = blockInference({
    tested: blockedCells(counts, plan.tested),
    distances: blockedCells(counts, plan.distances),
    stability: blockedCells(counts, plan.stability),
    z,
  });
  return {
    ...comparison,
    nulls,
    statistics: adjustedStatistics(comparison, found),
    unseen: adjustedShare(comparison.unseen, found.designEffect),
    vanished: adjustedShare(comparison.vanished, found.designEffect),
  };
}

/** Only tests on cells have a p-value, and only distances on cells an interval, that holds for blocks. */
function adjustedStatistics(comparison: ColumnComparison, found: BlockInference): ColumnComparison['statistics'] {
  const ofCells = ['psi', 'jensen-shannon', 'chi-square', 'hellinger', 'kullback-leibler', 'l-infinity'];
  const statistics = Object.entries(comparison.statistics).map(([test, statistic]) => [
    test,
    { ...statistic, pValue: ofCells.includes(test) ? found.pValue : null, effect: null },
  ]);
  const { distance, stability } = found;
  const own = comparison.statistics;
  return {
    ...Object.fromEntries(statistics),
    ...(own['jensen-shannon'] && {
      'jensen-shannon': { value: distance.value, pValue: found.pValue, effect: interval(distance) },
    }),
    ...(own.psi && { psi: { value: own.psi.value, pValue: found.pValue, effect: interval(stability) } }),
  };
}

function interval({ low, high }: Effect) {
  return { low, high };
}

/** As many rows fewer as the design effect says: its deviation and its interval by their root. */
function adjustedShare(share: OneSided | null, designEffect: number): OneSided | null {
  if (share === null) return null;
  const { low, value, high } = share.effect;
  const widen = Math.sqrt(designEffect);
  return {
    ...share,
    pValue: normalSurvival(share.deviation / widen),
    effect: {
      value,
      low: Math.max(0, value - (value - low) * widen),
      high: Math.min(1, value + (high - value) * widen),
    },
  };
}
