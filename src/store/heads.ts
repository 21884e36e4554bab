import { Id } from './column.ts';
import type { Queryable } from './database.ts';

/** The pull requests that at some time stood at a commit, by our journal: GitHub does not tell it of forks. */
export async function listPullsAt(db: Queryable, repositoryId: number, head: string): Promise<readonly number[]> {
  const rows = await db.query(
    'select distinct number from siskin.pull_heads where repository_id = $1 and head = $2 order by number',
    [repositoryId, head],
  );
  return rows.map((row) => Id.parse(row['number']));
}
