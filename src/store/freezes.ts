import { z } from 'zod';
import type { Freeze, FreezeScope } from '../decide/freeze.ts';
import type { Repository } from '../intent.ts';
import { Instant } from './column.ts';
import type { Queryable } from './database.ts';

/** The freezes that bind a repository: its own and its owner's, also those that have ended but are not forgotten yet. */
export async function listFreezes(
  db: Queryable,
  { id, owner }: Pick<Repository, 'id' | 'owner'>,
): Promise<readonly Freeze[]> {
  const rows = await db.query(
    `select scope, target, login, reason, since, until, number from siskin.freezes
     where scope = any($1::text[]) order by since, scope, target, login`,
    [[keyOf({ kind: 'repository', repositoryId: id }), keyOf({ kind: 'owner', login: owner })]],
  );
  return rows.map((row) => {
    const { scope, login, ...rest } = FreezeRow.parse(row);
    return { ...rest, scope: scopeOf(scope), by: login };
  });
}

/** Keeps a freeze; it takes the place of the same person's earlier one on the same target. */
export async function saveFreeze(tx: Queryable, freeze: Freeze): Promise<void> {
  const { scope, target, by, reason, since, until, number } = freeze;
  await tx.query(
    `insert into siskin.freezes (scope, target, login, reason, since, until, number) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (scope, target, login) do update set reason = excluded.reason, since = excluded.since,
       until = excluded.until, number = excluded.number`,
    [keyOf(scope), target, by, reason, since, until, number],
  );
}

/** Ends all freezes of a target in a scope, whoever ordered them. */
export async function endFreezes(
  tx: Queryable,
  { scope, target }: { readonly scope: FreezeScope; readonly target: string },
): Promise<void> {
  await tx.query('delete from siskin.freezes where scope = $1 and target = $2', [keyOf(scope), target]);
}

/** Forgets freezes that ended before an instant. */
export async function pruneFreezes(db: Queryable, before: string): Promise<void> {
  await db.query('delete from siskin.freezes where until < $1', [before]);
}

/** GitHub does not tell logins apart by case. */
function keyOf(scope: FreezeScope): string {
  return scope.kind === 'repository' ? `repository/${scope.repositoryId}` : `owner/${scope.login.toLowerCase()}`;
}

function scopeOf(key: string): FreezeScope {
  const name = key.slice(key.indexOf('/') + 1);
  return key.startsWith('repository/')
    ? { kind: 'repository', repositoryId: Number(name) }
    : { kind: 'owner', login: name };
}

const FreezeRow = z.object({
  scope: z.string(),
  target: z.string(),
  login: z.string(),
  reason: z.string(),
  since: Instant,
  until: Instant,
  number: z.number(),
});
