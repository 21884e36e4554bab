import { isLoss } from '../run-loss.ts';
import type { RunRecord } from '../store/run-record.ts';

/** How many machines in a row a training may lose before it is asked for on another kind of machine. */
export const mostStrikes = 2;

/** Whether a run lost this training so often that the next one goes to machines which are not taken away. */
export function isStruck(
  run: RunRecord,
  { model, trainingKey }: { readonly model: string; readonly trainingKey: string | null },
): boolean {
  return (
    run.attempt >= mostStrikes &&
    run.failures.some((failure) => isLoss(failure) && failure.model === model) &&
    run.models.some((part) => part.model === model && part.trains && part.trainingKey === trainingKey)
  );
}
