import { z } from 'zod';
import { Id, Instant } from './column.ts';
import type { Queryable } from './database.ts';
import type { HeadSighting, PullSighting } from './head-record.ts';

/**
 * Writes sightings into the journal of heads. It is a set: the same ones again, or in another order, leave the same
 * journal. `seenAt` is our own instant, for people who ask how late we heard of a push.
 */
export async function writeSightings(tx: Queryable, sightings: readonly PullSighting[], seenAt: string): Promise<void> {
  if (sightings.length === 0) return;
  await tx.query(
    `insert into siskin.pull_heads (repository_id, number, head, at, is_first, seen_at)
     select repository_id, number, head, at, bool_or(is_first), $6::timestamptz
     from unnest($1::bigint[], $2::integer[], $3::text[], $4::timestamptz[], $5::boolean[])
       as s (repository_id, number, head, at, is_first)
     group by repository_id, number, head, at
     -- Two transactions that write the same rows take them in the same order.
     order by repository_id, number, at, head
     on conflict (repository_id, number, at, head) do update set is_first = true
       where excluded.is_first and not pull_heads.is_first`,
    [
      sightings.map(({ repositoryId }) => repositoryId),
      sightings.map(({ number }) => number),
      sightings.map(({ head }) => head),
      sightings.map(({ at }) => at),
      sightings.map(({ isFirst }) => isFirst),
      seenAt,
    ],
  );
}

/** The newest 500 sightings of a pull request, oldest first. */
export async function listHeads(db: Queryable, repositoryId: number, number: number): Promise<readonly HeadSighting[]> {
  const rows = await db.query(
    `select head, at, is_first from siskin.pull_heads where repository_id = $1 and number = $2
     order by at desc, head desc limit 500`,
    [repositoryId, number],
  );
  return rows
    .map((row) => SightingRow.parse(row))
    .map(({ head, at, is_first: isFirst }) => ({ head, at, isFirst }))
    .reverse();
}

/** The pull requests that at some time stood at a commit, by our journal: GitHub does not tell it of forks. */
export async function listPullsAt(db: Queryable, repositoryId: number, head: string): Promise<readonly number[]> {
  const rows = await db.query(
    'select distinct number from siskin.pull_heads where repository_id = $1 and head = $2 order by number',
    [repositoryId, head],
  );
  return rows.map((row) => Id.parse(row['number']));
}

const SightingRow = z.object({ head: z.string(), at: Instant, is_first: z.boolean() });
