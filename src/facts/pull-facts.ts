import { budgetApproval } from '../decide/approval.ts';
import { isFork } from '../decide/fork.ts';
import type { Problem } from '../error.ts';
import type { Actor, Repository } from '../intent.ts';
import { policyChanges } from '../policy/compare.ts';
import { parsePolicy } from '../policy/parse.ts';
import { policyPath } from '../policy/policy.ts';
import type { GithubReader, PullRequest, StoreReader } from '../ports.ts';
import type { Approval } from '../store/approval-record.ts';
import type { HeadSighting } from '../store/head-record.ts';
import type { LedgerEntry } from '../store/ledger-record.ts';
import type { PullRecord, RunRecord, ViewRecord } from '../store/run-record.ts';
import { gatherApprovals } from './approval-facts.ts';
import { guardedPolicy } from './guarded-policy.ts';
import { gatherHolds, type Holds } from './hold-facts.ts';
import { gatherRange, type RangeFacts } from './range-facts.ts';

/** What a policy file that a pull request edits says: what is wrong with it, and what would change, in sentences. */
export interface ProposedPolicy {
  readonly problems: readonly Problem[];
  readonly changes: readonly string[];
}

/** What the base branch says: no policy, one that cannot be used, or a valid one with what the commits do under it. */
export type JudgedRange =
  | { readonly kind: 'absent' }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] }
  | { readonly kind: 'valid'; readonly range: RangeFacts };

/** All that is known of a pull request that can be checked. */
export interface PullFacts {
  readonly pull: PullRequest;
  readonly base: { readonly ref: string; readonly sha: string };
  readonly judged: JudgedRange;
  readonly proposed: ProposedPolicy | null;
  readonly record: PullRecord | null;
  /** The journal of its heads. */
  readonly heads: readonly HeadSighting[];
  /** What is shown for the present head, and for the head that we knew before it. */
  readonly shown: ViewRecord | null;
  readonly former: ViewRecord | null;
  readonly runs: readonly RunRecord[];
  /** What was set aside for the runs that are shown or go on, and what they took. */
  readonly ledger: readonly LedgerEntry[];
  readonly holds: Holds;
  /** Those that hold for the present head. */
  readonly approvals: readonly Approval[];
  readonly now: string;
}

interface Ports {
  readonly github: GithubReader;
  readonly store: StoreReader;
}

/**
 * Reads a pull request afresh and what its commits mean; null when it is gone, closed, or no longer at `head` (null: at
 * any head). Six to nine reads of GitHub, and one for each data pointer.
 */
export async function gatherPull(
  repository: Repository,
  asked: { readonly number: number; readonly head: string | null; readonly actor: Actor; readonly now: string },
  ports: Ports,
): Promise<PullFacts | null> {
  const { github, store } = ports;
  const { number, now } = asked;
  const pull = await github.readPullRequest(repository, number);
  if (pull === null || pull.state !== 'open' || (asked.head !== null && asked.head !== pull.head.sha)) return null;
  const { base: tip, mergeBase } = await github.compare(repository, pull.base.ref, pull.head.sha);
  const base = { ref: pull.base.ref, sha: tip };
  const record = await store.readPull(repository.id, number);
  const formerHead = record === null || record.head === pull.head.sha ? null : record.head;
  const [text, runs, shown, former, heads, holds, approvals] = await Promise.all([
    github.readFile(repository, policyPath, tip),
    store.listRuns(repository.id, number),
    store.readView(repository.id, number, pull.head.sha),
    formerHead === null ? null : store.readView(repository.id, number, formerHead),
    store.listHeads(repository.id, number),
    gatherHolds(repository, store),
    gatherApprovals(repository, { number, head: pull.head.sha }, ports),
  ]);
  const judged = await judgedRange(
    repository,
    { text, base, pull, mergeBase, approvals, actor: asked.actor, now },
    ports,
  );
  const open = runs.filter(({ endedAt, retryAt }) => endedAt === null || retryAt !== null).map(({ claim }) => claim);
  const ledger = await store.readLedger([...new Set([...open, ...Object.values(shown?.claims ?? {})])]);
  const proposed = await proposedPolicy(repository, { text, judged, head: pull.head.sha }, github);
  return { pull, base, judged, proposed, record, heads, shown, former, runs, ledger, holds, approvals, now };
}

async function judgedRange(
  repository: Repository,
  read: {
    readonly text: string | null;
    readonly base: { readonly ref: string; readonly sha: string };
    readonly pull: PullRequest;
    readonly mergeBase: string;
    readonly approvals: readonly Approval[];
    readonly actor: Actor;
    readonly now: string;
  },
  ports: Ports,
): Promise<JudgedRange> {
  if (read.text === null) return { kind: 'absent' };
  const parsed = parsePolicy({ text: read.text, file: policyPath });
  if (parsed.kind === 'invalid') return parsed;
  const { pull, base, mergeBase, approvals, actor, now } = read;
  const { defaultBranch, head } = pull;
  const policy = await guardedPolicy(
    repository,
    { policy: parsed.policy, base: base.ref, defaultBranch },
    ports.github,
  );
  const approvedBy = budgetApproval(policy, approvals)?.by ?? null;
  const cause = { actor, author: pull.author, pullRequest: pull.number, approvedBy };
  const origin = isFork(pull, repository) ? 'fork' : 'repository';
  const range = {
    policy,
    base,
    from: mergeBase,
    head: head.sha,
    origin,
    defaultBranch,
    cause,
    now,
  } as const;
  return { kind: 'valid', range: await gatherRange(repository, range, ports) };
}

/** Without a usable policy on the base branch nothing tells whether it is edited, so the head's file is looked at. */
async function proposedPolicy(
  repository: Repository,
  read: { readonly text: string | null; readonly judged: JudgedRange; readonly head: string },
  github: GithubReader,
): Promise<ProposedPolicy | null> {
  const { judged } = read;
  if (judged.kind === 'valid' && !judged.range.edits.policy) return null;
  const text = await github.readFile(repository, policyPath, read.head);
  if (text === null && read.text !== null) {
    return { problems: [], changes: ['The policy is deleted: after the merge Siskin checks nothing here any more.'] };
  }
  if (text === null || text === read.text) return null;
  const parsed = parsePolicy({ text, file: policyPath });
  if (parsed.kind === 'invalid') return { problems: parsed.problems, changes: [] };
  const before = judged.kind === 'valid' ? judged.range.policy : null;
  return { problems: [], changes: policyChanges(before, parsed.policy) };
}
