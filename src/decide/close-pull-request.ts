import type { Plan } from '../effect.ts';
import type { CloseFacts } from '../facts/close-facts.ts';
import type { Intent } from '../intent.ts';
import { emptyPlan, joined } from './plans.ts';
import { show } from './show.ts';
import { ended, endRuns } from './supersede.ts';
import { isOpen } from './work.ts';

/** Cancels what still runs for a pull request that nobody waits for any more. */
export function closePullRequest(
  { merged }: Extract<Intent, { readonly kind: 'close-pull-request' }>,
  { runs, shown, now }: CloseFacts,
): Plan {
  const open = runs.filter(isOpen);
  if (open.length === 0) return emptyPlan;
  const by = merged ? 'the merge' : 'closing the pull request';
  const cancelled = endRuns(open, { state: 'cancelled', reason: `cancelled by ${by}`, now });
  if (shown === null) return cancelled;
  const models = ended(shown.view.models, { kind: 'cancelled', by });
  return joined(cancelled, show({ ...shown, view: { ...shown.view, models, next: [], updatedAt: now } }, shown));
}
