import type { JobConclusion, StepReport } from '../github/actions-backend.ts';

/** The steps of a job as GitHub shows them. */
export interface StepBoard {
  add(name: string): StepEntry;
  run(entry: StepEntry | { readonly name: string }, work: () => Promise<JobConclusion>): Promise<void>;
}

export type StepEntry = { -readonly [key in keyof StepReport]: StepReport[key] };

/** An empty board that reports each change. */
export function createStepBoard(report: (steps: readonly StepReport[]) => void): StepBoard {
  const entries: StepEntry[] = [];
  const tell = () => report(entries.map((entry) => ({ ...entry })));
  const add = (name: string): StepEntry => {
    const entry: StepEntry = { number: entries.length + 1, name, status: 'queued', conclusion: null };
    entries.push(entry);
    return entry;
  };
  return {
    add,
    run: async (given, work) => {
      const entry = 'number' in given ? given : add(given.name);
      entry.status = 'in_progress';
      tell();
      const conclusion = await work();
      entry.status = 'completed';
      entry.conclusion = conclusion;
      tell();
    },
  };
}
