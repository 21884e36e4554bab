import { commandOfButton } from '../command/button.ts';
import { commandOfRolloutButton } from '../command/rollout-button.ts';
import type { Plan } from '../effect.ts';
import type { PressFacts } from '../facts/press-facts.ts';
import type { Intent } from '../intent.ts';
import type { RolloutRecord } from '../rollout/rollout-record.ts';
import { modelOfCheck } from './check-name.ts';
import { emptyPlan } from './plans.ts';
import { rolloutCheckName } from './rollout/rollout-check-name.ts';

type Press = Extract<Intent, { readonly kind: 'press' }>;

/** Asks for the command of a button, bound to the commit of its check, in every pull request that shows the check. */
export function press(
  { repository, head, check, button, checkId, id, actor }: Press,
  { pulls, rollouts }: PressFacts,
): Plan {
  const of = rollouts.find((one) => rolloutCheckName(one) === check);
  if (of !== undefined) return ofRollout({ repository, head, checkId, id, actor, button }, of);
  const command = commandOfButton(button, modelOfCheck(check));
  if (command === null) return emptyPlan;
  const source = { kind: 'button', checkId, head, press: id } as const;
  return {
    changes: pulls.map((number) => ({
      kind: 'ask',
      intent: { kind: 'obey', repository, number, source, commands: [command], actor, acknowledged: true },
    })),
    effects: [],
  };
}

/** The same for the button of a rollout, whose answer stands where the rollout is shown. */
function ofRollout(
  { repository, head, checkId, id, actor, button }: Omit<Press, 'kind' | 'check'>,
  rollout: RolloutRecord,
): Plan {
  const command = commandOfRolloutButton(button, rollout);
  const { number } = rollout;
  if (command === null || number === null) return emptyPlan;
  const source = { kind: 'button', checkId, head, press: id } as const;
  const intent = { kind: 'obey', repository, number, source, commands: [command], actor, acknowledged: true } as const;
  return { changes: [{ kind: 'ask', intent }], effects: [] };
}
