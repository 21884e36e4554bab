import { applyReleaseEffect, refusedReleaseEffect } from './apply-release.ts';
import { applyRolloutEffect, refusedRolloutEffect } from './apply-rollout.ts';
import type { Freeze } from './decide/freeze.ts';
import { digestOf } from './digest.ts';
import type { Effect } from './effect.ts';
import { AppError, messageOf } from './error.ts';
import type { ReleaseWriter } from './ports/release-writer.ts';
import type { GithubWriter, Learnt, Outbox, Outcome, PendingEffect } from './ports.ts';
import type { ReleaseEffect } from './registry/release-effect.ts';
import { commentMarker } from './render/comment.ts';
import { delayNote } from './render/delay-note.ts';
import type { RolloutEffect } from './rollout/rollout-effect.ts';
import { runName } from './run-plan.ts';
import type { RunFailure } from './store/run-record.ts';

/** What applying works with: writers only. */
export interface ApplyPorts {
  readonly github: GithubWriter;
  readonly releases: ReleaseWriter;
  readonly outbox: Outbox;
}

/** What became of one effect, for the log. */
export interface Applied {
  readonly effect: PendingEffect;
  readonly outcome: Outcome;
}

/**
 * Applies the due effects of a lane in order. Each attempt is counted before it is made, so that after a crash the next
 * one knows that GitHub may have been reached and looks before it writes. An effect that must be tried again holds back
 * only later effects on the same target.
 */
export async function applyPending(lane: string, ports: ApplyPorts): Promise<readonly Applied[]> {
  const applied: Applied[] = [];
  const held = new Set<string>();
  for (const pending of await ports.outbox.listDue(lane)) {
    if (held.has(pending.target) || !(await ports.outbox.begin(pending.id))) continue;
    const outcome = await attempt(pending, ports);
    await ports.outbox.settle(pending, outcome);
    if (outcome.kind === 'later' || outcome.kind === 'throttled') held.add(pending.target);
    applied.push({ effect: pending, outcome });
  }
  return applied;
}

async function attempt(pending: PendingEffect, ports: ApplyPorts): Promise<Outcome> {
  const seconds = await ports.outbox.reserve(pending);
  if (seconds > 0) return { kind: 'later', seconds, error: null };
  try {
    return await applyEffect(pending, ports);
  } catch (thrown) {
    return outcomeOf(pending, thrown);
  }
}

async function applyEffect(pending: PendingEffect, ports: ApplyPorts): Promise<Outcome> {
  const { effect } = pending;
  switch (effect.kind) {
    case 'dispatch-run':
      return await dispatchRun(pending, effect, ports);
    case 'cancel-run':
      return await cancelRun(pending, effect, ports);
    case 'force-cancel-run':
      await ports.github.forceCancelRun(pending.repository, effect.runId);
      return done(null);
    case 'rerun-failed-jobs':
      return await rerunFailedJobs(pending, effect, ports);
    case 'publish-check':
      return await publishCheck(pending, effect, ports);
    case 'publish-comment':
      return await publishComment(pending, effect, ports);
    case 'react':
      await ports.github.react(pending.repository, effect.commentId, effect.content);
      return done(null);
    case 'reply':
      return await reply(pending, effect, ports);
    case 'open-pull-request': {
      const { kind: _, ...proposal } = effect;
      await ports.github.openPullRequest(pending.repository, proposal);
      return done(null);
    }
    case 'store-artifact':
    case 'propose-release':
    case 'register-release':
      return await applyReleaseEffect(pending, effect, ports);
    case 'publish-deployment':
    case 'publish-rollout-comment':
    case 'tag-release':
    case 'save-evidence':
    case 'open-revert':
    case 'open-issue':
    case 'dispatch-gate':
    case 'dispatch-errands':
    case 'cancel-errands':
      return await applyRolloutEffect(pending, effect, ports);
    default:
      return effect satisfies never;
  }
}

type Of<Kind extends Effect['kind']> = Extract<Effect, { readonly kind: Kind }>;

async function dispatchRun(
  { repository, attempts, begunSecondsAgo }: PendingEffect,
  { workflow, ref, plan }: Of<'dispatch-run'>,
  { github, outbox }: ApplyPorts,
): Promise<Outcome> {
  const { claim } = plan;
  const wanted = (await outbox.readRun(claim))?.state;
  const calledOff = wanted === 'superseded' || wanted === 'cancelled' || wanted === 'failed';
  if (attempts > 0) {
    // An earlier attempt may have reached GitHub without an answer: a second dispatch would be a second training.
    const found = await github.findRun(repository, { workflow, branch: ref, name: runName(claim) });
    if (found !== null) return done({ kind: 'run-dispatched', claim, runId: found.id, url: found.url });
    const wait = secondsUntilListed - (begunSecondsAgo ?? 0);
    if (wait > 0) return { kind: 'later', seconds: wait, error: null };
  }
  if (calledOff) return done({ kind: 'run-unsent', claim });
  const freeze = await outbox.readRunsFreeze(repository);
  if (freeze !== null) return stopped(claim, freeze);
  const run = await github.dispatchWorkflow(repository, workflow, ref, { plan: JSON.stringify(plan) });
  return done({ kind: 'run-dispatched', claim, runId: run?.runId ?? null, url: run?.url ?? null });
}

/** GitHub's list of runs lags behind a dispatch by some seconds; only after these does absence prove anything. */
const secondsUntilListed = 15;

async function cancelRun(
  { repository }: PendingEffect,
  { claim, runId }: Of<'cancel-run'>,
  { github, outbox }: ApplyPorts,
): Promise<Outcome> {
  // The plan may be older than GitHub's answer to the dispatch, which stands before this effect on the same target.
  const known = runId ?? (await outbox.readRun(claim))?.runId ?? null;
  if (known === null) return done(null);
  await github.cancelRun(repository, known);
  return done({ kind: 'run-cancelled', claim, runId: known });
}

/** The number of the attempt tells whether an earlier try came through without an answer. */
/** Runs were frozen after this one was planned: nothing starts that somebody has stopped. */
function stopped(claim: string, { by, until }: Freeze): Outcome {
  const message = `expected that runs may start, found that ${by} froze them until ${until}; type \`/retry\` after that`;
  const failure = { code: 'dispatch-refused', message, model: null, logTail: [] } as const;
  return { kind: 'failed', error: message, learnt: { kind: 'run-refused', claim, failure } };
}

async function rerunFailedJobs(
  { repository, attempts }: PendingEffect,
  { claim, runId, attempt }: Of<'rerun-failed-jobs'>,
  { github, outbox }: ApplyPorts,
): Promise<Outcome> {
  const wanted = (await outbox.readRun(claim))?.state;
  if (wanted === 'superseded' || wanted === 'cancelled') return done(null);
  const freeze = await outbox.readRunsFreeze(repository);
  if (freeze !== null) return stopped(claim, freeze);
  const found = attempts > 0 ? await github.readRun(repository, runId) : null;
  if (found === null || found.attempt < attempt) await github.rerunFailedJobs(repository, runId);
  return done({ kind: 'run-dispatched', claim, runId, url: null });
}

async function publishCheck(
  { repository, attempts }: PendingEffect,
  { head, number, check }: Of<'publish-check'>,
  { github, outbox }: ApplyPorts,
): Promise<Outcome> {
  const kept = await outbox.readCheck(repository.id, head, check.name);
  const known = kept ?? (attempts > 0 ? await github.findCheck(repository, head, check.name) : null);
  if (known !== null) await github.updateCheck(repository, known, check);
  const checkId = known ?? (await github.createCheck(repository, head, check));
  return done({ kind: 'check', number, head, name: check.name, checkId });
}

async function publishComment(
  { repository }: PendingEffect,
  { number, body }: Of<'publish-comment'>,
  { github, outbox }: ApplyPorts,
): Promise<Outcome> {
  const refusedUntil = await outbox.readDelay(repository.installation);
  const marked = withMarker(refusedUntil === null ? body : `${body}\n${delayNote(refusedUntil)}`, commentMarker);
  const known =
    (await outbox.readComment(repository.id, number)) ?? (await github.findComment(repository, number, commentMarker));
  if (known !== null) {
    const { edits, oldestSecondsAgo, running } = await outbox.readEdits(repository.id, number);
    const most = running ? progressEditsPerMinute : editsPerMinute;
    if (edits >= most) return { kind: 'later', seconds: Math.max(1, 60 - oldestSecondsAgo), error: null };
    const stands = await github.updateComment(repository, known, marked);
    if (stands) return done({ kind: 'comment', number, commentId: known, edited: true });
  }
  const commentId = await github.createComment(repository, number, marked);
  return done({ kind: 'comment', number, commentId, edited: false });
}

async function reply(
  { repository, attempts }: PendingEffect,
  { number, body, key }: Of<'reply'>,
  { github }: ApplyPorts,
): Promise<Outcome> {
  const marker = `<!-- siskin:reply:${digestOf(key).slice('sha256:'.length, 'sha256:'.length + 16)} -->`;
  const stands = attempts > 0 && (await github.findComment(repository, number, marker)) !== null;
  if (!stands) await github.createComment(repository, number, withMarker(body, marker));
  return done(null);
}

/** How often the comment of one pull request is edited in any minute. Newer content replaces what waits. */
const editsPerMinute = 4;
/** Fewer while a run goes on, so that its verdict need not wait for the minute to end. */
const progressEditsPerMinute = 2;

function withMarker(body: string, marker: string): string {
  return body.includes(marker) ? body : `${body}\n${marker}`;
}

function done(learnt: Learnt | null): Outcome {
  return { kind: 'done', learnt };
}

/**
 * A world that is away is tried again, decisive effects longer than courtesies, and what git must say of a rollout for a
 * day; a refusal is final. A run that was
 * refused is told, so that it is shown as failed instead of waiting for ever.
 */
function outcomeOf({ effect, attempts }: PendingEffect, thrown: unknown): Outcome {
  const error = messageOf(thrown);
  const code = thrown instanceof AppError ? thrown.code : 'world-broken';
  const passing = code === 'unavailable' || code === 'timed-out' || code === 'conflict';
  const asked = thrown instanceof AppError ? thrown.retryAfterSeconds : null;
  if (code === 'unavailable' && asked !== null) return { kind: 'throttled', seconds: asked, error };
  const most = isOfRollout(effect) ? 300 : effect.kind === 'react' ? 2 : 8;
  if (passing && attempts + 1 < most) return { kind: 'later', seconds: backoffSeconds(attempts + 1), error };
  if (isOfRollout(effect)) return { kind: 'failed', error, learnt: refusedRolloutEffect(effect, error) };
  const learnt: Learnt | null =
    effect.kind === 'dispatch-run'
      ? { kind: 'run-refused', claim: effect.plan.claim, failure: refusal(code, error) }
      : effect.kind === 'rerun-failed-jobs'
        ? { kind: 'run-refused', claim: effect.claim, failure: refusal(null, error) }
        : isOfRelease(effect)
          ? refusedReleaseEffect(effect, error)
          : null;
  return { kind: 'failed', error, learnt };
}

function isOfRelease(effect: Effect): effect is ReleaseEffect {
  const { kind } = effect;
  return kind === 'store-artifact' || kind === 'propose-release' || kind === 'register-release';
}

function isOfRollout(effect: Effect): effect is RolloutEffect {
  return 'rollout' in effect || effect.kind === 'cancel-errands';
}

/** How long to wait before the next attempt: doubling, at most five minutes. */
export function backoffSeconds(attempts: number): number {
  return Math.min(300, 2 ** attempts);
}

function refusal(code: AppError['code'] | null, message: string): RunFailure {
  const missing = code === 'not-found';
  return { code: missing ? 'workflow-missing' : 'dispatch-refused', message, model: null, logTail: [] };
}
