import type { Command } from '../../command/command.ts';
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
  const text = says.length === 0 ? null : says.join('\n\n');
  if (asked.length === 0) return { kind: 'done', plan: emptyPlan, says: text };
  const held = frozenRefusal(command, scene);
  if (held !== null) return held;
  const plan = joined(...asked.map(({ changes, effects }) => ({ changes, effects })));
  const [over] = asked.flatMap((one) => [...one.over.values()]);
  if (plan.effects.length > 0 || over === undefined) return { kind: 'done', plan, says: text };
  const fix = overrunFix(over, scene.pull.pull.head.sha);
  return refuse(command, { code: 'over-budget', reason: overrunSentence(over), fix });
}
