import type { RunFailure, RunRecord } from '../store/run-record.ts';
import { isOpen } from './work.ts';

/** The outbox tries a dispatch for some minutes; after that nobody will. */
const dispatchMinutes = 15;

/** Why a run that is still open will not be waited for any longer; null when it still may end by itself. */
export function expiry(run: RunRecord, now: string): Pick<RunFailure, 'code' | 'message'> | null {
  if (!isOpen(run)) return null;
  if (Date.parse(now) > Date.parse(run.deadlineAt)) {
    const message = `expected the run to end by ${run.deadlineAt}, found it still open; look at the runners, then type \`/evaluate\``;
    return { code: 'timed-out', message };
  }
  if (run.runId !== null || Date.parse(now) - Date.parse(run.plannedAt) < dispatchMinutes * 60_000) return null;
  const message = `expected GitHub to start the run within ${dispatchMinutes} minutes, found none; type \`/evaluate\` to try again`;
  return { code: 'lost', message };
}
