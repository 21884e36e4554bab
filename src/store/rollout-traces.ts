import { z } from 'zod';
import type { Repository } from '../intent.ts';
import type { Learnt } from '../ports.ts';
import type { RevertState, RolloutTraces, TraceKind } from '../rollout/rollout-effect.ts';
import { NullableId } from './column.ts';
import type { Queryable } from './database.ts';
import { insertIntent } from './deliveries.ts';

/** Where a rollout left its traces on GitHub: what was published there before, so that it is edited and not made again. */
export async function readTraces(db: Queryable, rollout: string): Promise<RolloutTraces> {
  const rows = await db.query('select kind, value from siskin.rollout_traces where rollout = $1', [rollout]);
  const traces = Object.fromEntries(rows.map((row) => [String(row['kind']), row['value']]));
  return Traces.parse(traces);
}

/** Keeps one trace; a newer one of its kind replaces it. False when it was known already. */
async function saveTrace(
  tx: Queryable,
  trace: { readonly rollout: string; readonly trace: TraceKind; readonly value: number | string },
): Promise<boolean> {
  const rows = await tx.query(
    `insert into siskin.rollout_traces (rollout, kind, value) values ($1, $2, $3::jsonb)
     on conflict (rollout, kind) do update set value = excluded.value where rollout_traces.value <> excluded.value
     returning kind`,
    [trace.rollout, trace.trace, JSON.stringify(trace.value)],
  );
  return rows.length > 0;
}

/** Keeps what became of a rollout's revert pull request. No lane has work by it. */
export async function saveRevert(
  tx: Queryable,
  { rollout, state }: { readonly rollout: string; readonly state: RevertState },
): Promise<readonly string[]> {
  await saveTrace(tx, { rollout, trace: 'revert-state', value: state });
  return [];
}

/** The release pull request of a rollout; null where it has none. */
async function readRolloutNumber(db: Queryable, rollout: string): Promise<number | null> {
  const rows = await db.query('select number from siskin.rollouts where id = $1', [rollout]);
  return rows[0] === undefined ? null : NullableId.parse(rows[0]['number']);
}

/** Keeps the instant of an edit of a rollout's comment, in milliseconds since 1970, for the limit of edits a minute. */
async function saveRolloutEdit(
  tx: Queryable,
  edit: { readonly rollout: string; readonly repositoryId: number; readonly number: number; readonly at: number },
): Promise<void> {
  // Only the newest minute is ever asked for; ten entries are more than the limit lets in.
  await tx.query(
    `insert into siskin.rollout_edits (rollout, repository_id, number, edits) values ($1, $2, $3, $4::jsonb)
     on conflict (rollout) do update set number = excluded.number, edits = (
       select coalesce(jsonb_agg(e), '[]') from (
         select e from jsonb_array_elements(rollout_edits.edits || excluded.edits) e order by e desc limit 10) newest)`,
    [edit.rollout, edit.repositoryId, edit.number, JSON.stringify([edit.at])],
  );
}

/** Keeps what a rollout left on GitHub; what people are to read of it is shown. Returns the lanes that have work. */
export async function keepTraces(
  tx: Queryable,
  {
    repository,
    learnt,
    now,
  }: { repository: Repository; learnt: Extract<Learnt, { readonly kind: 'rollout-traced' }>; now: Date },
): Promise<readonly string[]> {
  const { rollout, traces, edited } = learnt;
  if (edited !== undefined) {
    const { number } = edited;
    await saveRolloutEdit(tx, { rollout, repositoryId: repository.id, number, at: now.getTime() });
  }
  let isNews = false;
  for (const [trace, value] of Object.entries(traces)) {
    // The keys of RolloutTraces are its traces.
    const isNew = await saveTrace(tx, { rollout, trace: trace as TraceKind, value });
    isNews ||= isNew && trace !== 'comment';
  }
  if (!isNews) return [];
  const at = now.toISOString();
  const number = await readRolloutNumber(tx, rollout);
  return await insertIntent(tx, {
    intent: { kind: 'show-rollout', repository, rollout, number },
    id: `traced/${rollout}/${Object.keys(traces).join('+')}/${at}`,
    at,
  });
}

const whole = z.number().int().nonnegative();
const Traces = z
  .object({
    deployment: whole,
    comment: whole,
    revert: whole,
    'revert-state': z.enum(['merged', 'auto-merge', 'needs-person', 'closed', 'not-needed']),
    issue: whole,
    evidence: z.string(),
    tag: z.string(),
    gate: whole,
    'gate-refused': z.string(),
  })
  .partial();
