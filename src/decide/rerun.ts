import type { Plan, StateChange } from '../effect.ts';
import type { Budget } from '../facts/budget-facts.ts';
import type { LedgerEntry } from '../store/ledger-record.ts';
import type { RunRecord } from '../store/run-record.ts';
import { type Overrun, overrun, spendingOf } from './budget.ts';

/** What running again what a run lost comes to: its next attempt, or the limit that does not allow it. */
export type Rerun =
  | { readonly kind: 'rerun'; readonly run: RunRecord; readonly entries: readonly LedgerEntry[]; readonly plan: Plan }
  | { readonly kind: 'over-budget'; readonly overrun: Overrun };

/**
 * The next attempt of a run that has ended on GitHub: only what did not succeed, and what depends on it. It is spent by
 * whom the budget is of.
 */
export function rerun(
  run: RunRecord & { readonly runId: number },
  of: { readonly ledger: readonly LedgerEntry[]; readonly budget: Budget | null; readonly now: string },
): Rerun {
  const { ledger, budget, now } = of;
  const attempt = run.attempt + 1;
  const asked = entriesOfNext(ledger, { attempt, now });
  const entries = budget === null ? asked : asked.map((entry) => ({ ...entry, person: budget.spender.person }));
  const bound = budget === null || budget.approvedBy !== null ? null : budget;
  const limits = (bound?.spent ?? []).map(({ limit }) => limit);
  const broken = bound === null ? null : overrun({ entries, wanted: spendingOf(entries) }, bound, now);
  if (broken !== null) return { kind: 'over-budget', overrun: broken };
  // As much time as the attempt before was given.
  const askedAt = ledger.find((entry) => entry.attempt === run.attempt)?.reservedAt ?? run.plannedAt;
  const term = Date.parse(run.deadlineAt) - Date.parse(askedAt);
  const next: RunRecord = {
    ...run,
    state: 'dispatched',
    attempt,
    startedAt: null,
    endedAt: null,
    retryAt: null,
    deadlineAt: new Date(Date.parse(now) + Math.max(term, 0)).toISOString(),
    stages: [],
    failures: [],
  };
  const changes: readonly StateChange[] = [
    { kind: 'save-run', run: next },
    ...(entries.length === 0 ? [] : [{ kind: 'reserve', entries, limits } as const]),
  ];
  const { claim, runId } = run;
  return {
    kind: 'rerun',
    run: next,
    entries,
    plan: { changes, effects: [{ kind: 'rerun-failed-jobs', claim, runId, attempt }] },
  };
}

/** What did not succeed in any attempt so far. An evaluation depends on every training of its run. */
function entriesOfNext(
  ledger: readonly LedgerEntry[],
  { attempt, now }: { readonly attempt: number; readonly now: string },
): readonly LedgerEntry[] {
  const newest = new Map<string, LedgerEntry>();
  for (const entry of ledger.toSorted((a, b) => a.attempt - b.attempt)) {
    const before = newest.get(entry.job);
    // An attempt that somebody began on GitHub had nothing set aside.
    newest.set(
      entry.job,
      entry.reserved.seconds === 0 && before !== undefined ? { ...before, succeeded: entry.succeeded } : entry,
    );
  }
  const jobs = [...newest.values()];
  const trainsAgain = jobs.some(({ kind, succeeded }) => kind === 'train' && succeeded !== true);
  return jobs
    .filter(({ kind, succeeded }) => succeeded !== true || (kind === 'evaluate' && trainsAgain))
    .map((entry) => ({ ...entry, attempt, reservedAt: now, settled: null, succeeded: null }));
}
