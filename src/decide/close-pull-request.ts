import type { Plan } from '../effect.ts';
import type { CloseFacts } from '../facts/close-facts.ts';
import type { Intent } from '../intent.ts';
import { closed } from './lock.ts';
import { lockPlan } from './lock-plan.ts';
import { emptyPlan, joined } from './plans.ts';
import { show } from './show.ts';
import { ended, endRuns, isWaiting } from './supersede.ts';
import { isOpen } from './work.ts';

type ClosePullRequest = Extract<Intent, { readonly kind: 'close-pull-request' }>;

/** Cancels what still runs for a pull request that nobody waits for any more, and gives back what it holds. */
export function closePullRequest(intent: ClosePullRequest, facts: CloseFacts | null): Plan {
  if (facts === null) return emptyPlan;
  return joined(endedRuns(facts), givenBack(intent, facts));
}

function endedRuns({ isMerged, runs, shown, now }: CloseFacts): Plan {
  const open = runs.filter(isOpen);
  const by = isMerged ? 'the merge' : 'closing the pull request';
  const cancelled = endRuns(open, { state: 'cancelled', reason: `cancelled by ${by}`, now });
  if (shown === null) return cancelled;
  const { held, ...view } = shown.view;
  const isOver = open.length === 0 && held === undefined && !view.models.some(({ state }) => isWaiting(state));
  if (isOver) return emptyPlan;
  const models = ended(view.models, { kind: 'cancelled', by });
  return joined(cancelled, show({ ...shown, view: { ...view, models, next: [], updatedAt: now } }, shown));
}

function givenBack({ repository, number }: ClosePullRequest, { isMerged, locks, now }: CloseFacts): Plan {
  const because = `#${number} was ${isMerged ? 'merged' : 'closed'}`;
  const isAnswered = (owner: { readonly number: number }) => owner.number === number;
  return joined(
    ...locks.map((lock) =>
      lockPlan(repository, lock, { step: closed(lock.state, number, now), because, isAnswered, now }),
    ),
  );
}
