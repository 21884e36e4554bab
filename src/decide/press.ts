import { commandOfButton } from '../command/button.ts';
import type { Plan } from '../effect.ts';
import type { PressFacts } from '../facts/press-facts.ts';
import type { Intent } from '../intent.ts';
import { modelOfCheck } from './check-name.ts';
import { emptyPlan } from './plans.ts';

/** Asks for the command of a button, bound to the commit of its check, in every pull request that shows the check. */
export function press(
  { repository, head, check, button, checkId, id, actor }: Extract<Intent, { readonly kind: 'press' }>,
  { pulls }: PressFacts,
): Plan {
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
