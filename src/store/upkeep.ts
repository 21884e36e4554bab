import { z } from 'zod';
import type { Repository } from '../intent.ts';
import { Id, NullableInstant } from './column.ts';
import type { Queryable } from './database.ts';

/** What is still to be done, and what ended badly. An intent whose time is yet to come does not wait. */
export interface Backlog {
  readonly waitingDeliveries: number;
  readonly waitingEffects: number;
  readonly failedDeliveries: number;
  readonly failedEffects: number;
  /** How long the oldest waiting delivery has waited. */
  readonly oldestSeconds: number;
  readonly runsByState: Readonly<Record<string, number>>;
}

/** Counts what waits and what failed. */
export async function readBacklog(db: Queryable, now: Date): Promise<Backlog> {
  const rows = await db.query(
    `select
       (select count(*) from siskin.deliveries where state = 'waiting' and received_at <= $1) as waiting_deliveries,
       (select count(*) from siskin.deliveries where state = 'failed') as failed_deliveries,
       (select count(*) from siskin.outbox where state = 'waiting') as waiting_effects,
       (select count(*) from siskin.outbox where state = 'failed') as failed_effects,
       (select min(received_at) from siskin.deliveries where state = 'waiting' and received_at <= $1) as oldest,
       coalesce((select jsonb_object_agg(state, number) from
         (select state, count(*) as number from siskin.runs group by state) by_state), '{}') as runs`,
    [now.toISOString()],
  );
  const row = BacklogRow.parse(rows[0]);
  return {
    waitingDeliveries: row.waiting_deliveries,
    waitingEffects: row.waiting_effects,
    failedDeliveries: row.failed_deliveries,
    failedEffects: row.failed_effects,
    oldestSeconds: row.oldest === null ? 0 : Math.max(0, (now.getTime() - Date.parse(row.oldest)) / 1000),
    runsByState: row.runs,
  };
}

/** The lanes with a delivery or an effect whose time has come. */
export async function dueLanes(db: Queryable, now: string): Promise<readonly string[]> {
  const rows = await db.query(
    `select lane from siskin.deliveries where state = 'waiting' and due_at <= $1
     union select lane from siskin.outbox where state = 'waiting' and due_at <= $1 order by lane limit 1000`,
    [now],
  );
  return rows.map((row) => String(row['lane']));
}

/** Repositories in which something may still have to be repaired. */
export async function listActiveRepositories(db: Queryable, now: Date): Promise<readonly Repository[]> {
  const rows = await db.query(
    `select installation, id, owner, name from siskin.repositories r
     where exists (select 1 from siskin.runs where repository_id = r.id and state in ('planned', 'dispatched', 'running'))
       or exists (select 1 from siskin.ledger where repository_id = r.id and settled_seconds is null)
       or exists (select 1 from siskin.pulls where repository_id = r.id and head_since > $1)
     order by id`,
    [new Date(now.getTime() - 14 * 86_400_000).toISOString()],
  );
  return rows.map((row) => RepositoryRow.parse(row));
}

/** All repositories of an owner that were ever worked on; GitHub does not tell logins apart by case. */
export async function listRepositoriesOf(db: Queryable, owner: string): Promise<readonly Repository[]> {
  const where = 'where lower(owner) = lower($1) order by id';
  const rows = await db.query(`select installation, id, owner, name from siskin.repositories ${where}`, [owner]);
  return rows.map((row) => RepositoryRow.parse(row));
}

/** Deletes deliveries and effects that ended, well or badly, before an instant. Runs, results, views and the journal of heads stay. */
export async function prune(db: Queryable, before: string): Promise<void> {
  await db.query(`delete from siskin.deliveries where state <> 'waiting' and finished_at < $1`, [before]);
  await db.query(`delete from siskin.outbox where state <> 'waiting' and finished_at < $1`, [before]);
}

const BacklogRow = z.object({
  waiting_deliveries: Id,
  waiting_effects: Id,
  failed_deliveries: Id,
  failed_effects: Id,
  oldest: NullableInstant,
  runs: z.record(z.string(), z.number()),
});

const RepositoryRow = z.object({ installation: Id, id: Id, owner: z.string(), name: z.string() });
