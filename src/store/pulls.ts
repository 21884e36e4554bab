import { z } from 'zod';
import type { Judgement } from '../decide/judgement.ts';
import type { ModelView } from '../decide/view.ts';
import { Id, NullableId } from './column.ts';
import type { Queryable } from './database.ts';
import { writeSightings } from './heads.ts';
import type { PullRecord, ViewRecord } from './run-record.ts';

/** What was published for a pull request, or null when none of its heads was ever seen. */
export async function readPull(db: Queryable, repositoryId: number, number: number): Promise<PullRecord | null> {
  const rows = await db.query(
    `select head,
       (select comment_id from siskin.comments c where c.repository_id = p.repository_id and c.number = p.number) as comment_id,
       coalesce((select jsonb_object_agg(c.head || '/' || c.name, c.check_id) from siskin.checks c
         where c.repository_id = p.repository_id and c.number = p.number), '{}') as checks
     from siskin.pulls p where repository_id = $1 and number = $2`,
    [repositoryId, number],
  );
  if (rows[0] === undefined) return null;
  const row = PullRow.parse(rows[0]);
  return {
    repositoryId,
    number,
    head: row.head,
    commentId: row.comment_id,
    checks: row.checks,
  };
}

/**
 * Keeps the head for which we planned last, and writes it into the journal of heads. One with an older instant than that
 * joins the journal only.
 */
export async function saveHead(
  tx: Queryable,
  options: { repositoryId: number; number: number; head: string; at: string; seenAt: string },
): Promise<void> {
  const { repositoryId, number, head, at, seenAt } = options;
  await writeSightings(tx, [{ repositoryId, number, head, at, isFirst: false }], seenAt);
  await tx.query(
    `insert into siskin.pulls (repository_id, number, head, head_since) values ($1, $2, $3, $4)
     on conflict (repository_id, number) do update set head = excluded.head, head_since = excluded.head_since
     where excluded.head <> pulls.head and excluded.head_since >= pulls.head_since`,
    [repositoryId, number, head, at],
  );
}

/** Keeps the id of the pull request's comment, and the instant of an edit for the limit of edits a minute. */
export async function saveComment(
  tx: Queryable,
  options: { repositoryId: number; number: number; commentId: number; editedAt: number | null },
): Promise<void> {
  const { repositoryId, number, commentId, editedAt } = options;
  // Only the newest minute is ever asked for; ten entries are more than the limit lets in.
  await tx.query(
    `insert into siskin.comments (repository_id, number, comment_id, edits) values ($1, $2, $3, $4::jsonb)
     on conflict (repository_id, number) do update set comment_id = excluded.comment_id, edits = (
       select coalesce(jsonb_agg(e), '[]') from (
         select e from jsonb_array_elements(comments.edits || excluded.edits) e order by e desc limit 10) newest)`,
    [repositoryId, number, commentId, JSON.stringify(editedAt === null ? [] : [editedAt])],
  );
}

/** The instants of the edits of the pull request's comments since `since`, in milliseconds since 1970, oldest first. */
export async function listEdits(
  db: Queryable,
  { repositoryId, number, since }: { repositoryId: number; number: number; since: number },
): Promise<readonly number[]> {
  const rows = await db.query(
    `select edits from siskin.comments where repository_id = $1 and number = $2
     union all select edits from siskin.rollout_edits where repository_id = $1 and number = $2`,
    [repositoryId, number],
  );
  const edits = rows.flatMap((row) => z.array(z.number()).parse(row['edits']));
  return edits.filter((at) => at > since).sort((a, b) => a - b);
}

/** The id of the comment of a pull request. */
export async function readComment(db: Queryable, repositoryId: number, number: number): Promise<number | null> {
  const rows = await db.query('select comment_id from siskin.comments where repository_id = $1 and number = $2', [
    repositoryId,
    number,
  ]);
  return rows[0] === undefined ? null : Id.parse(rows[0]['comment_id']);
}

/** Keeps the id of a check run. */
export async function saveCheck(
  tx: Queryable,
  check: { repositoryId: number; number: number | null; head: string; name: string; checkId: number },
): Promise<void> {
  await tx.query(
    `insert into siskin.checks (repository_id, head, name, number, check_id) values ($1, $2, $3, $4, $5)
     on conflict (repository_id, head, name) do update set check_id = excluded.check_id,
       number = coalesce(excluded.number, checks.number)`,
    [check.repositoryId, check.head, check.name, check.number, check.checkId],
  );
}

/** The id of the check run of this name on this commit. */
export async function readCheck(
  db: Queryable,
  { repositoryId, head, name }: { repositoryId: number; head: string; name: string },
): Promise<number | null> {
  const rows = await db.query(
    'select check_id from siskin.checks where repository_id = $1 and head = $2 and name = $3',
    [repositoryId, head, name],
  );
  return rows[0] === undefined ? null : Id.parse(rows[0]['check_id']);
}

/** What was last shown for a head; pushes have no number. */
export async function readView(
  db: Queryable,
  { repositoryId, number, head }: { repositoryId: number; number: number | null; head: string },
): Promise<ViewRecord | null> {
  const rows = await db.query(
    'select record from siskin.views where repository_id = $1 and number = $2 and head = $3',
    [repositoryId, number ?? ofPush, head],
  );
  return rows[0] === undefined ? null : viewOf(rows[0]['record']);
}

/** What is shown now, of the present heads of pull requests and of pushes, that names a lock or a freeze; oldest first. */
export async function listHoldingViews(db: Queryable, repositoryId: number): Promise<readonly ViewRecord[]> {
  const rows = await db.query(
    `select record from siskin.views v where repository_id = $1 and holding
       and (number = $2 or exists (select 1 from siskin.pulls p
         where p.repository_id = v.repository_id and p.number = v.number and p.head = v.head))
     order by updated_at, number, head`,
    [repositoryId, ofPush],
  );
  return rows.map((row) => viewOf(row['record']));
}

/** Keeps what is shown for a head. */
export async function saveView(
  tx: Queryable,
  { repositoryId, record, at }: { repositoryId: number; record: ViewRecord; at: string },
): Promise<void> {
  await tx.query(
    `insert into siskin.views (repository_id, number, head, record, updated_at, holding)
     values ($1, $2, $3, $4::jsonb, $5, $6)
     on conflict (repository_id, number, head) do update set record = excluded.record,
       updated_at = excluded.updated_at, holding = excluded.holding`,
    [repositoryId, record.view.number ?? ofPush, record.view.head, JSON.stringify(record), at, isHolding(record)],
  );
}

/** Whether it has to be drawn again when a lock or a freeze ends. */
function isHolding({ view }: ViewRecord): boolean {
  return view.held !== undefined || view.models.some(({ state }) => state.kind === 'frozen');
}

/** Pull requests count from 1, so 0 is free for what belongs to a push. */
const ofPush = 0;

const PullRow = z.object({
  head: z.string(),
  comment_id: NullableId,
  checks: z.record(z.string(), z.number()),
});

function viewOf(value: unknown): ViewRecord {
  ViewShape.parse(value);
  // Only saveView writes this column, from a ViewRecord; the shape check finds rows of another version.
  const record = value as ViewRecord;
  return { ...record, view: { ...record.view, models: record.view.models.map(asOfNow) } };
}

function asOfNow(model: ModelView): ModelView {
  const { state } = model;
  return state.kind === 'judged' ? { ...model, state: { ...state, judgement: withFairness(state.judgement) } } : model;
}

/** What an earlier version judged was held against no bound on fairness, because there was none. */
function withFairness(judgement: Judgement | Omit<Judgement, 'fairness'>): Judgement {
  return 'fairness' in judgement ? judgement : { ...judgement, fairness: [] };
}

const ViewShape = z.object({
  claims: z.record(z.string(), z.string()),
  view: z.looseObject({
    head: z.string(),
    models: z.array(z.looseObject({ model: z.string(), state: z.looseObject({ kind: z.string() }) })),
    policy: z.looseObject({ kind: z.string() }),
    notes: z.array(z.string()),
    history: z.array(z.unknown()),
    next: z.array(z.string()),
  }),
});
