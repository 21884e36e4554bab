import type { Freeze } from './decide/freeze.ts';
import type { LockRecord } from './decide/lock.ts';
import type { CheckContent, Plan } from './effect.ts';
import type { Look } from './evaluate/holdout/count-looks.ts';
import type { Repository } from './intent.ts';
import type { BudgetLimit, Spending } from './policy/budget-limit.ts';
import type { RepositoryRole } from './policy/grantee.ts';
import type { GateReader } from './ports/gate.ts';
import type { Throttle } from './ports/outbox.ts';
import type { RolloutWriter } from './ports/rollout-writer.ts';
import type { SetupReader } from './ports/setup.ts';
import type { OpenJob, QueuedErrand } from './rollout/errands/next-job.ts';
import type { RolloutTraces } from './rollout/rollout-effect.ts';
import type { RolloutRecord } from './rollout/rollout-record.ts';
import type { RolloutEvent } from './rollout/states/event.ts';
import type { Approval } from './store/approval-record.ts';
import type { HeadSighting } from './store/head-record.ts';
import type { LedgerEntry, PastJobs, Spender } from './store/ledger-record.ts';
import type { Champion, PullRecord, RunRecord, ViewRecord } from './store/run-record.ts';

export type { Learnt, Outbox, Outcome, PendingEffect, RateRefusal, Throttle } from './ports/outbox.ts';
export type { DeliveryAttempt, Installation, RequiredCheck, SetupReader } from './ports/setup.ts';

/** A file of a commit. */
export interface TreeEntry {
  readonly path: string;
  /** Git blob SHA-1. */
  readonly sha: string;
  readonly bytes: number;
}

/** A pull request as planning sees it. */
export interface PullRequest {
  readonly number: number;
  readonly state: 'open' | 'closed';
  readonly draft: boolean;
  readonly author: string;
  /** GitHub's number of the author's account; null when it is gone. */
  readonly authorId: number | null;
  readonly head: { readonly sha: string; readonly ref: string; readonly repositoryId: number | null };
  readonly base: { readonly sha: string; readonly ref: string };
  /** The default branch of the repository: the only one whose workflow is dispatched. */
  readonly defaultBranch: string;
  readonly isMerged: boolean;
  /** ISO 8601, by GitHub's clock: an instant at which it pointed at this head. */
  readonly headAt: string;
}

/** A run of a workflow; `name` is what the workflow's `run-name` made. */
export interface WorkflowRun {
  readonly id: number;
  readonly attempt: number;
  readonly name: string;
  readonly status: 'queued' | 'in_progress' | 'completed' | 'waiting' | 'pending' | 'requested';
  readonly conclusion: string | null;
  /** ISO 8601: when this attempt began. */
  readonly startedAt: string;
  readonly url: string;
}

/** A job of a run. */
export interface WorkflowJob {
  readonly id: number;
  readonly name: string;
  readonly attempt: number;
  readonly status: string;
  readonly conclusion: string | null;
  readonly labels: readonly string[];
  /** Null while no machine has taken it, and when none ever did. */
  readonly runnerName: string | null;
  readonly createdAt: string;
  /** Null unless a machine took it. */
  readonly startedAt: string | null;
  readonly completedAt: string | null;
  /** Whether a step of it failed. A job that failed without any lost its machine. */
  readonly hasFailedStep: boolean;
}

/** A zip archive that a job of a run uploaded. */
export interface Artifact {
  readonly id: number;
  readonly name: string;
  readonly bytes: number;
  readonly expired: boolean;
}

/** What somebody is in a repository; a custom role counts as the one that it extends. */
export interface RoleHeld {
  readonly role: RepositoryRole | 'none';
  /** GitHub's name of the custom role; null for a standard one. */
  readonly custom: string | null;
}

/** What planning may read of GitHub. Every method throws AppError when GitHub cannot be asked; absence is null. */
export interface GithubReader extends SetupReader, GateReader {
  readFile(repository: Repository, path: string, ref: string): Promise<string | null>;
  /** The whole tree of a commit, or null when GitHub truncated it. */
  readTree(repository: Repository, commit: string): Promise<readonly TreeEntry[] | null>;
  readBlob(repository: Repository, sha: string): Promise<Uint8Array>;
  /** The id of the tree of a commit. */
  readTreeId(repository: Repository, commit: string): Promise<string>;
  /** The tip of the branch `base` and the newest commit that it shares with `head`, which may be a fork's commit. */
  compare(
    repository: Repository,
    base: string,
    head: string,
  ): Promise<{ readonly base: string; readonly mergeBase: string }>;
  readDefaultBranch(repository: Repository): Promise<{ readonly name: string; readonly sha: string }>;
  readPullRequest(repository: Repository, number: number): Promise<PullRequest | null>;
  listOpenPullRequests(repository: Repository): Promise<readonly PullRequest[]>;
  readRun(repository: Repository, runId: number): Promise<WorkflowRun | null>;
  /**
   * The run that we dispatched under this name: of this workflow, on this branch, by this App. Null when it is not among
   * the newest few hundred of those. The fall-back when a dispatch gave no id.
   */
  findRun(
    repository: Repository,
    run: { readonly workflow: string; readonly branch: string; readonly name: string },
  ): Promise<WorkflowRun | null>;
  /** The jobs of a run's newest attempt. */
  listJobs(repository: Repository, runId: number): Promise<readonly WorkflowJob[]>;
  /** The jobs of all its attempts; one that a later attempt did not repeat may be listed with each. */
  listAllJobs(repository: Repository, runId: number): Promise<readonly WorkflowJob[]>;
  /** The last lines of a job's log. */
  readLogTail(repository: Repository, jobId: number, lines: number): Promise<readonly string[]>;
  listArtifacts(repository: Repository, runId: number): Promise<readonly Artifact[]>;
  /** The zip bytes of an artifact; throws `too-large` beyond the limit without reading further. */
  downloadArtifact(repository: Repository, artifactId: number, limitBytes: number): Promise<Uint8Array>;
  /** The repository role of a person. */
  readRole(repository: Repository, login: string): Promise<RoleHeld>;
  /** Whether a person is in this team of the repository's organisation, or in one below it. */
  isTeamMember(repository: Repository, slug: string, login: string): Promise<boolean>;
  /** Whether a person owns the account that the repository belongs to: the organisation's owners do. */
  ownsAccount(repository: Repository, login: string): Promise<boolean>;
  /** Whether a person was given access to an organisation's repository without being a member. */
  isOutsideCollaborator(repository: Repository, login: string): Promise<boolean>;
}

/** What a token says, by the names of its claims. Values are as they came: GitHub writes even numbers as text. */
export type Claims = Readonly<Record<string, unknown>>;

/** What GitHub's OpenID provider says of the tokens that it issues to jobs. */
export interface TokenReader {
  /**
   * The claims of a token, when the provider signed it and names itself as issuer; whom it is for, and when it was valid,
   * is left to be judged. Throws AppError when the provider's keys cannot be had.
   */
  verifyToken(
    token: string,
  ): Promise<
    { readonly kind: 'signed'; readonly claims: Claims } | { readonly kind: 'refused'; readonly reason: string }
  >;
}

/** What applying may write to GitHub, and look up so that nothing is written twice. */
export interface GithubWriter extends RolloutWriter {
  /** The check run of this App with this name on this commit. */
  findCheck(repository: Repository, head: string, name: string): Promise<number | null>;
  /** The newest comment that this App itself wrote and that holds this marker; the same marker in anybody else's comment counts for nothing. */
  findComment(repository: Repository, number: number, marker: string): Promise<number | null>;
  readonly findRun: GithubReader['findRun'];
  /** Returns GitHub's run id, or null when GitHub did not tell it. */
  dispatchWorkflow(
    repository: Repository,
    workflow: string,
    ref: string,
    inputs: Readonly<Record<string, string>>,
  ): Promise<{ readonly runId: number; readonly url: string } | null>;
  readonly readRun: GithubReader['readRun'];
  cancelRun(repository: Repository, runId: number): Promise<void>;
  /** Ends a run that does not end by being cancelled. */
  forceCancelRun(repository: Repository, runId: number): Promise<void>;
  /** Runs the jobs of a completed run again that did not succeed, and what depends on them, as its next attempt. */
  rerunFailedJobs(repository: Repository, runId: number): Promise<void>;
  createCheck(repository: Repository, head: string, check: CheckContent): Promise<number>;
  updateCheck(repository: Repository, checkId: number, check: CheckContent): Promise<void>;
  createComment(repository: Repository, number: number, body: string): Promise<number>;
  /** False when the comment is gone (deleted by a person). */
  updateComment(repository: Repository, commentId: number, body: string): Promise<boolean>;
  react(repository: Repository, commentId: number, content: 'eyes' | 'rocket' | '+1' | '-1'): Promise<void>;
  /** Creates branch, commit and pull request; an existing branch of this name is left as it is. Returns the number, or null when it stood already. */
  openPullRequest(
    repository: Repository,
    options: {
      readonly branch: string;
      readonly base: string;
      readonly title: string;
      readonly body: string;
      readonly files: Readonly<Record<string, string>>;
    },
  ): Promise<number | null>;
}

/** What planning may read of our own database. */
export interface StoreReader {
  readRun(claim: string): Promise<RunRecord | null>;
  readRunById(repositoryId: number, runId: number): Promise<RunRecord | null>;
  /** The newest 100 runs of a pull request, or of pushes to the default branch when `number` is null, newest first. */
  listRuns(repositoryId: number, number: number | null): Promise<readonly RunRecord[]>;
  /** Runs that are not at an end. */
  listOpenRuns(repositoryId: number): Promise<readonly RunRecord[]>;
  /** The newest run that itself trained with this key and holds an accepted result, or is about to. */
  findByTrainingKey(repositoryId: number, model: string, trainingKey: string): Promise<RunRecord | null>;
  readChampion(repositoryId: number, model: string): Promise<Champion | null>;
  /** What holdouts judged of a model against a champion, oldest first. */
  listLooks(repositoryId: number, model: string): Promise<readonly Look[]>;
  /** What was spent of each limit in its present window; `except` leaves out a run, or one attempt of it. */
  readSpending(
    spender: Spender,
    options: {
      readonly limits: readonly BudgetLimit[];
      readonly at: string;
      readonly except: { readonly claim: string; readonly attempt: number | null } | null;
    },
  ): Promise<readonly Spending[]>;
  /** How long jobs of each model took that succeeded since an instant, on each set of labels. */
  listPastJobs(repositoryId: number, since: string): Promise<readonly PastJobs[]>;
  /** What was set aside for runs, and what they took; of each run the newest attempt last. */
  readLedger(claims: readonly string[]): Promise<readonly LedgerEntry[]>;
  /** Runs at an end of which it is not known what they took, oldest first. */
  listUnsettledRuns(repositoryId: number): Promise<readonly RunRecord[]>;
  readPull(repositoryId: number, number: number): Promise<PullRecord | null>;
  /** The journal of a pull request's heads, oldest first. */
  listHeads(repositoryId: number, number: number): Promise<readonly HeadSighting[]>;
  /** What people approved of a pull request, for whatever commit of it, oldest first. */
  listApprovals(repositoryId: number, number: number): Promise<readonly Approval[]>;
  /** The gates that were overridden for a candidate, in whatever pull request, oldest first. */
  listOverrides(repositoryId: number, artifact: string): Promise<readonly Approval[]>;
  /** The pull requests, open or not, that at some time stood at this commit. */
  listPullsAt(repositoryId: number, head: string): Promise<readonly number[]>;
  /** All locks of a repository that were ever taken. Whether a lease is over is told by its time. */
  listLocks(repositoryId: number): Promise<readonly LockRecord[]>;
  /** The freezes of a repository and of its owner. Whether one has ended is told by its time. */
  listFreezes(repository: Pick<Repository, 'id' | 'owner'>): Promise<readonly Freeze[]>;
  /** What is shown now that names a lock or a freeze: of the present heads of pull requests, and of pushes, oldest first. */
  listHoldingViews(repositoryId: number): Promise<readonly ViewRecord[]>;
  /** All repositories of an owner that we know. */
  listRepositoriesOf(owner: string): Promise<readonly Repository[]>;
  /** The newest refusal of an installation for its rate, also when it is over; null when there never was one. */
  readThrottle(installation: number): Promise<Throttle | null>;
  readRollout(id: string): Promise<RolloutRecord | null>;
  /** The newest 100 rollouts of a repository, newest first. `open`: only those in which something is left to be done. */
  listRollouts(
    repositoryId: number,
    filter?: {
      readonly model?: string;
      readonly environment?: string;
      readonly number?: number;
      readonly open?: true;
    },
  ): Promise<readonly RolloutRecord[]>;
  /** The sealed evidence of a rollout in order, each line as a file of evidence has it. */
  readEvidence(id: string): Promise<readonly string[]>;
  /** What a rollout left on GitHub. */
  readTraces(rollout: string): Promise<RolloutTraces>;
  /** What jobs on runners are to do for rollouts to this environment and none does yet, in the order in which it was asked. */
  listQueuedErrands(repositoryId: number, environment: string): Promise<readonly QueuedErrand[]>;
  /** The job of an environment that is not at an end, or the one of this claim if it is not. */
  readOpenJob(
    repositoryId: number,
    of: { readonly environment: string } | { readonly claim: string },
  ): Promise<(OpenJob & { readonly environment: string }) | null>;
  /** The log of a rollout in order. */
  listRolloutEvents(id: string): Promise<readonly RolloutEvent[]>;
  /** What was last shown for a head of a pull request, or of a push when `number` is null. */
  readView(repositoryId: number, number: number | null, head: string): Promise<ViewRecord | null>;
}

/** What planning leaves behind. */
export interface StoreWriter {
  /**
   * Makes all changes and queues all effects, in order, in one transaction. An empty plan does nothing. With its cause,
   * a plan is recorded once, ever, however often the process dies before the delivery ends.
   */
  record(repository: Repository, plan: Plan, cause?: Cause): Promise<void>;
}

/** The delivery that asked for something, and the place of the intent among all that it asked for, from 0. */
export interface Cause {
  readonly delivery: string;
  readonly place: number;
}

/** What a door must tell us of a delivery so that it joins the lane of its pull request; null where the payload does not say. */
export interface LaneHint {
  readonly repositoryId: number | null;
  readonly number: number | null;
  readonly claim: string | null;
  readonly head: string | null;
}
