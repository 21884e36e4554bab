import { z } from 'zod';
import { Id, Instant } from './column.ts';
import type { Queryable } from './database.ts';
import type { Champion } from './run-record.ts';

/** The version of a model that candidates are compared with, or null when none was accepted yet. */
export async function readChampion(db: Queryable, repositoryId: number, model: string): Promise<Champion | null> {
  const rows = await db.query('select * from siskin.champions where repository_id = $1 and model = $2', [
    repositoryId,
    model,
  ]);
  if (rows[0] === undefined) return null;
  const row = ChampionRow.parse(rows[0]);
  return {
    repositoryId: row.repository_id,
    model: row.model,
    commit: row.commit,
    runId: row.run_id,
    artifact: row.artifact,
    digest: row.digest,
    trainingKey: row.training_key,
    fence: row.fence,
    acceptedAt: row.accepted_at,
  };
}

/**
 * Makes a version the champion. One of an outdated fence changes nothing: a later one was accepted, or a later run on the
 * default branch was asked for.
 */
export async function saveChampion(tx: Queryable, champion: Champion): Promise<void> {
  await tx.query(
    `insert into siskin.champions as kept
       (repository_id, model, commit, run_id, artifact, digest, training_key, accepted_at, fence)
     select $1, $2, $3, $4, $5, $6, $7, $8, $9
     where not exists (select 1 from siskin.runs
       where repository_id = $1 and pull_request is null and fence > $9 and models @> $10::jsonb)
     on conflict (repository_id, model) do update set commit = excluded.commit, run_id = excluded.run_id,
       artifact = excluded.artifact, digest = excluded.digest, training_key = excluded.training_key,
       accepted_at = excluded.accepted_at, fence = excluded.fence
     where (excluded.fence, excluded.accepted_at) >= (kept.fence, kept.accepted_at)`,
    [
      champion.repositoryId,
      champion.model,
      champion.commit,
      champion.runId,
      champion.artifact,
      champion.digest,
      champion.trainingKey,
      champion.acceptedAt,
      champion.fence,
      JSON.stringify([{ model: champion.model }]),
    ],
  );
}

const ChampionRow = z.object({
  repository_id: Id,
  model: z.string(),
  commit: z.string(),
  run_id: Id,
  artifact: z.string(),
  digest: z.string(),
  training_key: z.string().nullable(),
  fence: Id,
  accepted_at: Instant,
});
