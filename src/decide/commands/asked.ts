import type { Command } from '../../command/command.ts';
import { renderReply } from '../../command/reply.ts';
import { code, prose } from '../../render/escape.ts';
import { overrunFix, overrunSentence } from '../../render/spending.ts';
import type { AskedRuns } from '../ask-for-runs.ts';
import { emptyPlan, joined } from '../plans.ts';
import { frozenRefusal } from './frozen.ts';
import { type Answer, type OpenScene, refuse } from './scene.ts';

/** Answers with runs that are asked for and with what is known already; refuses while runs are frozen or cost too much. */
export function answerWithRuns(
  command: Command,
  { says, asked }: { readonly says: readonly string[]; readonly asked: readonly AskedRuns[] },
  scene: OpenScene,
): Answer {
  if (asked.length === 0) return { kind: 'done', plan: emptyPlan, says: renderReply(says) };
  const held = frozenRefusal(command, scene);
  if (held !== null) return held;
  const plan = joined(...asked.map(({ changes, effects }) => ({ changes, effects })));
  const over = asked.flatMap((one) => [...one.over]);
  const [first] = over;
  if (plan.effects.length === 0 && first !== undefined) {
    const [, overrun] = first;
    const fix = overrunFix(overrun, { head: scene.pull.pull.head.sha, again: command.line });
    return refuse(command, { code: 'over-budget', reason: overrunSentence(overrun), fix });
  }
  const left = over.map(([model, overrun]) => `Not asked for ${code(model)}: ${prose(overrunSentence(overrun))}.`);
  const all = [...says, ...left];
  return { kind: 'done', plan, says: all.length === 0 ? null : renderReply(all) };
}
