import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '../error.ts';
import type { Errand, ErrandAnswer, ErrandWish, KnownErrand } from '../rollout/errands/errand.ts';
import { applyKey, observeKey } from '../rollout/errands/errand-ports.ts';
import type { OpenJob, QueuedErrand } from '../rollout/errands/next-job.ts';
import type { RolloutRecord } from '../rollout/rollout-record.ts';
import { Id, Instant, NullableId, NullableInstant } from './column.ts';
import type { Queryable } from './database.ts';
import { insertIntent } from './deliveries.ts';
import { readRepository } from './rollouts.ts';

/** Everything that was asked of jobs for a rollout. */
export async function readErrands(db: Queryable, rollout: string): Promise<readonly KnownErrand[]> {
  const rows = await db.query(
    'select key, sent_at, answer, answered_at, errand from siskin.rollout_errands where rollout = $1',
    [rollout],
  );
  return rows.map((row) => {
    const { key, sent_at, answer, answered_at, errand } = KnownRow.parse(row);
    // Only askErrands and endErrands write this column, from an Errand.
    const asked = JSON.parse(errand) as Errand;
    const fence = asked.kind === 'apply' ? asked.traffic.fence : null;
    return { key, fence, sentAt: sent_at, answer: answer === null ? null : answerIn(answer), answeredAt: answered_at };
  });
}

const KnownRow = z.object({
  key: z.string(),
  sent_at: NullableInstant,
  answer: z.string().nullable(),
  errand: z.string(),
  answered_at: NullableInstant,
});

/** Asks for errands; one that is under way stays so, and an older wish about traffic is forgotten. Returns the lanes that have work. */
export async function askErrands(
  tx: Queryable,
  options: { readonly record: RolloutRecord; readonly wishes: readonly ErrandWish[]; readonly at: string },
): Promise<readonly string[]> {
  const { record, at } = options;
  const wishes = [...new Map(options.wishes.map((wish) => [wish.key, wish])).values()];
  const { id, repositoryId, environment } = record;
  // What was answered so long ago is sealed, or is to be asked anew.
  await tx.query(
    `delete from siskin.rollout_errands where rollout = $1 and answered_at < $2::timestamptz - interval '1 hour'`,
    [id, at],
  );
  const traffic = wishes.find(({ errand }) => errand.kind === 'apply');
  if (traffic !== undefined) {
    await tx.query(`delete from siskin.rollout_errands where rollout = $1 and starts_with(key, $2) and key <> $3`, [
      id,
      applyKey,
      traffic.key,
    ]);
  }
  const asked = await tx.query(
    `insert into siskin.rollout_errands as known (rollout, key, repository_id, environment, errand, is_urgent, asked_at)
     select $1, key, $2, $3, errand, is_urgent, $7
     from unnest($4::text[], $5::text[], $6::boolean[]) as wish (key, errand, is_urgent)
     on conflict (rollout, key) do update set errand = excluded.errand, is_urgent = excluded.is_urgent,
       asked_at = excluded.asked_at, claim = null, answer = null, answered_at = null
       where known.answer is not null
     returning key`,
    [
      id,
      repositoryId,
      environment,
      wishes.map(({ key }) => key),
      wishes.map(({ errand }) => JSON.stringify(errand)),
      wishes.map(({ isUrgent }) => isUrgent),
      at,
    ],
  );
  const repository = asked.length === 0 ? null : await readRepository(tx, repositoryId);
  if (repository === null) return [];
  return await insertIntent(tx, {
    intent: { kind: 'run-errands', repository, of: { environment } },
    id: `run-errands/${randomUUID()}`,
    at,
  });
}

/** The errands of an environment that no job has yet, those that wait longest first. */
export async function listQueuedErrands(
  db: Queryable,
  { repositoryId, environment }: { readonly repositoryId: number; readonly environment: string },
): Promise<readonly QueuedErrand[]> {
  const rows = await db.query(
    `select e.rollout, e.key, e.errand, e.is_urgent, (r.progress::jsonb -> 'record')::text as record
     from siskin.rollout_errands e join siskin.rollouts r on r.id = e.rollout
     where e.repository_id = $1 and e.environment = $2 and e.claim is null and e.answer is null and r.is_open
     order by e.asked_at, e.rollout, e.key limit 1000`,
    [repositoryId, environment],
  );
  return rows.map((row) => {
    // Only askErrands and appendEvent write these columns, from an Errand and a Progress.
    const errand = JSON.parse(String(row['errand'])) as QueuedErrand['errand'];
    const { model, policy } = JSON.parse(String(row['record'])) as RolloutRecord;
    return {
      id: `${row['rollout']}/${row['key']}`,
      model,
      serving: policy.serving ?? null,
      errand,
      runner: policy.runner,
      isUrgent: row['is_urgent'] === true,
    };
  });
}

/** The job of an environment that is not at an end. */
export async function readOpenJob(
  db: Queryable,
  of: { readonly repositoryId: number } & ({ readonly environment: string } | { readonly claim: string }),
): Promise<(OpenJob & { readonly environment: string }) | null> {
  const rows = await db.query(
    `select claim, environment, is_urgent, run_id, begun_at, until from siskin.errand_jobs
     where repository_id = $1 and is_open and ${'claim' in of ? 'claim' : 'environment'} = $2`,
    [of.repositoryId, 'claim' in of ? of.claim : of.environment],
  );
  if (rows[0] === undefined) return null;
  const { claim, environment, is_urgent, run_id, begun_at, until } = JobRow.parse(rows[0]);
  return { claim, environment, isUrgent: is_urgent, runId: run_id, begunAt: begun_at, until };
}

const JobRow = z.object({
  claim: z.string(),
  environment: z.string(),
  is_urgent: z.boolean(),
  run_id: NullableId,
  begun_at: Instant,
  until: Instant,
});

/** Opens a job with these errands. `conflict` when another one of the environment is open, or has one of them. */
export async function beginErrands(
  tx: Queryable,
  options: {
    readonly repositoryId: number;
    readonly environment: string;
    readonly job: OpenJob;
    readonly errands: readonly string[];
  },
): Promise<void> {
  const { repositoryId, environment, job, errands } = options;
  const opened = await tx.query(
    `insert into siskin.errand_jobs (claim, repository_id, environment, is_urgent, is_open, begun_at, until)
     values ($1, $2, $3, $4, true, $5, $6) on conflict do nothing returning claim`,
    [job.claim, repositoryId, environment, job.isUrgent, job.begunAt, job.until],
  );
  const taken = await tx.query(
    `update siskin.rollout_errands set claim = $1, sent_at = $2
     where rollout || '/' || key = any($3::text[]) and claim is null and answer is null returning key`,
    [job.claim, job.begunAt, errands],
  );
  if (opened.length === 1 && taken.length === errands.length) return;
  throw new AppError(
    'conflict',
    `expected to open the job ${job.claim}, found that errands went elsewhere; decide again`,
  );
}

/** Whether a job is not at an end. */
export async function isErrandJobOpen(db: Queryable, claim: string): Promise<boolean> {
  return (await db.query('select 1 from siskin.errand_jobs where claim = $1 and is_open', [claim])).length === 1;
}

/** Keeps the run that GitHub started for a job. */
export async function keepErrandRun(tx: Queryable, claim: string, runId: number | null): Promise<void> {
  await tx.query('update siskin.errand_jobs set run_id = $2 where claim = $1', [claim, runId]);
}

/**
 * Ends a job and wakes its rollouts: errands get their answers, and those without one get `otherwise`, or are queued again
 * where that is null. A job that was ended before gives no answers.
 */
export async function endErrands(
  tx: Queryable,
  options: {
    readonly claim: string;
    readonly answers: readonly { readonly id: string; readonly answer: ErrandAnswer }[];
    readonly otherwise: ErrandAnswer | null;
    readonly at: string;
  },
): Promise<void> {
  const { claim, answers, otherwise, at } = options;
  const ended = await tx.query(
    'update siskin.errand_jobs set is_open = false where claim = $1 and is_open returning begun_at',
    [claim],
  );
  if (ended[0] === undefined) return;
  const begunAt = Instant.parse(ended[0]['begun_at']);
  const written = await tx.query(
    `update siskin.rollout_errands e set answer = given.answer, answered_at = $4, claim = null
     from unnest($2::text[], $3::text[]) as given (id, answer)
     where e.claim = $1 and e.rollout || '/' || e.key = given.id and e.answer is null
     returning e.rollout, e.key, e.answer, e.repository_id, e.environment`,
    [claim, answers.map(({ id }) => id), answers.map(({ answer }) => JSON.stringify(answer)), at],
  );
  for (const row of written) {
    const answer = answerIn(String(row['answer']));
    if (!String(row['key']).startsWith(applyKey) || answer.kind !== 'observed') continue;
    // What was read back after a write is also the newest look.
    await tx.query(
      `insert into siskin.rollout_errands as known (rollout, key, repository_id, environment, errand, is_urgent, asked_at, sent_at, answer, answered_at)
       values ($1, $2, $3, $4, '{"kind":"observe"}', false, $5, $5, $6, $7)
       on conflict (rollout, key) do update set answer = excluded.answer, answered_at = excluded.answered_at,
         sent_at = excluded.sent_at, claim = null where known.answer is not null`,
      [
        row['rollout'],
        observeKey,
        Id.parse(row['repository_id']),
        row['environment'],
        begunAt,
        JSON.stringify(answer),
        at,
      ],
    );
  }
  const left = await tx.query(
    `update siskin.rollout_errands set answer = $2, answered_at = case when $2::text is null then null else $3::timestamptz end, claim = null
     where claim = $1 and answer is null returning rollout`,
    [claim, otherwise === null ? null : JSON.stringify(otherwise), at],
  );
  const rollouts = [...new Set([...written, ...left].map((row) => String(row['rollout'])))];
  await tx.query('update siskin.rollouts set wake_at = least(wake_at, $2) where id = any($1::text[])', [rollouts, at]);
}

/** Forgets the errands of rollouts in which nothing is left to be done, and jobs that ended before an instant (ISO 8601). */
export async function pruneErrands(db: Queryable, before: string): Promise<void> {
  await db.query(
    `delete from siskin.rollout_errands e using siskin.rollouts r where r.id = e.rollout and not r.is_open`,
    [],
  );
  await db.query('delete from siskin.errand_jobs where not is_open and until < $1', [before]);
}

/** Only endErrands writes this column, from an ErrandAnswer that was checked. */
function answerIn(text: string): ErrandAnswer {
  return JSON.parse(text) as ErrandAnswer;
}
