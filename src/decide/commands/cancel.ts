import { nextCommands } from '../next-commands.ts';
import { joined } from '../plans.ts';
import { show } from '../show.ts';
import { ended, endRuns } from '../supersede.ts';
import { isOpen } from '../work.ts';
import type { Answer, OpenScene } from './scene.ts';

/** Stops the runs of the pull request and says who did. */
export function cancel({ pull, intent }: OpenScene): Answer {
  const { runs, shown, now } = pull;
  const by = intent.actor.login;
  const stopped = endRuns(runs.filter(isOpen), { state: 'cancelled', reason: `cancelled by ${by}`, now });
  if (shown === null) return { kind: 'done', plan: stopped, says: null };
  const models = ended(shown.view.models, { kind: 'cancelled', by });
  const next = nextCommands({ models, head: shown.view.head });
  const view = { ...shown.view, models, next, updatedAt: now };
  return { kind: 'done', plan: joined(stopped, show({ ...shown, view }, shown)), says: null };
}
