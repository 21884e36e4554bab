import { z } from 'zod';
import { AppError } from '../error.ts';
import { type BudgetLimit, isOver, type Spending, windowStart } from '../policy/budget-limit.ts';
import { Id, Instant, NullableId } from './column.ts';
import type { Queryable } from './database.ts';
import type { LedgerEntry, PastJobs, Spender } from './ledger-record.ts';

/**
 * Sets entries aside. The limits are held against what the ledger says now: a `conflict` means that another lane or
 * another process was quicker, and all of the transaction is to be decided anew.
 */
export async function reserve(
  tx: Queryable,
  { entries, limits }: { readonly entries: readonly LedgerEntry[]; readonly limits: readonly BudgetLimit[] },
): Promise<void> {
  const [first] = entries;
  if (first === undefined) return;
  if (limits.length > 0) await holdLimits(tx, { entries, limits, first });
  for (const entry of entries) await insert(tx, entry, 'do nothing');
}

/**
 * Writes what entries took; one that nobody had set aside anything for begins now. Doing it again with the same
 * entries changes nothing.
 */
export async function settle(tx: Queryable, { entries }: { readonly entries: readonly LedgerEntry[] }): Promise<void> {
  for (const entry of entries) {
    await insert(
      tx,
      entry,
      `do update set settled_seconds = excluded.settled_seconds, settled_micros = excluded.settled_micros,
         succeeded = excluded.succeeded`,
    );
  }
}

async function insert(tx: Queryable, entry: LedgerEntry, otherwise: string): Promise<void> {
  await tx.query(
    `insert into siskin.ledger (claim, attempt, job, model, kind, repository_id, owner, pull_request, person, labels,
       currency, micros_per_hour, reserved_seconds, reserved_micros, basis, reserved_at, day,
       settled_seconds, settled_micros, succeeded)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11, $12, $13, $14, $15, $16::timestamptz, $17::date,
       $18, $19, $20)
     on conflict (claim, attempt, job) ${otherwise}`,
    [
      entry.claim,
      entry.attempt,
      entry.job,
      entry.model,
      entry.kind,
      entry.repositoryId,
      entry.owner,
      entry.pullRequest,
      entry.person,
      JSON.stringify(entry.labels),
      entry.currency,
      entry.microsPerHour,
      entry.reserved.seconds,
      entry.reserved.micros,
      entry.basis,
      entry.reservedAt,
      new Date(entry.reservedAt).toISOString().slice(0, 10),
      entry.settled?.seconds ?? null,
      entry.settled?.micros ?? null,
      entry.succeeded,
    ],
  );
}

async function holdLimits(
  tx: Queryable,
  {
    entries,
    limits,
    first,
  }: { readonly entries: readonly LedgerEntry[]; readonly limits: readonly BudgetLimit[]; readonly first: LedgerEntry },
): Promise<void> {
  // One at a time for each owner: a sum that nobody else adds to until the commit.
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('siskin-ledger/' || $1, 0))`, [first.owner]);
  const wanted = {
    seconds: entries.reduce((sum, { reserved }) => sum + reserved.seconds, 0),
    micros: entries.reduce((sum, { reserved }) => sum + reserved.micros, 0),
  };
  const except = { claim: first.claim, attempt: first.attempt };
  const spent = await readSpending(tx, first, { limits, at: first.reservedAt, except });
  const broken = limits.findIndex((limit, at) => {
    const used = spent[at];
    return used === undefined || isOver(limit, { spent: used, wanted });
  });
  if (broken < 0) return;
  const limit = limits[broken];
  throw new AppError(
    'conflict',
    `expected the budget per ${limit?.per} and ${limit?.window} to hold the run, found that another run used it up meanwhile; it is decided anew`,
  );
}

/** What was spent of each limit: settled where it ended, else reserved. `except` leaves out an attempt of a run. */
export async function readSpending(
  db: Queryable,
  spender: Spender,
  {
    limits,
    at,
    except,
  }: {
    readonly limits: readonly BudgetLimit[];
    readonly at: string;
    readonly except: { readonly claim: string; readonly attempt: number | null } | null;
  },
): Promise<readonly Spending[]> {
  const spent: Spending[] = [];
  for (const { per, window } of limits) {
    const rows = await db.query(
      `select coalesce(sum(coalesce(settled_seconds, reserved_seconds)), 0) as seconds,
         coalesce(sum(coalesce(settled_micros, reserved_micros)) filter (where currency = $1), 0) as micros
       from siskin.ledger where ${scopes[per].where}
         and ($3::date is null or day >= $3::date)
         and not ($4::text is not null and claim = $4 and ($5::integer is null or attempt = $5))`,
      [
        spender.currency,
        JSON.stringify(scopes[per].of(spender)),
        windowStart(window, at),
        except?.claim ?? null,
        except?.attempt ?? null,
      ],
    );
    spent.push(SpendingRow.parse(rows[0]));
  }
  return spent;
}

/** Whose entries each scope adds up; `$2` is what `of` gives, as JSON. */
const scopes: Readonly<
  Record<BudgetLimit['per'], { readonly where: string; readonly of: (spender: Spender) => readonly unknown[] }>
> = {
  'pull-request': {
    where: `repository_id = ($2::jsonb ->> 0)::bigint and pull_request = ($2::jsonb ->> 1)::integer`,
    of: ({ repositoryId, pullRequest }) => [repositoryId, pullRequest],
  },
  person: {
    where: `repository_id = ($2::jsonb ->> 0)::bigint and person = $2::jsonb ->> 1`,
    of: ({ repositoryId, person }) => [repositoryId, person],
  },
  repository: { where: `repository_id = ($2::jsonb ->> 0)::bigint`, of: ({ repositoryId }) => [repositoryId] },
  organisation: { where: `owner = $2::jsonb ->> 0`, of: ({ owner }) => [owner] },
};

/** Ends the reservation of a run that never came to GitHub. */
export async function release(tx: Queryable, claim: string): Promise<void> {
  await tx.query(
    `update siskin.ledger set settled_seconds = 0, settled_micros = 0, succeeded = false
     where claim = $1 and settled_seconds is null`,
    [claim],
  );
}

/** How long jobs took that succeeded since an instant: the newest 20 of each model, kind and labels. */
export async function listPastJobs(db: Queryable, repositoryId: number, since: string): Promise<readonly PastJobs[]> {
  const rows = await db.query(
    `select model, kind, labels, jsonb_agg(settled_seconds order by place) as seconds from (
       select model, kind, labels, settled_seconds,
         row_number() over (partition by model, kind, labels order by reserved_at desc, claim, attempt) as place
       from siskin.ledger where repository_id = $1 and day >= $2::timestamptz::date and succeeded and settled_seconds > 0) newest
     where place <= 20 group by model, kind, labels order by model, kind, labels`,
    [repositoryId, since],
  );
  return rows.map((row) => PastRow.parse(row));
}

/** The entries of these runs, in the order of attempts and jobs. */
export async function readLedger(db: Queryable, claims: readonly string[]): Promise<readonly LedgerEntry[]> {
  if (claims.length === 0) return [];
  const rows = await db.query(
    'select * from siskin.ledger where claim = any($1::text[]) order by claim, attempt, kind desc, job',
    [claims],
  );
  return rows.map((row) => {
    const read = EntryRow.parse(row);
    return {
      claim: read.claim,
      attempt: read.attempt,
      job: read.job,
      model: read.model,
      kind: read.kind,
      repositoryId: read.repository_id,
      owner: read.owner,
      pullRequest: read.pull_request,
      person: read.person,
      labels: read.labels,
      currency: read.currency,
      microsPerHour: read.micros_per_hour,
      reserved: { seconds: read.reserved_seconds, micros: read.reserved_micros },
      basis: read.basis,
      reservedAt: read.reserved_at,
      settled:
        read.settled_seconds === null ? null : { seconds: read.settled_seconds, micros: read.settled_micros ?? 0 },
      succeeded: read.succeeded,
    };
  });
}

const SpendingRow = z.object({ seconds: Id, micros: Id });

const PastRow = z.object({
  model: z.string(),
  kind: z.enum(['train', 'evaluate']),
  labels: z.array(z.string()),
  seconds: z.array(z.number().int()),
});

const EntryRow = z.object({
  claim: z.string(),
  attempt: z.number(),
  job: z.string(),
  model: z.string(),
  kind: z.enum(['train', 'evaluate']),
  repository_id: Id,
  owner: z.string(),
  pull_request: NullableId,
  person: z.string(),
  labels: z.array(z.string()),
  currency: z.string(),
  micros_per_hour: NullableId,
  reserved_seconds: Id,
  reserved_micros: Id,
  basis: z.enum(['past', 'limit']),
  reserved_at: Instant,
  settled_seconds: NullableId,
  settled_micros: NullableId,
  succeeded: z.boolean().nullable(),
});
