import type { Plan } from '../effect.ts';
import type { WatchFacts } from '../facts/watch-facts.ts';
import type { Intent } from '../intent.ts';
import { runName } from '../run-plan.ts';
import { emptyPlan } from './plans.ts';
import { isOpen } from './work.ts';

/** How often a run that goes on is looked at. */
const watchSeconds = 600;

/**
 * What is done when it is time to look at a run: one that was cancelled and goes on all the same is ended by force, one
 * that goes on is observed, which finds what no event tells, and looked at again later.
 */
export function watchRun(
  { repository, watch }: Extract<Intent, { readonly kind: 'watch-run' }>,
  facts: WatchFacts | null,
): Plan {
  if (facts === null) return emptyPlan;
  const { run, github } = facts;
  const { claim, runId, attempt } = run;
  if (watch === 'cancel') {
    const isOver = github === null || github.status === 'completed';
    // Somebody may have run it again meanwhile; then it is not the attempt that was cancelled.
    if (isOver || runId === null || isOpen(run) || github.attempt > attempt) return emptyPlan;
    return { changes: [], effects: [{ kind: 'force-cancel-run', claim, runId }] };
  }
  if (!isOpen(run)) return emptyPlan;
  const look: Intent =
    runId === null
      ? { kind: 'show-run', repository, claim }
      : {
          kind: 'observe-run',
          repository,
          runId,
          attempt,
          name: runName(claim),
          status: 'requested',
          conclusion: null,
        };
  const again: Intent = { kind: 'watch-run', repository, claim, watch };
  return {
    changes: [
      { kind: 'ask', intent: look },
      { kind: 'ask', intent: again, afterSeconds: watchSeconds },
    ],
    effects: [],
  };
}
