import type { Command, Verb } from '../../command/command.ts';
import { isSteering } from '../../facts/steered-facts.ts';
import { budgetTable } from '../../render/spending.ts';
import { emptyPlan } from '../plans.ts';
import { accessRefusal } from './access.ts';
import { approveBudget } from './approve-budget.ts';
import { approveRun } from './approve-run.ts';
import { canary } from './canary.ts';
import { cancel } from './cancel.ts';
import { compare } from './compare.ts';
import { config } from './config.ts';
import { doctor } from './doctor.ts';
import { drift } from './drift.ts';
import { explain } from './explain.ts';
import { freeze, unfreeze } from './freeze.ts';
import { headRefusal } from './head.ts';
import { help } from './help.ts';
import { lock, locks, unlock } from './lock.ts';
import { exampleOf, namesHere } from './names.ts';
import { overrideGate } from './override-gate.ts';
import { promote } from './promote.ts';
import { release } from './release.ts';
import { retry } from './retry.ts';
import { rollback } from './rollback.ts';
import { wishForRun } from './run.ts';
import { type Answer, type OpenScene, refuse, type Scene } from './scene.ts';

/** What becomes of one command: whether the person may, whether it was meant for this commit, then what the verb decides. */
export function answerTo(command: Command, scene: Scene): Answer {
  if (command.verb === 'unknown') {
    const { reason, suggestion, of } = command;
    // An intent that an earlier version stored does not name the verb.
    const example = of == null ? '/help' : `/${exampleOf(of, namesHere(scene))}`;
    const fix = suggestion === null ? `Type e.g. \`${example}\`.` : `Did you mean \`${suggestion}\`?`;
    return refuse(command, { code: 'unknown-command', reason: `it ${reason}`, fix });
  }
  // What a person holds can be given back without any right; what others hold is judged there.
  // Which environment a rollout's command is about is found there first, and then the right to it.
  const isJudgedThere = command.verb === 'unlock' || isSteering(command);
  const denied = isJudgedThere ? null : accessRefusal(command, scene);
  if (denied !== null) return denied;
  switch (command.verb) {
    case 'help':
      return help(command, scene);
    case 'status':
      return { kind: 'done', plan: emptyPlan, says: budgetSaid(scene) };
    case 'evaluate':
    case 'train':
      return onOpen(command, scene, (open) => wishForRun(command, open));
    case 'drift':
      return onOpen(command, scene, (open) => drift(command, open));
    case 'cancel':
      return onOpen(command, scene, (open) => cancel(command, open));
    case 'approve-run':
      return onOpen(command, scene, (open) => approveRun(command, open));
    case 'override-gate':
      return onOpen(command, scene, (open) => overrideGate(command, open));
    case 'explain':
      return explain(command, scene);
    case 'config':
      return onOpen(command, scene, (open) => config(command, open));
    case 'lock':
      return onOpen(command, scene, (open) => lock(command, open));
    case 'unlock':
      return onOpen(command, scene, (open) => unlock(command, open));
    case 'locks':
      return locks(scene);
    case 'freeze':
      return freeze(command, scene);
    case 'unfreeze':
      return unfreeze(command, scene);
    case 'doctor':
      return doctor(command, scene);
    case 'compare':
      return onOpen(command, scene, (open) => compare(command, open));
    case 'retry':
      return onOpen(command, scene, (open) => retry(command, open));
    case 'release':
      return release(command, scene);
    case 'promote':
      return promote(command, scene);
    case 'canary':
      return canary(command, scene);
    case 'rollback':
      return rollback(command, scene);
    case 'approve-budget':
      return onOpen(command, scene, (open) => approveBudget(command, open));
    default:
      return command satisfies never;
  }
}

/** What is spent of each limit of the policy; null where there is none. */
function budgetSaid({ facts }: Scene): string | null {
  const judged = facts.pull?.judged;
  const said = judged?.kind === 'valid' ? budgetTable(judged.range.budget) : '';
  return said === '' ? null : said;
}

function onOpen(
  command: Command & { readonly verb: Verb },
  scene: Scene,
  decide: (scene: OpenScene) => Answer,
): Answer {
  const { pull } = scene.facts;
  if (pull !== null) {
    const open = { ...scene, pull };
    // A button says what its check says: it is bound to that commit, whatever it does.
    const moved = scene.intent.source.kind === 'button' ? headRefusal(command, open) : null;
    return moved ?? decide(open);
  }
  const fix = 'Reopen it, then type the command again.';
  return refuse(command, { code: 'closed', reason: 'the pull request is not open', fix });
}
