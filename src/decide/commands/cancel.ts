import type { CommandOf } from '../../command/command.ts';
import type { RunRecord } from '../../store/run-record.ts';
import { nextCommands } from '../next-commands.ts';
import { joined } from '../plans.ts';
import { show } from '../show.ts';
import { sparedBy } from '../spared.ts';
import { ended, endRuns, isWaiting } from '../supersede.ts';
import { isOpen } from '../work.ts';
import { unknownModel } from './model.ts';
import { type Answer, nothingToDo, type OpenScene, refuse } from './scene.ts';

/** Stops the runs of the pull request, or those of one model, and says who did. */
export function cancel(command: CommandOf<'cancel'>, { pull, intent }: OpenScene): Answer {
  const { runs, shown, now } = pull;
  const { model } = command;
  const views = shown?.view.models ?? [];
  const names = views.map((view) => view.model);
  const unknown = names.length === 0 ? null : unknownModel(command, names);
  if (unknown !== null) return unknown;
  const isMeant = (name: string) => model === null || name === model;
  const open = runs.filter((run) => isOpen(run) && run.models.some((part) => isMeant(part.model)));
  const shared = open.flatMap((run) => othersIn(run, model))[0];
  if (shared !== undefined) return refuse(command, sharedRun(model ?? '', shared));
  const isShown = views.some((view) => isMeant(view.model) && isWaiting(view.state));
  if (open.length === 0 && !isShown) {
    const reason = `no run ${model === null ? 'of this pull request' : `of \`${model}\``} is open`;
    return nothingToDo(command, reason);
  }
  const by = intent.actor.login;
  const stopped = endRuns(open, { state: 'cancelled', reason: `cancelled by ${by}`, now });
  if (shown === null) return { kind: 'done', plan: stopped, says: null };
  const models = views.flatMap((view) => {
    if (!isMeant(view.model)) return [view];
    const run = open.find(({ claim }) => claim === shown.claims[view.model]);
    const spared = run === undefined ? null : sparedBy(run, { ledger: pull.ledger, model: view.model, now });
    return ended([view], { kind: 'cancelled', by, ...(spared === null ? {} : { spared }) });
  });
  const next = nextCommands({ models, head: shown.view.head });
  const view = { ...shown.view, models, next, updatedAt: now };
  return { kind: 'done', plan: joined(stopped, show({ ...shown, view }, shown)), says: null };
}

/** GitHub cancels runs as a whole. */
function othersIn(run: RunRecord, model: string | null): readonly string[] {
  return model === null ? [] : run.models.flatMap((part) => (part.model === model ? [] : [part.model]));
}

function sharedRun(model: string, other: string) {
  return {
    code: 'shared-run',
    reason: `the run of \`${model}\` measures \`${other}\` too, and GitHub cancels a run as a whole`,
    fix: 'Type `/cancel` to stop all of it, then ask for what you still want, e.g. with `/evaluate -m`.',
  } as const;
}
