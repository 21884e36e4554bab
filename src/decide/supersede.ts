import type { Plan } from '../effect.ts';
import type { PullFacts } from '../facts/pull-facts.ts';
import type { RunRecord } from '../store/run-record.ts';
import { emptyPlan } from './plans.ts';
import { showChecks } from './show.ts';
import type { ModelState, ModelView } from './view.ts';
import { isOpen } from './work.ts';

/** Ends the runs that no model of the present head waits for, queued or running, and says so on the former head's checks. */
export function supersede(
  facts: Pick<PullFacts, 'pull' | 'runs' | 'former' | 'now'>,
  wanted: ReadonlySet<string>,
): { readonly runs: Plan; readonly checks: Plan } {
  const { pull, runs, former, now } = facts;
  const isWanted = (run: RunRecord) =>
    wanted.has(run.claim) || (run.purpose.kind !== 'check' && run.head === pull.head.sha);
  const outdated = runs.filter((run) => isOpen(run) && !isWanted(run));
  return {
    runs: endRuns(outdated, { state: 'superseded', reason: `superseded by ${pull.head.sha}`, now }),
    checks: former === null ? emptyPlan : endChecks(former, { end: { kind: 'superseded', by: pull.head.sha }, now }),
  };
}

/** Marks runs as ended and cancels them on GitHub. */
export function endRuns(
  runs: readonly RunRecord[],
  end: { readonly state: 'superseded' | 'cancelled'; readonly reason: string; readonly now: string },
): Plan {
  return {
    changes: runs.map((run) => ({
      kind: 'save-run',
      run: { ...run, state: end.state, endedAt: end.now, retryAt: null },
    })),
    effects: runs.map(({ claim, runId }) => ({ kind: 'cancel-run', claim, runId, reason: end.reason })),
  };
}

function endChecks(
  former: NonNullable<PullFacts['former']>,
  { end, now }: { readonly end: ModelState; readonly now: string },
): Plan {
  const models = ended(former.view.models, end);
  return showChecks({ ...former, view: { ...former.view, models, next: [], updatedAt: now } }, former);
}

/** The models with every state that still waits for a run replaced. */
export function ended(models: readonly ModelView[], end: ModelState): readonly ModelView[] {
  return models.map((view) => (isWaiting(view.state) ? { ...view, state: end } : view));
}

/** Whether this state will change by itself. */
export function isWaiting(state: ModelState): boolean {
  return state.kind === 'queued' || state.kind === 'running' || state.kind === 'frozen';
}
