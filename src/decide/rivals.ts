import type { RunRecord } from '../store/run-record.ts';

/** A candidate that was measured, and the run whose artifact it is. */
export interface MeasuredCandidate {
  readonly head: string;
  readonly digest: string;
  /** GitHub's id of the run that trained it. */
  readonly runId: number;
}

/** What is known of a model's candidate at a commit: `unkept` was not trained by a run that is known, so there is no artifact of it. */
export type CandidateAt =
  | { readonly kind: 'found'; readonly candidate: MeasuredCandidate }
  | { readonly kind: 'unkept' }
  | { readonly kind: 'none' };

/** The candidate of a model at a commit, by the runs of its pull request (newest first) and the trainings that they used. */
export function candidateAt(
  head: string,
  of: { readonly model: string; readonly runs: readonly RunRecord[]; readonly trainings: readonly RunRecord[] },
): CandidateAt {
  const { model, runs, trainings } = of;
  const measured = runs.find((run) => run.head === head && digestIn(run, model) !== undefined);
  const digest = measured === undefined ? undefined : digestIn(measured, model);
  if (digest === undefined) return { kind: 'none' };
  const isIt = (run: RunRecord) =>
    run.runId !== null &&
    digestIn(run, model) === digest &&
    run.models.some((part) => part.model === model && part.trains);
  const runId = [...runs, ...trainings].find(isIt)?.runId ?? null;
  return runId === null ? { kind: 'unkept' } : { kind: 'found', candidate: { head, digest, runId } };
}

/** The commits of a pull request whose candidate was measured, but for one, latest first. */
export function measuredHeads(runs: readonly RunRecord[], model: string, except: string): readonly string[] {
  const heads = runs.filter((run) => run.head !== except && digestIn(run, model) !== undefined).map(({ head }) => head);
  return [...new Set(heads)];
}

/** The digest of what a run measured as candidate; a comparison measures no commit. */
function digestIn(run: RunRecord, model: string): string | undefined {
  return run.purpose.kind === 'check' ? run.results[model]?.evaluation?.candidate.digest : undefined;
}
