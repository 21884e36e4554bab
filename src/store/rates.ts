import { z } from 'zod';
import type { PendingEffect, RateRefusal, Throttle } from '../ports.ts';
import { Id, Instant, NullableInstant } from './column.ts';
import type { Queryable } from './database.ts';
import { costOf, hour, minute, type WriteCost, type WriteLimits, type WriteLog, waitForRoom } from './write-budget.ts';

/**
 * Takes room for what an effect writes, among all replicas: the milliseconds that it must wait for it, or 0 when the
 * room is taken. While GitHub itself refuses, everything waits; our own budget never holds back what a training waits for.
 */
export async function reserveWrites(
  tx: Queryable,
  { effect, limits, now }: { readonly effect: PendingEffect; readonly limits: WriteLimits | null; readonly now: Date },
): Promise<number> {
  const cost = costOf(effect.effect);
  const at = now.toISOString();
  const throttle = await lockRate(tx, effect.repository.installation);
  const throttled = throttle === null ? 0 : Date.parse(throttle.until) - now.getTime();
  const log = await readLog(tx, { effect, now });
  const wait = Math.max(0, throttled, limits === null ? 0 : waitForRoom(cost, { log, limits, now: now.getTime() }));
  if (wait > 0) await hold(tx, { effect, cost, at });
  else await take(tx, { effect, cost, at });
  return wait;
}

type Writing = { readonly effect: PendingEffect; readonly cost: WriteCost; readonly at: string };

async function hold(tx: Queryable, { effect, cost, at }: Writing): Promise<void> {
  await tx.query(
    `update siskin.outbox set held_since = coalesce(held_since, $2), held_requests = $3, held_content = $4 where id = $1`,
    [effect.id, at, cost.requests, cost.kind === 'content'],
  );
}

async function take(tx: Queryable, { effect, cost, at }: Writing): Promise<void> {
  await tx.query('update siskin.outbox set held_since = null where id = $1 and held_since is not null', [effect.id]);
  await tx.query(
    'insert into siskin.writes (installation, at, requests, content, effect) values ($1, $2, $3, $4, $5)',
    [effect.repository.installation, at, cost.requests, cost.kind === 'content', effect.id],
  );
}

/** Gives back the room of an effect that sent nothing after all; one that waits for room has taken none this time. */
export async function refundWrites(tx: Queryable, effectId: number): Promise<void> {
  await tx.query(
    `delete from siskin.writes where effect = $1 and at = (select max(at) from siskin.writes where effect = $1)
       and not exists (select 1 from siskin.outbox where id = $1 and held_since is not null)`,
    [effectId],
  );
}

/**
 * Keeps that GitHub refused an installation for its rate, and returns until when nothing is asked of it. Where GitHub
 * does not say how long, a minute, and twice as long each time it says so again soon after:
 * https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api#handle-rate-limit-errors-appropriately
 */
export async function saveThrottle(
  tx: Queryable,
  { installation, refusal, now }: { readonly installation: number; readonly refusal: RateRefusal; readonly now: Date },
): Promise<Throttle> {
  const known = await lockRate(tx, installation);
  const over = known === null ? Number.POSITIVE_INFINITY : now.getTime() - Date.parse(known.until);
  // Requests that were under way when the first was refused are refused with it, and say nothing new.
  if (known !== null && over < 0 && refusal.seconds === null) return { until: known.until, by: known.by };
  const strikes = known === null || over > forgottenAfter ? 0 : known.strikes + (over < 0 ? 0 : 1);
  const seconds = refusal.seconds ?? Math.min(longestGuess, 60 * 2 ** strikes);
  const until = new Date(now.getTime() + Math.max(seconds * 1000, -over)).toISOString();
  await tx.query(
    'update siskin.rates set throttled_until = $2, throttled_by = $3, strikes = $4 where installation = $1',
    [installation, until, refusal.by, strikes],
  );
  return { until, by: refusal.by };
}

/** The newest refusal of GitHub for our rate, also when it is over. */
export async function readThrottle(db: Queryable, installation: number): Promise<Throttle | null> {
  const rows = await db.query(
    'select throttled_until, throttled_by, strikes from siskin.rates where installation = $1 and throttled_until is not null',
    [installation],
  );
  if (rows[0] === undefined) return null;
  const { throttled_until: until, throttled_by: by } = RateRow.parse(rows[0]);
  return { until, by };
}

/** Every installation that ever wrote, or was refused. */
export async function listRates(db: Queryable, now: Date): Promise<readonly InstallationRate[]> {
  const rows = await db.query(
    `select r.installation, case when r.throttled_until > $1 then r.throttled_until end as until,
       (select count(*) from siskin.outbox o where o.state = 'waiting' and o.held_since is not null
          and (o.repository ->> 'installation')::bigint = r.installation) as held,
       (select coalesce(sum(w.requests), 0) from siskin.writes w where w.installation = r.installation and w.content
          and w.at > $2) as content
     from siskin.rates r order by r.installation`,
    [now.toISOString(), new Date(now.getTime() - 60_000).toISOString()],
  );
  return rows.map((row) => InstallationRow.parse(row));
}

/** Until when GitHub refuses an installation (null when it does not), how many of its effects wait for that or for the budget, and what it wrote of content in the last minute. */
export type InstallationRate = z.infer<typeof InstallationRow>;

/** Forgets writes that no window reaches any more. */
export async function pruneWrites(db: Queryable, now: Date): Promise<void> {
  await db.query('delete from siskin.writes where at < $1', [new Date(now.getTime() - hour).toISOString()]);
}

/** Locks the row of an installation until the transaction ends, so that replicas take room one after the other. */
async function lockRate(tx: Queryable, installation: number): Promise<z.infer<typeof LockedRow> | null> {
  await tx.query('insert into siskin.rates (installation) values ($1) on conflict do nothing', [installation]);
  const rows = await tx.query(
    'select throttled_until, throttled_by, strikes from siskin.rates where installation = $1 for update',
    [installation],
  );
  return rows[0]?.['throttled_until'] == null ? null : LockedRow.parse(rows[0]);
}

async function readLog(
  tx: Queryable,
  { effect, now }: { readonly effect: PendingEffect; readonly now: Date },
): Promise<WriteLog> {
  const { installation } = effect.repository;
  const since = (milliseconds: number): string => new Date(now.getTime() - milliseconds).toISOString();
  const rows = await tx.query(
    `select at, requests, content from siskin.writes
     where installation = $1 and at > $2 and (content or at > $3) order by at`,
    [installation, since(hour), since(minute)],
  );
  const writes = rows.map((row) => WriteRow.parse(row));
  const times = (of: readonly z.infer<typeof WriteRow>[]): readonly number[] =>
    of.flatMap(({ at, requests }) => Array.from({ length: requests }, () => at));
  const held = await tx.query(
    `select coalesce(sum(held_requests), 0) as requests, coalesce(sum(held_requests) filter (where held_content), 0) as content
     from siskin.outbox
     where state = 'waiting' and held_since is not null and (repository ->> 'installation')::bigint = $1 and id <> $2
       and (held_since, id) < (coalesce((select held_since from siskin.outbox where id = $2), $3), $2)`,
    [installation, effect.id, now.toISOString()],
  );
  return {
    content: times(writes.filter(({ content }) => content)),
    requests: times(writes.filter(({ at }) => at > now.getTime() - minute)),
    ahead: AheadRow.parse(held[0]),
  };
}

/** A refusal this long ago says nothing about the next. */
const forgottenAfter = 600_000;
const longestGuess = 900;

const Milliseconds = z.date().transform((date) => date.getTime());
const WriteRow = z.object({ at: Milliseconds, requests: z.number(), content: z.boolean() });
const RateRow = z.object({ throttled_until: Instant, throttled_by: z.enum(['primary', 'secondary']) });
const LockedRow = RateRow.extend({ strikes: z.number() }).transform(({ throttled_until: until, ...row }) => ({
  until,
  by: row.throttled_by,
  strikes: row.strikes,
}));
const AheadRow = z.object({ requests: Id, content: Id });
const InstallationRow = z.object({ installation: Id, until: NullableInstant, held: Id, content: Id });
