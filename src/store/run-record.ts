import type { PullView } from '../decide/view.ts';
import type { Result } from '../result.ts';

/** One step that a person can follow while a run goes on: a job of the workflow, per model. */
export interface Stage {
  readonly name: string;
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'skipped';
  readonly seconds: number | null;
  /** Set while no runner takes the job: the labels that it waits for, and since when (ISO 8601). */
  readonly waits?: { readonly labels: readonly string[]; readonly since: string } | undefined;
}

/** Why a run ended without a result that counts. The message is safe to show; the log is the job's last lines, unescaped. */
export interface RunFailure {
  readonly code:
    | 'dispatch-refused'
    | 'workflow-missing'
    | 'training-failed'
    | 'evaluation-failed'
    | 'result-missing'
    | 'result-invalid'
    | 'result-mismatch'
    | 'result-unproven'
    | 'timed-out'
    | 'lost'
    /** The machine vanished in the middle of a job. */
    | 'runner-lost'
    /** GitHub gave up a job that no runner took. */
    | 'no-runner'
    /** Machines vanished again and again while the training's checkpoint stood still. */
    | 'stalled';
  readonly message: string;
  readonly model: string | null;
  readonly logTail: readonly string[];
}

/** What we asked one run to do for one model. */
export interface RunModel {
  readonly model: string;
  readonly trainingKey: string | null;
  /** Digest of all that determines the result: candidate, champion, policy, holdout, data and schemas. */
  readonly evaluationKey: string;
  readonly trains: boolean;
  /** False when the model itself is unchanged and only its data are looked at. */
  readonly evaluates: boolean;
}

/** A requested run, from its claim to its end. The claim is its identity; GitHub's run id comes later or never. */
export interface RunRecord {
  readonly claim: string;
  readonly repositoryId: number;
  readonly pullRequest: number | null;
  /** Greater than that of every run asked for before it in the same pull request, or on the default branch. */
  readonly fence: number;
  readonly head: string;
  readonly base: string;
  readonly models: readonly RunModel[];
  readonly state: 'planned' | 'dispatched' | 'running' | 'completed' | 'superseded' | 'cancelled' | 'failed';
  readonly runId: number | null;
  readonly attempt: number;
  readonly url: string | null;
  /** ISO 8601 instants. */
  readonly plannedAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /** A run that has not ended by then is ended by the timer. */
  readonly deadlineAt: string;
  readonly stages: readonly Stage[];
  readonly failures: readonly RunFailure[];
  /** Accepted results by model. */
  readonly results: Readonly<Record<string, Result>>;
  /**
   * Why it was requested: to check a commit, or only to compare its candidate with that of an earlier commit (`with`), or
   * to look at its data. The latter two are answered, and decide nothing.
   */
  readonly purpose:
    | { readonly kind: 'check' }
    | { readonly kind: 'compare'; readonly with: string }
    | { readonly kind: 'data' };
  /** ISO 8601: when what it lost with its machine is run again; null unless it is. It counts as open until then. */
  readonly retryAt: string | null;
}

/** The newest accepted candidate of the base branch for a model: what a pull request is compared with. */
export interface Champion {
  readonly repositoryId: number;
  readonly model: string;
  readonly commit: string;
  readonly runId: number;
  readonly artifact: string;
  readonly digest: string;
  readonly trainingKey: string | null;
  /** Of the run on the default branch that was accepted, or its own number where none was needed. */
  readonly fence: number;
  readonly acceptedAt: string;
}

/** What we have published for a pull request, so that it is edited and never posted twice. */
export interface PullRecord {
  readonly repositoryId: number;
  readonly number: number;
  /** The head for which we planned last. */
  readonly head: string;
  readonly commentId: number | null;
  /** Check run ids by head SHA and check name: `<sha>/<name>`. */
  readonly checks: Readonly<Record<string, number>>;
}

/** What was last shown for one head, and the claim of the run that each model of it waits for or was judged by. */
export interface ViewRecord {
  readonly view: PullView;
  readonly claims: Readonly<Record<string, string>>;
  /** Of a push: the commit before it. */
  readonly from?: string;
}
