import type { Plan, StateChange } from '../effect.ts';
import type { Holds } from '../facts/hold-facts.ts';
import type { ShownHolds, ThawFacts } from '../facts/settle-facts.ts';
import { type Intent, type Repository, siskin } from '../intent.ts';
import { heldSentences } from '../render/holds.ts';
import type { ViewRecord } from '../store/run-record.ts';
import { frozen } from './freeze.ts';
import { settled } from './lock.ts';
import { lockPlan } from './lock-plan.ts';
import { emptyPlan, joined } from './plans.ts';
import { isSame, show, showChecks } from './show.ts';
import type { PullView } from './view.ts';

/**
 * Lets time do to the locks of a repository what it does: leases end, and the next in each queue have theirs. A process
 * whose clock is behind that of the one which asked looks again in a moment.
 */
export function settleLocks(
  intent: Extract<Intent, { readonly kind: 'settle-locks' }>,
  { locks, now }: { readonly locks: Holds['locks']; readonly now: string },
): Plan {
  const { repository } = intent;
  const because = 'the lease before it has ended';
  return joined(
    soon(
      intent,
      locks.map(({ state }) => state.holder?.expiresAt),
      now,
    ),
    ...locks.map((lock) =>
      lockPlan(repository, lock, { step: settled(lock.state, now), because, isAnswered: () => false, now }),
    ),
  );
}

const soonSeconds = 60;

/** Asks once more for what the next of these instants brings, when that is almost now. */
function soon(intent: Intent, instants: readonly (string | undefined)[], now: string): Plan {
  const waits = instants.map((at) => (Date.parse(at ?? now) - Date.parse(now)) / 1000);
  const next = Math.min(...waits.filter((seconds) => seconds > 0 && seconds <= soonSeconds));
  return Number.isFinite(next)
    ? { changes: [{ kind: 'ask', intent, afterSeconds: Math.ceil(next) }], effects: [] }
    : emptyPlan;
}

/** Draws a pull request with what it holds now. */
export function showHolds({ holds, shown, now }: ShownHolds): Plan {
  if (shown === null || shown.view.number === null) return emptyPlan;
  const { held: _, ...view } = shown.view;
  return show({ ...shown, view: { ...view, ...heldNow(view.number, holds, now), updatedAt: now } }, shown);
}

/** What a view says of locks and freezes: nothing at all where there is nothing. */
export function heldNow(number: number | null, holds: Holds, now: string): Pick<PullView, 'held'> {
  const held = number === null ? [] : heldSentences(number, holds, now);
  return held.length === 0 ? {} : { held };
}

/**
 * Takes up what a freeze stopped, wherever no freeze stops it any longer, and draws again what still names one. It only
 * asks; what is run is decided where the events of the same pull request are. Of several pushes only the newest is run,
 * with all that changed since the oldest.
 */
export function thaw(
  intent: Extract<Intent, { readonly kind: 'thaw' }>,
  { holds, views, runs, others, now }: ThawFacts,
): Plan {
  const { repository } = intent;
  const freeze = frozen('runs', holds.freezes, now);
  const asks = (record: ViewRecord) => ofPull(repository, record, { freeze, holds, now });
  const changes: StateChange[] = others.map((other) => ({
    kind: 'ask',
    intent: { kind: 'thaw', repository: other, scope: 'repository' },
  }));
  changes.push(...views.flatMap(asks).map((intent): StateChange => ({ kind: 'ask', intent })));
  const again = soon(
    intent,
    holds.freezes.map(({ until }) => until),
    now,
  );
  const plan = joined({ changes, effects: [] }, again);
  return freeze === null ? joined(plan, thawPushes(repository, { views, runs, now })) : plan;
}

function ofPull(
  repository: Repository,
  { view }: ViewRecord,
  { freeze, holds, now }: { readonly freeze: ReturnType<typeof frozen>; readonly holds: Holds; readonly now: string },
): readonly Intent[] {
  const { number, head } = view;
  if (number === null) return [];
  const isStopped = (model: PullView['models'][number]) =>
    model.state.kind === 'frozen' && !isSame(model.state.freeze, freeze);
  if (view.models.some(isStopped)) {
    return [{ kind: 'check-pull-request', repository, number, head, actor: siskin, cause: 'reconciled' }];
  }
  const isTrue = isSame(view.held, heldNow(number, holds, now).held);
  return isTrue ? [] : [{ kind: 'show-holds', repository, number }];
}

function thawPushes(repository: Repository, { views, runs, now }: Pick<ThawFacts, 'views' | 'runs' | 'now'>): Plan {
  const pushes = views.filter(({ view }) => view.number === null);
  const oldest = pushes[0];
  const newest = pushes.at(-1);
  if (oldest === undefined || newest === undefined) return emptyPlan;
  // A run of a later push has all that was pushed before.
  const later = runs.find(({ head, plannedAt }) => head !== newest.view.head && plannedAt > newest.view.updatedAt);
  const by = later?.head ?? newest.view.head;
  const outdated = later === undefined ? pushes.slice(0, -1) : pushes;
  const checks = outdated.map((record) => {
    const models = record.view.models.map((model) =>
      model.state.kind === 'frozen' ? { ...model, state: { kind: 'superseded', by } as const } : model,
    );
    return showChecks({ ...record, view: { ...record.view, models, updatedAt: now } }, record);
  });
  if (later !== undefined) return joined(...checks);
  const { ref: branch, sha } = newest.view.base;
  const range = { branch, before: oldest.from ?? sha, after: newest.view.head };
  const intent: Intent = { kind: 'check-push', repository, ...range, actor: siskin, cause: 'pushed' };
  return joined(...checks, { changes: [{ kind: 'ask', intent }], effects: [] });
}
