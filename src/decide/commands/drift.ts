import type { CommandOf } from '../../command/command.ts';
import type { ModelFacts } from '../../facts/model-facts.ts';
import { renderDataAnswer } from '../../render/data-answer.ts';
import type { RunRecord } from '../../store/run-record.ts';
import { askForRuns } from '../ask-for-runs.ts';
import { forkRefusal } from '../fork.ts';
import type { Order } from '../request-run.ts';
import { isOpen, type RunWork, workFor } from '../work.ts';
import { answerWithRuns } from './asked.ts';
import { headRefusal } from './head.ts';
import { rangeFor } from './model.ts';
import { type Answer, type OpenScene, refuse } from './scene.ts';

/**
 * Looks at the data of this commit and answers with what it finds. What is shown of the models stays: data alone can
 * neither pass nor fail a model that changed.
 */
export function drift(command: CommandOf<'drift'>, scene: OpenScene): Answer {
  const found = rangeFor(command, scene);
  if (found.kind === 'refused') return found;
  const { range } = found;
  const { pull, intent } = scene;
  const untrusted = forkRefusal(range, pull.approvals);
  if (untrusted !== null) return refuse(command, untrusted);
  const moved = headRefusal(command, scene);
  if (moved !== null) return moved;
  const says: string[] = [];
  const orders: Order[] = [];
  for (const facts of range.models) {
    const { model, policy } = facts;
    if (command.model !== null && command.model !== model) continue;
    const work = workFor(facts, { ask: 'drift', runs: pull.runs, now: pull.now });
    if (work.kind !== 'run') continue;
    const before = lookedAt(facts, { work, scene, base: range.base.sha });
    const result = before?.results[model];
    if (before === undefined) orders.push({ facts, work });
    else if (result === undefined)
      says.push(`The data of \`${model}\` are being looked at already; the answer follows.`);
    else says.push(renderDataAnswer({ model, policy, result, head: before.head, runUrl: before.url }));
  }
  const { repository } = intent;
  const { runs, now } = pull;
  const options = { repository, number: pull.pull.number, range, runs, now, purpose: { kind: 'data' } } as const;
  const asked = orders.length === 0 ? [] : [askForRuns({ ...options, orders })];
  return answerWithRuns(command, { says, asked }, scene);
}

/** A run that looked at these very data, or does so now: on its own, or while it measured the model at this commit. */
function lookedAt(
  { model, setting }: ModelFacts,
  { work, scene, base }: { readonly work: RunWork; readonly scene: OpenScene; readonly base: string },
): RunRecord | undefined {
  const { runs, pull } = scene.pull;
  if (setting === null) return undefined;
  return runs.find((run) => {
    const part = run.models.find((one) => one.model === model);
    const result = run.results[model];
    if (part === undefined) return false;
    if (isOpen(run)) return run.purpose.kind === 'data' && part.evaluationKey === work.evaluationKey;
    const isSame = part.evaluationKey === work.evaluationKey || (run.head === pull.head.sha && run.base === base);
    return (
      isSame && result !== undefined && !result.failures.some(({ part: of }) => of === 'validation' || of === 'drift')
    );
  });
}
