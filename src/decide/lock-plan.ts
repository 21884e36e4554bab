import type { Effect, Plan, StateChange } from '../effect.ts';
import type { Repository } from '../intent.ts';
import { heldSentences } from '../render/holds.ts';
import { renderLockNews } from '../render/lock-news.ts';
import type { LockOwner, LockRecord, LockStep } from './lock.ts';
import { emptyPlan } from './plans.ts';
import { isSame } from './show.ts';

/**
 * What an event makes of a lock: the state to keep, a word in the pull request of everybody for whom it changed, their
 * comments and checks drawn again, and a look at the lock when the lease is over. Nothing when nothing changed.
 */
export function lockPlan(
  repository: Repository,
  lock: LockRecord,
  event: {
    readonly step: LockStep;
    /** Why, as Markdown without its full stop: `#12 was merged`. */
    readonly because: string;
    /** Whom it is told otherwise, if anybody. */
    readonly isAnswered: (owner: LockOwner) => boolean;
    readonly now: string;
  },
): Plan {
  const { step, now } = event;
  if (isSame(step.state, lock.state)) return emptyPlan;
  const next: LockRecord = { ...lock, state: step.state };
  const changes: StateChange[] = [{ kind: 'save-lock', lock: next }];
  const { holder } = step.state;
  if (holder !== null && holder.expiresAt !== lock.state.holder?.expiresAt) {
    const seconds = Math.ceil((Date.parse(holder.expiresAt) - Date.parse(now)) / 1000);
    changes.push({ kind: 'ask', intent: { kind: 'settle-locks', repository }, afterSeconds: Math.max(1, seconds) });
  }
  for (const number of concerned(lock, next, now)) {
    changes.push({ kind: 'ask', intent: { kind: 'show-holds', repository, number } });
  }
  const effects = step.news.flatMap((news): readonly Effect[] => {
    const body = event.isAnswered(news.owner)
      ? null
      : renderLockNews(news, { lock: next, because: event.because, now });
    if (body === null) return [];
    const key = `lock-${lock.environment}-${lock.model}-${lock.version + 1}-${news.kind}-${news.owner.login}`;
    return [{ kind: 'reply', number: news.owner.number, body, key }];
  });
  return { changes, effects };
}

/** The pull requests that say something else about this lock from now on. */
function concerned(before: LockRecord, after: LockRecord, now: string): readonly number[] {
  const owners = [before, after].flatMap(({ state }) => [state.holder, ...state.queue]);
  const numbers = new Set(owners.flatMap((one) => (one === null ? [] : [one.owner.number])));
  const said = (lock: LockRecord, number: number, at: string) =>
    heldSentences(number, { locks: [lock], freezes: [] }, at);
  // What is over by now was said while it lasted.
  const lasted = before.state.holder?.since ?? now;
  return [...numbers].filter((number) => !isSame(said(before, number, lasted), said(after, number, now)));
}
