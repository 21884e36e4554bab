import { z } from 'zod';
import { canonicalJson, digestOf } from '../digest.ts';
import type { Effect } from '../effect.ts';
import type { Repository } from '../intent.ts';
import type { Learnt, Outcome, PendingEffect } from '../ports.ts';
import { Id, NullableInstant } from './column.ts';
import type { Queryable } from './database.ts';
import { insertIntent } from './deliveries.ts';
import { isPublishing, occasion, targetOf } from './effect-target.ts';
import { hintOfEffect, resolveLanes } from './lane.ts';
import { release } from './ledger.ts';
import { saveCheck, saveComment } from './pulls.ts';
import { refundWrites } from './rates.ts';
import { endErrands, keepErrandRun } from './rollout-errands.ts';
import { keepTraces } from './rollout-traces.ts';
import { markDispatched, markRefused } from './runs.ts';

/**
 * Queues effects in order and returns the lanes that have work. What is published replaces what was to be published
 * at the same place before it, and is left out when the same is published there already. What happens once (a
 * dispatch, a reply) is queued once, ever, unless it failed.
 */
export async function putEffects(
  tx: Queryable,
  { repository, effects, at }: { repository: Repository; effects: readonly Effect[]; at: string },
): Promise<readonly string[]> {
  const lanes = await resolveLanes(
    tx,
    effects.map((effect) => hintOfEffect(repository, effect)),
  );
  for (const [index, effect] of effects.entries()) {
    const target = targetOf(repository, effect);
    const kind = occasion(effect);
    const digest = isPublishing(effect) ? digestOf(canonicalJson(effect)) : kind;
    if (isPublishing(effect)) await supersede(tx, { target, at });
    // A run whose dispatch has not begun is cancelled by never sending it.
    if (
      effect.kind === 'cancel-run' &&
      (await supersede(tx, { target, at, unbegun: 'only' })).includes('dispatch-run')
    ) {
      await release(tx, effect.claim);
    }
    await tx.query(
      `insert into siskin.outbox (repository, lane, target, content_digest, effect, due_at, created_at, attempts, held_since)
       select $1::jsonb, $2, $3, $4, $5::jsonb, $6::timestamptz, $6::timestamptz, ${inheritedAttempts}, ${inheritedPlace}
       where not exists (
         select 1 from (select content_digest, state from siskin.outbox
           where target = $3 and (state in ('waiting', 'done') or attempts > 0) and ($7 or content_digest = $4)
           order by id desc limit 1) newest
         where content_digest = $4 and state in ('waiting', 'done'))`,
      [JSON.stringify(repository), lanes[index], target, digest, JSON.stringify(effect), at, isPublishing(effect)],
    );
  }
  return [...new Set(lanes)];
}

/**
 * Whether GitHub may have been reached for what was to be published here before and never was recorded as done: the
 * effect that replaces it then looks before it writes, too.
 */
const inheritedAttempts = `(select count(*) from (select 1 from siskin.outbox before
  where $7 and before.target = $3 and before.attempts > 0 and before.state <> 'done'
    and not exists (select 1 from siskin.outbox done
      where done.target = $3 and done.state = 'done' and done.id > before.id) limit 1) begun)`;

/** What replaces an effect that waits for its rate takes its place among those that wait. */
const inheritedPlace = `(select min(held_since) from siskin.outbox before
  where $7 and before.target = $3 and before.state = 'superseded' and before.finished_at = $6::timestamptz)`;

/** The due effects of a lane, what a training waits for first, and otherwise in order. */
export async function listDue(db: Queryable, lane: string, now: Date): Promise<readonly PendingEffect[]> {
  const rows = await db.query(
    `select id, repository, effect, target, attempts, begun_at from siskin.outbox o
     where lane = $1 and state = 'waiting' and due_at <= $2
       and not exists (select 1 from siskin.outbox earlier
         where earlier.target = o.target and earlier.state = 'waiting' and earlier.id < o.id and earlier.due_at > $2)
     order by effect ->> 'kind' in ('dispatch-run', 'cancel-run', 'force-cancel-run', 'rerun-failed-jobs', 'dispatch-gate', 'dispatch-errands') desc, id
     limit 200`,
    [lane, now.toISOString()],
  );
  return rows.map((row) => {
    const { begun_at: begun, ...parsed } = OutboxRow.parse(row);
    const begunSecondsAgo = begun === null ? null : (now.getTime() - Date.parse(begun)) / 1000;
    // Only putEffects writes this column, from an Effect; the check of `kind` finds rows of another version.
    return { ...parsed, begunSecondsAgo, effect: parsed.effect as unknown as Effect };
  });
}

/** Counts an attempt before it is made; false when the effect was replaced meanwhile. */
export async function beginEffect(db: Queryable, id: number, now: string): Promise<boolean> {
  const rows = await db.query(
    `update siskin.outbox set attempts = attempts + 1, begun_at = $2 where id = $1 and state = 'waiting' returning id`,
    [id, now],
  );
  return rows.length === 1;
}

/** Writes how an attempt ended and what it taught; a refused run asks to be shown. Returns the lanes that have work. */
export async function settleEffect(
  tx: Queryable,
  { effect, outcome, now }: { effect: PendingEffect; outcome: Outcome; now: Date },
): Promise<readonly string[]> {
  const at = now.toISOString();
  if (outcome.kind === 'later' || outcome.kind === 'throttled') {
    const due = new Date(now.getTime() + outcome.seconds * 1000).toISOString();
    // A wait that is no failure is no attempt either: nothing was sent, so all stays as it was before.
    const begun = effect.begunSecondsAgo === null ? null : new Date(now.getTime() - effect.begunSecondsAgo * 1000);
    if (outcome.error === null) await refundWrites(tx, effect.id);
    await tx.query(
      outcome.error === null
        ? `update siskin.outbox set due_at = $2, error = $3, attempts = attempts - 1, begun_at = $4 where id = $1 and state = 'waiting'`
        : outcome.kind === 'throttled'
          ? // Of several requests the first may have been answered: the next attempt looks before it writes.
            `update siskin.outbox set due_at = $2, error = $3, attempts = greatest(1, attempts - 1), begun_at = coalesce(begun_at, $4),
               held_since = coalesce(held_since, $5) where id = $1 and state = 'waiting'`
          : `update siskin.outbox set due_at = $2, error = $3, begun_at = coalesce(begun_at, $4) where id = $1 and state = 'waiting'`,
      [effect.id, due, outcome.error, begun?.toISOString() ?? null, ...(outcome.kind === 'throttled' ? [at] : [])],
    );
    return [];
  }
  await tx.query('update siskin.outbox set state = $2, error = $3, finished_at = $4 where id = $1', [
    effect.id,
    outcome.kind,
    outcome.kind === 'failed' ? outcome.error : null,
    at,
  ]);
  return outcome.learnt === null ? [] : await keep(tx, { repository: effect.repository, learnt: outcome.learnt, now });
}

/** So long after a run was asked for it is looked at whether a runner took it. */
const firstLookSeconds = 600;
/** So long GitHub may take to end a run that it was asked to cancel. */
const cancelGraceSeconds = 60;

async function keep(
  tx: Queryable,
  { repository, learnt, now }: { repository: Repository; learnt: Learnt; now: Date },
): Promise<readonly string[]> {
  const at = now.toISOString();
  switch (learnt.kind) {
    case 'comment':
      await saveComment(tx, {
        repositoryId: repository.id,
        number: learnt.number,
        commentId: learnt.commentId,
        editedAt: learnt.edited ? now.getTime() : null,
      });
      return [];
    case 'check':
      await saveCheck(tx, { repositoryId: repository.id, ...learnt });
      return [];
    case 'run-dispatched':
      await markDispatched(tx, learnt);
      return await insertIntent(tx, {
        intent: { kind: 'watch-run', repository, claim: learnt.claim, watch: 'progress' },
        id: `watch/${learnt.claim}/${at}`,
        at,
        afterSeconds: firstLookSeconds,
      });
    case 'run-refused':
      await markRefused(tx, { claim: learnt.claim, failure: learnt.failure, at });
      await release(tx, learnt.claim);
      return await insertIntent(tx, {
        intent: { kind: 'show-run', repository, claim: learnt.claim },
        id: `refused/${learnt.claim}`,
        at,
      });
    case 'release-stored': {
      const { request, stored } = learnt;
      const wish = { kind: 'release', request, stored } as const;
      return await insertIntent(tx, {
        intent: { kind: 'propose-release', repository, wish },
        id: `stored/${repository.id}/${request.model}/${request.id}/${request.version}`,
        at,
      });
    }
    case 'run-unsent':
      await release(tx, learnt.claim);
      return [];
    case 'run-cancelled':
      return await insertIntent(tx, {
        intent: { kind: 'watch-run', repository, claim: learnt.claim, watch: 'cancel' },
        id: `cancelled/${learnt.claim}/${learnt.runId}/${at}`,
        at,
        afterSeconds: cancelGraceSeconds,
      });
    case 'errands-dispatched': {
      const { claim, environment, runId, refusal } = learnt;
      await keepErrandRun(tx, claim, runId);
      if (refusal === null) return [];
      const message = refusal.slice(0, 2000);
      const otherwise = { kind: 'refused', code: 'unavailable', message, observed: null } as const;
      await endErrands(tx, { claim, answers: [], otherwise, at });
      return await insertIntent(tx, {
        intent: { kind: 'run-errands', repository, of: { environment } },
        id: `errands/${claim}/refused`,
        at,
      });
    }
    case 'rollout-traced':
      return await keepTraces(tx, { repository, learnt, now });
    default:
      return learnt satisfies never;
  }
}

/** Takes back what waits on a target; returns the kinds of it. */
async function supersede(
  tx: Queryable,
  { target, at, unbegun }: { target: string; at: string; unbegun?: 'only' },
): Promise<readonly string[]> {
  const rows = await tx.query(
    `update siskin.outbox set state = 'superseded', finished_at = $2
     where target = $1 and state = 'waiting' and (attempts = 0 or not $3) returning effect ->> 'kind' as kind`,
    [target, at, unbegun === 'only'],
  );
  return rows.map((row) => String(row['kind']));
}

const OutboxRow = z.object({
  id: Id,
  repository: z.object({ installation: z.number(), id: z.number(), owner: z.string(), name: z.string() }),
  effect: z.looseObject({
    kind: z.enum([
      'dispatch-run',
      'cancel-run',
      'force-cancel-run',
      'rerun-failed-jobs',
      'publish-check',
      'publish-comment',
      'react',
      'reply',
      'open-pull-request',
      'store-artifact',
      'propose-release',
      'register-release',
      'publish-deployment',
      'publish-rollout-comment',
      'tag-release',
      'save-evidence',
      'open-revert',
      'open-issue',
      'dispatch-gate',
      'dispatch-errands',
      'cancel-errands',
    ]),
  }),
  target: z.string(),
  attempts: z.number(),
  begun_at: NullableInstant,
});
