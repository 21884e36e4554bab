import { z } from 'zod';
import type { Intent } from '../intent.ts';
import type { Cause, LaneHint } from '../ports.ts';
import type { Queryable } from './database.ts';
import type { PullSighting } from './head-record.ts';
import { writeSightings } from './heads.ts';
import { hintOfIntent, resolveLanes } from './lane.ts';
import { Payload, packedPayload } from './payload.ts';

/** Something that arrived and was verified, as it is to be kept. */
export interface NewDelivery {
  /** GitHub's x-github-delivery; a redelivery has the same. */
  readonly id: string;
  readonly event: string;
  /** The body as it was signed. */
  readonly payload: string;
  readonly hint: LaneHint;
  /** The heads of a pull request that it shows; absent like none. */
  readonly sightings?: readonly PullSighting[];
}

/** A delivery whose turn has come. `attempts` counts this one. */
export interface Delivery {
  readonly id: string;
  readonly event: string;
  readonly payload: string;
  readonly attempts: number;
}

/** How working on a delivery ended. */
export type DeliveryEnd =
  | { readonly kind: 'done' }
  | { readonly kind: 'later'; readonly seconds: number; readonly error: string }
  /** GitHub refused us for our rate, which is no failed attempt. */
  | { readonly kind: 'throttled'; readonly seconds: number; readonly error: string }
  | { readonly kind: 'failed'; readonly error: string };

/** The event name of an intent that we asked for ourselves. GitHub has no event of this name. */
export const intentEvent = 'siskin.intent';

/**
 * Keeps each delivery once. One that failed for good is taken up again when it is sent again. Returns the lanes that
 * have work, and for each delivery whether it was new.
 */
export async function insertDeliveries(
  tx: Queryable,
  deliveries: readonly NewDelivery[],
  at: string,
): Promise<{ readonly lanes: readonly string[]; readonly fresh: readonly boolean[] }> {
  if (deliveries.length === 0) return { lanes: [], fresh: [] };
  const hints = deliveries.map((delivery) => delivery.hint);
  const lanes = await resolveLanes(tx, hints);
  // One parameter for each value: PostgreSQL would read arrays of whole payloads three times as slowly.
  const values = deliveries.map(
    (_, row) => `($${5 * row + 1}, $${5 * row + 2}, $${5 * row + 3}, $${5 * row + 4}, $${5 * row + 5}::int)`,
  );
  const rows = await tx.query(
    `insert into siskin.deliveries (id, event, payload, lane, received_at, due_at)
     select id, event, payload, lane, $${5 * deliveries.length + 1}::timestamptz, $${5 * deliveries.length + 1}::timestamptz
     from (select distinct on (id) * from (values ${values.join(', ')})
       as d (id, event, payload, lane, position) order by id, position) firsts
     order by position
     on conflict (id) do update set state = 'waiting', attempts = 0, error = null, due_at = excluded.due_at
       where deliveries.state = 'failed'
     returning id, lane`,
    [...deliveries.flatMap((d, row) => [d.id, d.event, packedPayload(d.payload), lanes[row], row]), at],
  );
  await writeSightings(
    tx,
    deliveries.flatMap(({ sightings }) => sightings ?? []),
    at,
  );
  const kept = new Set(rows.map((row) => String(row['id'])));
  return {
    lanes: [...new Set(rows.map((row) => String(row['lane'])))],
    // Two copies in one batch: only the first of them is new.
    fresh: deliveries.map((delivery) => kept.delete(delivery.id)),
  };
}

/**
 * Keeps an intent of our own as a delivery, once by its id; returns its lane when it has work now. One that is delayed
 * counts as received only when its time comes, so that nothing waits for it and it has no age until then.
 */
export async function insertIntent(
  tx: Queryable,
  { intent, id, at, afterSeconds = 0 }: { intent: Intent; id: string; at: string; afterSeconds?: number },
): Promise<readonly string[]> {
  const delivery = { id, event: intentEvent, payload: JSON.stringify(intent), hint: hintOfIntent(intent) };
  const due = new Date(Date.parse(at) + Math.max(0, afterSeconds) * 1000).toISOString();
  const { lanes } = await insertDeliveries(tx, [delivery], due);
  return due > at ? [] : lanes;
}

/** Takes the oldest due delivery of a lane and counts the attempt before it is made, so that one that kills the process ends too. */
export async function takeDelivery(db: Queryable, lane: string, now: string): Promise<Delivery | null> {
  const rows = await db.query(
    `update siskin.deliveries set attempts = attempts + 1 where id = (
       select id from siskin.deliveries where lane = $1 and state = 'waiting' and due_at <= $2 order by sequence limit 1)
     returning id, event, payload, attempts`,
    [lane, now],
  );
  return rows[0] === undefined ? null : DeliveryRow.parse(rows[0]);
}

/** Notes that the plan of one of its intents is being recorded; false when it was before, so that it must not be again. */
export async function markRecorded(tx: Queryable, { delivery, place }: Cause): Promise<boolean> {
  const rows = await tx.query(
    'update siskin.deliveries set recorded = $2 + 1 where id = $1 and recorded <= $2 returning id',
    [delivery, place],
  );
  return rows.length === 1;
}

/** Writes how an attempt ended. */
export async function endDelivery(
  db: Queryable,
  { id, end, now }: { readonly id: string; readonly end: DeliveryEnd; readonly now: Date },
): Promise<void> {
  if (end.kind === 'later' || end.kind === 'throttled') {
    const due = new Date(now.getTime() + end.seconds * 1000).toISOString();
    await db.query(
      'update siskin.deliveries set due_at = $2, error = $3, attempts = attempts - $4::int where id = $1',
      [id, due, end.error, end.kind === 'throttled' ? 1 : 0],
    );
    return;
  }
  await db.query('update siskin.deliveries set state = $2, error = $3, finished_at = $4 where id = $1', [
    id,
    end.kind,
    end.kind === 'failed' ? end.error : null,
    now.toISOString(),
  ]);
}

/** Which of these are kept already, in whatever state. */
export async function listKnownDeliveries(db: Queryable, ids: readonly string[]): Promise<readonly string[]> {
  const rows = await db.query('select id from siskin.deliveries where id = any($1::text[])', [ids]);
  return rows.map((row) => String(row['id']));
}

const DeliveryRow = z.object({ id: z.string(), event: z.string(), payload: Payload, attempts: z.number() });
