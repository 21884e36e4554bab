import { renderReply } from '../command/reply.ts';
import type { Effect, Plan } from '../effect.ts';
import type { ShownRun } from '../facts/run-facts.ts';
import { notCompared, renderComparison } from '../render/comparison.ts';
import { failureOf } from './model-state.ts';
import { emptyPlan } from './plans.ts';
import { isOpen } from './work.ts';

/** The one answer to who asked for a comparison, once it has ended by itself. What is shown of the pull request stays as it is. */
export function answerComparison({ run, policy }: ShownRun): Plan {
  const { purpose, pullRequest, head, url: runUrl, claim, attempt } = run;
  const isOver = !isOpen(run) && run.state !== 'superseded';
  if (purpose.kind !== 'compare' || pullRequest === null || !isOver) return emptyPlan;
  const parts = run.models.map(({ model }) => {
    const compared = { model, head, rival: purpose.with, runUrl };
    const own = policy?.models[model];
    const result = run.results[model];
    if (result !== undefined && own !== undefined) return renderComparison({ ...compared, policy: own, result });
    if (run.state === 'cancelled') {
      return notCompared(compared, { code: 'cancelled', message: 'somebody stopped it before it ended' });
    }
    return notCompared(compared, failureOf(run, model));
  });
  const answer: Effect = {
    kind: 'reply',
    number: pullRequest,
    body: renderReply(parts),
    key: `compare-${claim}-${attempt}`,
  };
  return { changes: [], effects: [answer] };
}
