import type { Plan, StateChange } from '../../effect.ts';
import type { AlertFacts } from '../../facts/alert-facts.ts';
import { type Intent, siskin } from '../../intent.ts';
import type { Alert } from '../../rollout/alert.ts';
import type { RolloutOrder, RolloutRecord } from '../../rollout/rollout-record.ts';
import { refusalOf } from '../../rollout/states/obey.ts';

/**
 * Rolls back or holds the rollouts that an alert is about, as the policy of each says. One that was so before the rollout
 * was asked for is not its doing, and what gets no traffic yet has done nothing.
 */
export function heedAlert({ alert }: Extract<Intent, { readonly kind: 'heed-alert' }>, { rollouts }: AlertFacts): Plan {
  const changes = rollouts.flatMap((rollout): readonly StateChange[] => {
    const order = orderOf(alert, rollout);
    const isOlder = Date.parse(alert.startsAt) < Date.parse(rollout.createdAt);
    if (isOlder || !hasTraffic(rollout) || refusalOf(order, rollout) !== null) return [];
    const by = `the alert ${alert.name}`;
    return [
      { kind: 'order-rollout', rollout: rollout.id, sequence: rollout.sequence, order, by },
      { kind: 'audit', entry: entryOf(alert, rollout, order) },
    ];
  });
  return { changes, effects: [] };
}

function hasTraffic({ state, weight }: RolloutRecord): boolean {
  return weight > 0 || ['shadowing', 'step', 'promoting', 'baking', 'held'].includes(state.kind);
}

function orderOf({ name, summary, receiver }: Alert, { policy }: RolloutRecord): RolloutOrder {
  if (policy.when.alert === 'hold') return { kind: 'pause' };
  const said = summary === '' ? '' : ` (${summary})`;
  const sentence = `The alert ${name} fired${said}.`;
  return { kind: 'abort', cause: { kind: 'alert', sentence, by: receiver } };
}

function entryOf(alert: Alert, { number, mergeSha }: RolloutRecord, order: RolloutOrder) {
  return {
    who: siskin,
    source: { kind: 'alert', receiver: alert.receiver },
    pullRequest: number,
    verb: order.kind,
    line: alert.name,
    dryRun: false,
    head: mergeSha,
    permission: null,
    outcome: 'done',
    code: null,
    started: [],
    ended: [],
  } as const;
}
