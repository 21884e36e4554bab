import type { RunRecord } from '../store/run-record.ts';

/**
 * The number of the next run of a lane (a pull request, or the default branch): greater than that of every run asked for
 * there before, and than `least`, the fence of what was accepted there without a run.
 */
export function nextFence(runs: readonly Pick<RunRecord, 'fence'>[], least = 0): number {
  return 1 + Math.max(least, ...runs.map(({ fence }) => fence));
}

/** Whether a later run of the same lane was asked for, for this model: then what this one brings is kept, and cannot act. */
export function isOutdated(run: Pick<RunRecord, 'fence'>, model: string, lane: readonly RunRecord[]): boolean {
  return lane.some((other) => other.fence > run.fence && other.models.some((asked) => asked.model === model));
}

/** The fence with which a commit was first asked about: measuring it once more does not make it a newer commit. */
export function fenceOfCommit(run: Pick<RunRecord, 'fence' | 'head'>, lane: readonly RunRecord[]): number {
  return Math.min(run.fence, ...lane.filter(({ head }) => head === run.head).map(({ fence }) => fence));
}
