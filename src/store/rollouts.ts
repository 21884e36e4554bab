import { AppError } from '../error.ts';
import type { Repository } from '../intent.ts';
import type { RolloutOrder, RolloutRecord } from '../rollout/rollout-record.ts';
import type { Decided, RolloutEvent } from '../rollout/states/event.ts';
import { type Progress, progressAfter } from '../rollout/states/progress.ts';
import type { Queryable, Row } from './database.ts';
import { insertIntent } from './deliveries.ts';

/** The rollout with this id, or null. */
export async function readRollout(db: Queryable, id: string): Promise<RolloutRecord | null> {
  return (await readProgress(db, id))?.record ?? null;
}

/** All that is known of a rollout, or null. */
export async function readProgress(db: Queryable, id: string): Promise<Progress | null> {
  const rows = await db.query('select progress from siskin.rollouts where id = $1', [id]);
  return rows[0] === undefined ? null : progressIn(rows[0]);
}

/** The newest 100 rollouts of a repository, newest first. */
export async function listRollouts(
  db: Queryable,
  repositoryId: number,
  filter: {
    readonly model?: string;
    readonly environment?: string;
    readonly number?: number;
    readonly open?: true;
  } = {},
): Promise<readonly RolloutRecord[]> {
  const rows = await db.query(
    `select progress from siskin.rollouts where repository_id = $1
       and ($2::text is null or model = $2) and ($3::text is null or environment = $3)
       and ($4::integer is null or number = $4) and (is_open or not $5)
     order by position desc limit 100`,
    [repositoryId, filter.model ?? null, filter.environment ?? null, filter.number ?? null, filter.open ?? false],
  );
  return rows.map((row) => progressIn(row).record);
}

/** The log of a rollout in order. */
export async function listRolloutEvents(db: Queryable, id: string): Promise<readonly RolloutEvent[]> {
  const rows = await db.query('select event from siskin.rollout_events where rollout = $1 order by sequence', [id]);
  // Only appendEvent writes this column, from an event.
  return rows.map((row) => JSON.parse(String(row['event'])) as RolloutEvent);
}

/** Keeps a new rollout with its first event; one with its id that is kept already is left as it is. Returns the lanes that have work. */
export async function insertRollout(
  tx: Queryable,
  {
    rollout,
    repository,
    at,
  }: { readonly rollout: RolloutRecord; readonly repository: Repository; readonly at: string },
): Promise<readonly string[]> {
  const event: RolloutEvent = { kind: 'requested', rollout: { ...rollout, sequence: 1 }, sequence: 1, at, fence: null };
  const progress = progressAfter(null, event);
  const { id, repositoryId, model, environment, number, release, state, createdAt } = progress.record;
  const rows = await tx.query(
    `insert into siskin.rollouts (id, repository_id, model, environment, number, digest, state, is_open, sequence, progress,
       created_at, wake_at) values ($1, $2, $3, $4, $5, $6, $7, true, 1, $8, $9, $10)
     on conflict (id) do nothing returning id`,
    [id, repositoryId, model, environment, number, release.digest, state.kind, JSON.stringify(progress), createdAt, at],
  );
  if (rows.length === 0) return [];
  await insertEvent(tx, id, event);
  return await askToShow(tx, { repository, progress, event });
}

/** Adds what somebody asks of a rollout to its log. Throws `conflict` when something happened in it since it was read. */
export async function orderRollout(
  tx: Queryable,
  options: {
    readonly rollout: string;
    readonly sequence: number;
    readonly order: RolloutOrder;
    readonly by: string;
    readonly at: string;
  },
): Promise<readonly string[]> {
  const { rollout, sequence, order, by, at } = options;
  const before = await readProgress(tx, rollout);
  if (before === null) throw new AppError('conflict', `expected the rollout ${rollout}, found none; decide again`);
  if (before.record.sequence !== sequence) throw overtaken(rollout, sequence);
  return (await appendEvent(tx, { before, decided: { kind: 'ordered', order, by }, at, fence: null, wakeAt: at }))
    .lanes;
}

/**
 * Adds the next event to the log of a rollout, and asks that it is shown. Throws `conflict` when somebody else added one
 * since `before` was read.
 */
export async function appendEvent(
  tx: Queryable,
  options: {
    readonly before: Progress;
    readonly decided: Decided;
    readonly at: string;
    readonly fence: number | null;
    /** Read where it is not known. */
    readonly repository?: Repository;
    /** When the engine is to look at it next. */
    readonly wakeAt: string;
  },
): Promise<{ readonly progress: Progress; readonly lanes: readonly string[] }> {
  const { before, decided, at, fence, wakeAt } = options;
  const { id, repositoryId, sequence } = before.record;
  const event: RolloutEvent = { ...decided, sequence: sequence + 1, at, fence };
  const progress = progressAfter(before, event);
  const rows = await tx.query(
    `update siskin.rollouts set sequence = $3, state = $4, is_open = $5, progress = $6, wake_at = $7
     where id = $1 and sequence = $2 returning id`,
    [id, sequence, event.sequence, progress.record.state.kind, progress.isOpen, JSON.stringify(progress), wakeAt],
  );
  if (rows.length === 0) throw overtaken(id, sequence);
  await insertEvent(tx, id, event);
  const repository = options.repository ?? (await readRepository(tx, repositoryId));
  return { progress, lanes: repository === null ? [] : await askToShow(tx, { repository, progress, event }) };
}

async function insertEvent(tx: Queryable, id: string, event: RolloutEvent): Promise<void> {
  await tx.query('insert into siskin.rollout_events (rollout, sequence, event) values ($1, $2, $3)', [
    id,
    event.sequence,
    JSON.stringify(event),
  ]);
}

/** Numbers that go on changing are shown together after some seconds; what was decided is shown at once. */
async function askToShow(
  tx: Queryable,
  { repository, progress, event }: { repository: Repository; progress: Progress; event: RolloutEvent },
): Promise<readonly string[]> {
  const { id, number } = progress.record;
  const isDecision = event.state !== undefined || ['requested', 'ordered', 'given-up'].includes(event.kind);
  const slot = Math.floor(Date.parse(event.at) / (secondsShownTogether * 1000));
  return await insertIntent(tx, {
    intent: { kind: 'show-rollout', repository, rollout: id, number },
    id: `show-rollout/${id}/${isDecision ? event.sequence : `at-${slot}`}`,
    at: event.at,
    ...(isDecision ? {} : { afterSeconds: secondsShownTogether }),
  });
}

const secondsShownTogether = 10;

/** A repository as it was last heard of. */
export async function readRepository(db: Queryable, id: number): Promise<Repository | null> {
  const rows = await db.query('select installation, owner, name from siskin.repositories where id = $1', [id]);
  const row = rows[0];
  if (row === undefined) return null;
  return { id, installation: Number(row['installation']), owner: String(row['owner']), name: String(row['name']) };
}

function overtaken(id: string, sequence: number): AppError {
  return new AppError(
    'conflict',
    `expected event ${sequence} of rollout ${id} to be its newest, found a newer one; decide again`,
  );
}

/** Only the functions above write this column, from a Progress; it is text, so that every number comes back as it was. */
export function progressIn(row: Row): Progress {
  return JSON.parse(String(row['progress'])) as Progress;
}
