import type { Spending } from '../policy/budget-limit.ts';
import type { LedgerEntry } from '../store/ledger-record.ts';
import type { RunRecord } from '../store/run-record.ts';
import { costOf } from './budget.ts';

/** What stopping a run comes to, for one model. */
export interface Spared {
  readonly spentSeconds: number;
  /** What of that which was set aside is not needed any more. */
  readonly saved: Spending;
  /** Null when no job of it has a price. */
  readonly currency: string | null;
}

/** What is spared by stopping a run now. Its jobs for one model run one after the other: the training, then the evaluation. */
export function sparedBy(
  run: RunRecord,
  { ledger, model, now }: { readonly ledger: readonly LedgerEntry[]; readonly model: string; readonly now: string },
): Spared | null {
  const entries = ledger.filter(
    (entry) => entry.claim === run.claim && entry.model === model && entry.settled === null,
  );
  if (entries.length === 0) return null;
  const elapsed =
    run.startedAt === null ? 0 : Math.max(0, Math.ceil((Date.parse(now) - Date.parse(run.startedAt)) / 1000));
  let remaining = elapsed;
  let saved: Spending = { seconds: 0, micros: 0 };
  for (const { reserved, microsPerHour } of entries.toSorted((a, b) => (a.kind < b.kind ? 1 : -1))) {
    const used = Math.min(remaining, reserved.seconds);
    remaining -= used;
    const micros = Math.max(0, reserved.micros - costOf(used, microsPerHour));
    saved = { seconds: saved.seconds + reserved.seconds - used, micros: saved.micros + micros };
  }
  const priced = entries.find(({ microsPerHour }) => microsPerHour !== null);
  return { spentSeconds: elapsed, saved, currency: priced?.currency ?? null };
}
