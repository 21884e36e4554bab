import { z } from 'zod';
import type { Look } from '../evaluate/holdout/count-looks.ts';
import type { Queryable } from './database.ts';

const LookRow = z.object({ holdout: z.string(), candidate: z.string() });

/** Of more looks only the newest count. */
const mostLooks = 1000;

/** What holdouts judged of a model against a champion, oldest first: by the results that were accepted. */
export async function listLooks(db: Queryable, repositoryId: number, model: string): Promise<readonly Look[]> {
  const rows = await db.query(
    `select results.result #>> '{evaluation,holdoutDigest}' as holdout,
        results.result #>> '{evaluation,candidate,digest}' as candidate
      from siskin.results join siskin.runs on runs.claim = results.claim
      where runs.repository_id = $1 and results.model = $2
        and results.result #>> '{evaluation,champion,digest}' is not null
      order by runs.planned_at desc, runs.claim
      limit ${mostLooks}`,
    [repositoryId, model],
  );
  return rows.map((row) => LookRow.parse(row)).reverse();
}
