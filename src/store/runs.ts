import { z } from 'zod';
import { Result } from '../result.ts';
import { Id, Instant, NullableId, NullableInstant } from './column.ts';
import type { Queryable, Row } from './database.ts';
import type { RunFailure, RunRecord } from './run-record.ts';

/** The run of a claim, or null. */
export async function readRun(db: Queryable, claim: string): Promise<RunRecord | null> {
  return first(await db.query(`${select} where runs.claim = $1`, [claim]));
}

/** The newest requested run that got this id from GitHub. */
export async function readRunById(db: Queryable, repositoryId: number, runId: number): Promise<RunRecord | null> {
  const where = 'where repository_id = $1 and run_id = $2 order by planned_at desc limit 1';
  return first(await db.query(`${select} ${where}`, [repositoryId, runId]));
}

/** The newest 100 runs of a pull request, or of pushes when `number` is null. */
export async function listRuns(
  db: Queryable,
  repositoryId: number,
  number: number | null,
): Promise<readonly RunRecord[]> {
  const where =
    'where repository_id = $1 and pull_request is not distinct from $2::integer order by fence desc, planned_at desc, claim limit 100';
  return (await db.query(`${select} ${where}`, [repositoryId, number])).map(runOf);
}

/** Runs of a repository that are not at an end, oldest first. */
export async function listOpenRuns(db: Queryable, repositoryId: number): Promise<readonly RunRecord[]> {
  const where = `where repository_id = $1 and state in ('planned', 'dispatched', 'running') order by planned_at, claim`;
  return (await db.query(`${select} ${where}`, [repositoryId])).map(runOf);
}

/** Runs at an end of which something set aside was never settled, oldest first. */
export async function listUnsettledRuns(db: Queryable, repositoryId: number): Promise<readonly RunRecord[]> {
  const where = `where repository_id = $1 and ended_at is not null and retry_at is null and exists (
    select 1 from siskin.ledger where ledger.claim = runs.claim and settled_seconds is null) order by planned_at, claim limit 100`;
  return (await db.query(`${select} ${where}`, [repositoryId])).map(runOf);
}

/** Whether a run of a pull request is not at an end. */
export async function hasOpenRun(db: Queryable, repositoryId: number, number: number): Promise<boolean> {
  const where = `where repository_id = $1 and pull_request = $2 and state in ('planned', 'dispatched', 'running')`;
  return (await db.query(`select 1 from siskin.runs ${where} limit 1`, [repositoryId, number])).length > 0;
}

/** The newest run that holds an accepted result of this training, or that is still to bring one. */
export async function findByTrainingKey(
  db: Queryable,
  { repositoryId, model, trainingKey }: { repositoryId: number; model: string; trainingKey: string },
): Promise<RunRecord | null> {
  const where = `where repository_id = $1 and models @> $2::jsonb
    and (state in ('planned', 'dispatched', 'running') or retry_at is not null
      or exists (select 1 from siskin.results where results.claim = runs.claim and results.model = $3))
    order by planned_at desc, claim limit 1`;
  const wanted = JSON.stringify([{ model, trainingKey, trains: true }]);
  return first(await db.query(`${select} ${where}`, [repositoryId, wanted, model]));
}

/** Writes the whole record of a run; accepted results that the record no longer has go away. */
export async function saveRun(tx: Queryable, run: RunRecord): Promise<void> {
  await tx.query(
    `insert into siskin.runs (claim, repository_id, pull_request, head, base, models, state, run_id, attempt, url,
       planned_at, started_at, ended_at, deadline_at, stages, failures, purpose, retry_at, fence)
     values ($1, $2, $3, $4, $5, $6::jsonb, $7, $8, $9, $10, $11, $12, $13, $14, $15::jsonb, $16::jsonb, $17::jsonb, $18, $19)
     on conflict (claim) do update set models = excluded.models, state = excluded.state,
       run_id = coalesce(excluded.run_id, runs.run_id), url = coalesce(excluded.url, runs.url),
       attempt = excluded.attempt, started_at = excluded.started_at, ended_at = excluded.ended_at,
       deadline_at = excluded.deadline_at, stages = excluded.stages, failures = excluded.failures,
       retry_at = excluded.retry_at`,
    [
      run.claim,
      run.repositoryId,
      run.pullRequest,
      run.head,
      run.base,
      JSON.stringify(run.models),
      run.state,
      run.runId,
      run.attempt,
      run.url,
      run.plannedAt,
      run.startedAt,
      run.endedAt,
      run.deadlineAt,
      JSON.stringify(run.stages),
      JSON.stringify(run.failures),
      JSON.stringify(run.purpose),
      run.retryAt,
      run.fence,
    ],
  );
  const models = Object.keys(run.results);
  await tx.query('delete from siskin.results where claim = $1 and not (model = any($2::text[]))', [run.claim, models]);
  for (const [model, result] of Object.entries(run.results)) {
    await tx.query(
      `insert into siskin.results (claim, model, result) values ($1, $2, $3::jsonb)
       on conflict (claim, model) do update set result = excluded.result`,
      [run.claim, model, JSON.stringify(result)],
    );
  }
}

/** Keeps what GitHub answered to a dispatch. A run that has moved on meanwhile keeps its state. */
export async function markDispatched(
  tx: Queryable,
  { claim, runId, url }: { claim: string; runId: number | null; url: string | null },
): Promise<void> {
  await tx.query(
    `update siskin.runs set run_id = coalesce(run_id, $2), url = coalesce(url, $3),
       state = case when state = 'planned' then 'dispatched' else state end
     where claim = $1`,
    [claim, runId, url],
  );
}

/** Ends a run that never began; one that ended otherwise meanwhile stays as it is. */
export async function markRefused(
  tx: Queryable,
  { claim, failure, at }: { claim: string; failure: RunFailure; at: string },
): Promise<void> {
  await tx.query(
    `update siskin.runs set state = 'failed', ended_at = $3, failures = failures || $2::jsonb
     where claim = $1 and state in ('planned', 'dispatched')`,
    [claim, JSON.stringify([failure]), at],
  );
}

const select = `select runs.*, coalesce(
    (select jsonb_object_agg(model, result) from siskin.results where results.claim = runs.claim), '{}') as results
  from siskin.runs`;

function first(rows: readonly Row[]): RunRecord | null {
  return rows[0] === undefined ? null : runOf(rows[0]);
}

function runOf(row: Row): RunRecord {
  const run = RunRow.parse(row);
  return {
    claim: run.claim,
    repositoryId: run.repository_id,
    pullRequest: run.pull_request,
    fence: run.fence,
    head: run.head,
    base: run.base,
    models: run.models,
    state: run.state,
    runId: run.run_id,
    attempt: run.attempt,
    url: run.url,
    plannedAt: run.planned_at,
    startedAt: run.started_at,
    endedAt: run.ended_at,
    deadlineAt: run.deadline_at,
    stages: run.stages,
    failures: run.failures,
    results: run.results,
    purpose: run.purpose,
    retryAt: run.retry_at,
  };
}

const RunModel = z.object({
  model: z.string(),
  trainingKey: z.string().nullable(),
  evaluationKey: z.string(),
  trains: z.boolean(),
  evaluates: z.boolean(),
});

const Stage = z.object({
  name: z.string(),
  state: z.enum(['waiting', 'running', 'done', 'failed', 'skipped']),
  seconds: z.number().nullable(),
  waits: z.object({ labels: z.array(z.string()), since: z.string() }).optional(),
});

const Failure = z.object({
  code: z.enum([
    'dispatch-refused',
    'workflow-missing',
    'training-failed',
    'evaluation-failed',
    'result-missing',
    'result-invalid',
    'result-mismatch',
    'result-unproven',
    'timed-out',
    'lost',
    'runner-lost',
    'no-runner',
    'stalled',
  ]),
  message: z.string(),
  model: z.string().nullable(),
  logTail: z.array(z.string()),
});

const RunRow = z.object({
  claim: z.string(),
  repository_id: Id,
  pull_request: NullableId,
  fence: Id,
  head: z.string(),
  base: z.string(),
  models: z.array(RunModel),
  state: z.enum(['planned', 'dispatched', 'running', 'completed', 'superseded', 'cancelled', 'failed']),
  run_id: NullableId,
  attempt: z.number(),
  url: z.string().nullable(),
  planned_at: Instant,
  started_at: NullableInstant,
  ended_at: NullableInstant,
  deadline_at: Instant,
  stages: z.array(Stage),
  failures: z.array(Failure),
  results: z.record(z.string(), Result),
  purpose: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('check') }),
    z.object({ kind: z.literal('compare'), with: z.string() }),
    z.object({ kind: z.literal('data') }),
  ]),
  retry_at: NullableInstant,
});
