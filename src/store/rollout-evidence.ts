import type { Queryable } from './database.ts';

/** The sealed evidence of a rollout in order, each line as a file of evidence has it. */
export async function readEvidence(db: Queryable, id: string): Promise<readonly string[]> {
  const rows = await db.query(
    'select line from siskin.rollout_evidence where rollout = $1 and sealed order by interval',
    [id],
  );
  return rows.map((row) => String(row['line']));
}

/** One line of evidence to be kept. */
export interface EvidenceLine {
  readonly interval: number;
  readonly line: string;
  /** False while a late answer may still complete it. */
  readonly sealed: boolean;
}

/** Keeps lines of evidence. One that is not sealed yet is overwritten; a sealed one stays as it is. */
export async function keepEvidence(tx: Queryable, id: string, lines: readonly EvidenceLine[]): Promise<void> {
  if (lines.length === 0) return;
  await tx.query(
    `insert into siskin.rollout_evidence as kept (rollout, interval, line, sealed)
     select $1, interval, line, sealed from unnest($2::integer[], $3::text[], $4::boolean[]) as fresh (interval, line, sealed)
     on conflict (rollout, interval) do update set line = excluded.line, sealed = excluded.sealed where not kept.sealed`,
    [id, lines.map(({ interval }) => interval), lines.map(({ line }) => line), lines.map(({ sealed }) => sealed)],
  );
}

/** The newest line that is not sealed yet, or null. */
export async function readUnsealed(db: Queryable, id: string, interval: number): Promise<string | null> {
  const rows = await db.query(
    'select line from siskin.rollout_evidence where rollout = $1 and interval = $2 and not sealed',
    [id, interval],
  );
  return rows[0] === undefined ? null : String(rows[0]['line']);
}
