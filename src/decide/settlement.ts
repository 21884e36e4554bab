import type { WorkflowJob } from '../ports.ts';
import type { LedgerEntry } from '../store/ledger-record.ts';
import { costOf } from './budget.ts';

/**
 * The entries of a run that has ended, with what each took by the jobs of all its attempts. A job that no machine took
 * cost nothing; an attempt that nobody had set aside anything for (somebody ran it again on GitHub) is entered at the
 * price of the one before, for the day on which it ran.
 */
export function settlement(
  ledger: readonly LedgerEntry[],
  { jobs, attempt }: { readonly jobs: readonly WorkflowJob[]; readonly attempt: number },
): readonly LedgerEntry[] {
  const times = jobTimes(jobs);
  const known = ledger
    .filter((entry) => entry.attempt <= attempt)
    .map((entry) => {
      const time = times.find((one) => one.attempt === entry.attempt && one.job === entry.job);
      return settled(entry, time ?? { seconds: 0, succeeded: false });
    });
  const unknown = times.flatMap((time): readonly LedgerEntry[] => {
    const own = ledger.filter(({ job }) => job === time.job);
    const before = own.filter((entry) => entry.attempt < time.attempt).toSorted((a, b) => b.attempt - a.attempt)[0];
    if (before === undefined || own.some((entry) => entry.attempt === time.attempt)) return [];
    const reserved = { seconds: 0, micros: 0 };
    const entry = { ...before, attempt: time.attempt, reserved, basis: 'past', reservedAt: time.startedAt } as const;
    return [settled(entry, time)];
  });
  return [...known, ...unknown];
}

/** The entries of a run of which nobody can tell any more what it took: what was set aside counts. */
export function settledAsReserved(ledger: readonly LedgerEntry[]): readonly LedgerEntry[] {
  return ledger.map((entry) => ({
    ...entry,
    settled: entry.settled ?? entry.reserved,
    succeeded: entry.succeeded ?? false,
  }));
}

function settled(
  entry: LedgerEntry,
  { seconds, succeeded }: { readonly seconds: number; readonly succeeded: boolean },
): LedgerEntry {
  return { ...entry, settled: { seconds, micros: costOf(seconds, entry.microsPerHour) }, succeeded };
}

/** How long one job of one attempt was on a machine, in whole seconds. */
interface JobTime {
  readonly attempt: number;
  readonly job: string;
  readonly seconds: number;
  readonly succeeded: boolean;
  readonly startedAt: string;
}

/** A job that a later attempt did not repeat is listed there again, with the times of the attempt in which it ran. */
function jobTimes(jobs: readonly WorkflowJob[]): readonly JobTime[] {
  const seen = new Set<string>();
  return jobs
    .toSorted((a, b) => a.attempt - b.attempt)
    .flatMap(({ attempt, name, startedAt, completedAt, conclusion, runnerName }): readonly JobTime[] => {
      const identity = JSON.stringify([name, startedAt, completedAt]);
      if (startedAt === null || completedAt === null || runnerName === null || seen.has(identity)) return [];
      seen.add(identity);
      const seconds = Math.max(0, Math.ceil((Date.parse(completedAt) - Date.parse(startedAt)) / 1000));
      return [{ attempt, job: name, seconds, succeeded: conclusion === 'success', startedAt }];
    });
}
