import { z } from 'zod';
import { canonicalJson, type Digest, digestOf } from '../digest.ts';
import { AppError } from '../error.ts';
import { associations, type Repository } from '../intent.ts';
import type { AuditEntry } from './audit-record.ts';
import { Id } from './column.ts';
import type { Database, Queryable } from './database.ts';

/** An entry as it is kept: at its place in the chain, with when and where it happened. */
export interface AuditRow extends AuditEntry {
  /** From 1, without gaps. */
  readonly number: number;
  /** ISO 8601. */
  readonly at: string;
  /** Null for what is about no repository. */
  readonly repository: { readonly id: number; readonly name: string } | null;
}

/** Which entries are wanted; everything by default. Instants are ISO 8601 in UTC, the first included, the last not. */
export interface AuditFilter {
  readonly since: string | null;
  readonly until: string | null;
  /** `owner/name`, in any spelling of case. */
  readonly repository: string | null;
  /** A login, in any spelling of case. */
  readonly who: string | null;
}

/**
 * Adds entries at the end of the chain. Of transactions at the same time, also of other processes, each waits here for
 * the end of the one before, so this comes last in a transaction.
 */
export async function appendAudit(
  tx: Queryable,
  { repository, entries, at }: { repository: Repository | null; entries: readonly AuditEntry[]; at: string },
): Promise<void> {
  if (entries.length === 0) return;
  // The conflict takes the lock on the row, which a plain look would not.
  const [last] = await tx.query(
    `insert into siskin.audit_end (id, number, digest) values (1, 0, $1)
     on conflict (id) do update set id = 1 returning number, digest`,
    [firstDigest],
  );
  let { number, digest } = EndRow.parse(last);
  const rows = entries.map((entry) => {
    number += 1;
    const place = repository === null ? null : { id: repository.id, name: `${repository.owner}/${repository.name}` };
    const text = canonicalJson(plain({ ...entry, number, at, repository: place }));
    const row = { number, text, previous: digest, digest: linkOf(digest, text) };
    digest = row.digest;
    return row;
  });
  await tx.query(
    `insert into siskin.audit (number, entry, previous, digest)
     select * from unnest($1::bigint[], $2::text[], $3::text[], $4::text[])`,
    [
      rows.map((row) => row.number),
      rows.map((row) => row.text),
      rows.map((row) => row.previous),
      rows.map((row) => row.digest),
    ],
  );
  await tx.query('update siskin.audit_end set number = $1, digest = $2', [number, digest]);
}

/** The entries in their order, read in pages, so that a log of any length takes little memory. */
export async function* readAudit(db: Queryable, filter: AuditFilter): AsyncGenerator<AuditRow> {
  const end = await readEnd(db);
  // Numbers have no gaps, so a page is a range of them: its cost does not grow with what was read before.
  for (let from = end.first_number; from <= end.number; from += pageSize) {
    const rows = await db.query(
      `select number, entry from siskin.audit where number >= $1 and number < $2
         and ($3::text is null or entry::jsonb ->> 'at' >= $3) and ($4::text is null or entry::jsonb ->> 'at' < $4)
         and ($5::text is null or lower(entry::jsonb -> 'repository' ->> 'name') = lower($5))
         and ($6::text is null or lower(entry::jsonb -> 'who' ->> 'login') = lower($6))
       order by number`,
      [from, from + pageSize, filter.since, filter.until, filter.repository, filter.who],
    );
    for (const row of rows) yield parsed(KeptRow.parse(row));
  }
}

/** Where the chain ends: writing this down elsewhere proves later that nothing before it was changed. */
export interface AuditEnd {
  readonly number: number;
  readonly digest: Digest;
}

/** What looking through the whole chain showed. */
export type AuditVerdict =
  | { readonly kind: 'intact'; readonly entries: number; readonly first: number; readonly end: AuditEnd }
  /** `number` is the first entry that is not what it was, or is not where it was. */
  | { readonly kind: 'broken'; readonly number: number; readonly found: string };

/**
 * Computes the whole chain again. An entry that was changed, taken out, put in or moved shows; so does an end that was
 * cut off, and, when `noted` says where the chain once ended, a chain that was written anew.
 */
export async function verifyAudit(db: Database, noted: AuditEnd | null = null): Promise<AuditVerdict> {
  return await db.transaction(async (tx) => {
    // One snapshot for all pages: a running App may add to the end meanwhile.
    await tx.query('set transaction isolation level repeatable read');
    return await verifyIn(tx, noted);
  });
}

async function verifyIn(tx: Queryable, noted: AuditEnd | null): Promise<AuditVerdict> {
  const end = await readEnd(tx);
  const first = end.first_number;
  let number = first - 1;
  let digest = end.first_previous;
  if (noted !== null && noted.number < number) return broken(noted.number, 'that it was forgotten since it was noted');
  let isNoted = noted === null || (noted.number === number && noted.digest === digest);
  for (let more = true; more; ) {
    const rows = await tx.query(
      `select number, entry, previous, digest from siskin.audit where number > $1 order by number limit ${pageSize}`,
      [number],
    );
    more = rows.length === pageSize;
    for (const row of rows) {
      const link = LinkRow.parse(row);
      if (link.number !== number + 1) return broken(number + 1, `entry ${link.number} in its place`);
      if (link.previous !== digest) return broken(link.number, 'that it does not follow the one before it');
      if (link.digest !== linkOf(digest, link.entry)) return broken(link.number, 'another content than was written');
      if (numberIn(link.entry) !== link.number) return broken(link.number, 'the content of another entry');
      ({ number, digest } = link);
      if (noted?.number === number && noted.digest === digest) isNoted = true;
    }
  }
  if (number !== end.number) return broken(number + 1, `the end, where ${end.number} entries were written`);
  if (digest !== end.digest) return broken(number, 'another end than was written');
  if (!isNoted) return broken(noted?.number ?? 0, 'another digest than was noted');
  return { kind: 'intact', entries: number - first + 1, first, end: { number, digest } };
}

/**
 * Forgets entries from before an instant: the beginning of the chain, as far as all of it is older, and writes down as
 * a new entry that it was done, by whom, and what it began with. Returns how many were forgotten.
 */
export async function pruneAudit(
  db: Database,
  { before, by, at }: { readonly before: string; readonly by: AuditEntry['who']; readonly at: string },
): Promise<number> {
  return await db.transaction(async (tx) => {
    // Nobody adds while the beginning moves.
    const [endRow] = await tx.query(
      'select number, digest, first_number, first_previous from siskin.audit_end for update',
      [],
    );
    if (endRow === undefined) return 0;
    const end = WholeEndRow.parse(endRow);
    const [kept] = await tx.query(
      `select number, previous from siskin.audit where entry::jsonb ->> 'at' >= $1 order by number limit 1`,
      [before],
    );
    const next = kept === undefined ? { number: end.number + 1, previous: end.digest } : NextRow.parse(kept);
    const forgotten = next.number - end.first_number;
    if (forgotten <= 0) return 0;
    await tx.query(`select set_config('siskin.audit_retention', 'on', true)`, []);
    await tx.query('delete from siskin.audit where number < $1', [next.number]);
    await tx.query('update siskin.audit_end set first_number = $1, first_previous = $2', [next.number, next.previous]);
    const line = `--prune-before ${before}: ${forgotten} entries, up to ${next.number - 1} with ${next.previous}`;
    await appendAudit(tx, { repository: null, entries: [retention(by, line)], at });
    return forgotten;
  });
}

/** Whether the database has an audit log: not before the App has run with a version that keeps one. */
export async function hasAudit(db: Queryable): Promise<boolean> {
  const [row] = await db.query(`select to_regclass('siskin.audit') is not null as stands`, []);
  return row?.['stands'] === true;
}

function retention(who: AuditEntry['who'], line: string): AuditEntry {
  const source = { kind: 'terminal' } as const;
  const nothing = { pullRequest: null, dryRun: false, head: null, permission: null, code: null };
  return { who, source, verb: 'prune', line, ...nothing, outcome: 'done', started: [], ended: [] };
}

/** Where the chain begins and ends; one that nobody has begun is empty. */
async function readEnd(db: Queryable): Promise<z.infer<typeof WholeEndRow>> {
  const [row] = await db.query('select number, digest, first_number, first_previous from siskin.audit_end', []);
  return row === undefined
    ? { number: 0, digest: firstDigest, first_number: 1, first_previous: firstDigest }
    : WholeEndRow.parse(row);
}

const pageSize = 1000;
const firstDigest: Digest = `sha256:${'0'.repeat(64)}`;

/** What an entry adds to the chain. */
function linkOf(previous: Digest, entry: string): Digest {
  return digestOf(`${previous}\n${entry}`);
}

function broken(number: number, found: string): AuditVerdict {
  return { kind: 'broken', number, found };
}

/** PostgreSQL keeps neither NUL nor half a letter; whoever puts them into a name may not keep himself out of the log. */
function plain(value: unknown): unknown {
  // Text in, text out: what comes back is JSON as before.
  return JSON.parse(JSON.stringify(value), (_, inner: unknown) =>
    typeof inner === 'string' ? inner.toWellFormed().replaceAll('\0', '\u{fffd}') : inner,
  );
}

function numberIn(entry: string): unknown {
  const read = z.object({ number: z.number() }).safeParse(JSON.parse(entry));
  return read.success ? read.data.number : null;
}

function parsed({ number, entry }: z.infer<typeof KeptRow>): AuditRow {
  const read = AuditJson.safeParse(JSON.parse(entry));
  // A later version may know more codes; an entry that was tampered with is still to be seen.
  if (read.success) return read.data as AuditRow; // the codes that Siskin knows, or once knew
  const found = read.error.issues[0];
  throw new AppError(
    'world-broken',
    `expected an audit entry at ${number}, found another thing (${found?.path.join('.')}); run \`siskin audit --verify\``,
  );
}

const ZDigest = z.templateLiteral(['sha256:', z.string()]);
const EndRow = z.object({ number: Id, digest: ZDigest });
const WholeEndRow = EndRow.extend({ first_number: Id, first_previous: ZDigest });
const KeptRow = z.object({ number: Id, entry: z.string() });
const LinkRow = KeptRow.extend({ previous: ZDigest, digest: ZDigest });
const NextRow = z.object({ number: Id, previous: ZDigest });

const AuditJson = z.object({
  number: z.number(),
  at: z.string(),
  repository: z.object({ id: z.number(), name: z.string() }).nullable(),
  who: z.object({
    login: z.string(),
    kind: z.enum(['person', 'bot', 'siskin']),
    id: z.number().optional(),
    association: z.enum(associations).optional(),
    ofOrganisation: z.boolean().optional(),
  }),
  source: z.looseObject({ kind: z.string() }),
  pullRequest: z.number().nullable(),
  verb: z.string(),
  line: z.string().nullable(),
  dryRun: z.boolean(),
  head: z.string().nullable(),
  permission: z.string().nullable(),
  outcome: z.enum(['started', 'done', 'refused']),
  code: z.string().nullable(),
  started: z.array(z.string()),
  ended: z.array(z.string()),
});
