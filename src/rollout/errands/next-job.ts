import type { PlannedErrand } from './errand-plan.ts';

/** An errand that no job has yet, with what tells which job can do it. */
export interface QueuedErrand extends PlannedErrand {
  readonly runner: readonly string[];
  readonly isUrgent: boolean;
}

/** The job of an environment that is not at an end. */
export interface OpenJob {
  readonly claim: string;
  /** Null while GitHub has not told it. */
  readonly runId: number | null;
  readonly isUrgent: boolean;
  /** ISO 8601. */
  readonly begunAt: string;
  /** ISO 8601: nothing is done by it after this. */
  readonly until: string;
}

/** The next job of an environment: what it does, on which machines, and whether it takes the place of one under way. */
export interface NextJob {
  readonly errands: readonly QueuedErrand[];
  readonly runner: readonly string[];
  readonly isUrgent: boolean;
}

/**
 * What goes next; null when all is done or has to wait for the job under way. Traffic that goes back goes alone, and waits
 * for nothing but another job of its kind.
 */
export function nextJob(queued: readonly QueuedErrand[], open: OpenJob | null): NextJob | null {
  const urgent = queued.filter(({ isUrgent }) => isUrgent);
  if (open !== null && (open.isUrgent || urgent.length === 0)) return null;
  const [first, ...rest] = urgent.length > 0 ? urgent : queued;
  if (first === undefined) return null;
  const errands = [first];
  let characters = charactersOf(first);
  for (const errand of rest) {
    if (errand.runner.join('\n') !== first.runner.join('\n')) continue;
    characters += charactersOf(errand);
    if (characters > mostCharacters) break;
    errands.push(errand);
  }
  return { errands, runner: first.runner, isUrgent: urgent.length > 0 };
}

/** GitHub takes inputs of 65 535 characters in all. */
const mostCharacters = 50_000;

function charactersOf(errand: QueuedErrand): number {
  return JSON.stringify(errand).length;
}
