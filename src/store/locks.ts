import { z } from 'zod';
import type { LockRecord } from '../decide/lock.ts';
import { AppError } from '../error.ts';
import { Id } from './column.ts';
import type { Queryable } from './database.ts';

/** All locks of a repository that were ever taken, by environment and model. */
export async function listLocks(db: Queryable, repositoryId: number): Promise<readonly LockRecord[]> {
  const rows = await db.query(
    `select repository_id, model, environment, version, last_fence, holder, queue from siskin.locks
     where repository_id = $1 order by environment, model`,
    [repositoryId],
  );
  return rows.map((row) => {
    const { repository_id, last_fence, holder, queue, ...rest } = LockRow.parse(row);
    return { ...rest, repositoryId: repository_id, state: { holder, queue, lastFence: last_fence } };
  });
}

/** Writes a lock. Throws `conflict` when it was written since it was read, or when its fence would go back. */
export async function saveLock(tx: Queryable, lock: LockRecord): Promise<void> {
  const { repositoryId, model, environment, version, state } = lock;
  const rows = await tx.query(
    `insert into siskin.locks as kept (repository_id, model, environment, version, last_fence, holder, queue)
     select $1, $2, $3, 1, $5, $6::jsonb, $7::jsonb
     where $4::bigint = 0 or exists (select 1 from siskin.locks where repository_id = $1 and model = $2 and environment = $3)
     on conflict (repository_id, model, environment) do update set version = kept.version + 1,
       last_fence = excluded.last_fence, holder = excluded.holder, queue = excluded.queue
       where kept.version = $4 and kept.last_fence <= excluded.last_fence
     returning version`,
    [
      repositoryId,
      model,
      environment,
      version,
      state.lastFence,
      state.holder === null ? null : JSON.stringify(state.holder),
      JSON.stringify(state.queue),
    ],
  );
  if (rows.length === 1) return;
  throw new AppError(
    'conflict',
    `expected version ${version} of the lock on ${environment} for ${model}, found a newer one; decide again`,
  );
}

const Owner = z.object({ number: z.number(), login: z.string() });
const Term = z.union([z.object({ minutes: z.number() }), z.object({ until: z.string() })]);

const LockRow = z.object({
  repository_id: Id,
  model: z.string(),
  environment: z.string(),
  version: Id,
  last_fence: Id,
  holder: z
    .object({
      owner: Owner,
      reason: z.string().nullable(),
      since: z.string(),
      expiresAt: z.string(),
      fence: z.number(),
    })
    .nullable(),
  queue: z.array(z.object({ owner: Owner, reason: z.string().nullable(), term: Term, since: z.string() })),
});
