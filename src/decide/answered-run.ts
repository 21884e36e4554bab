import { renderReply } from '../command/reply.ts';
import type { Effect, Plan } from '../effect.ts';
import type { ShownRun } from '../facts/run-facts.ts';
import { dataNotSeen, renderDataAnswer } from '../render/data-answer.ts';
import { answerComparison } from './comparison.ts';
import { failureOf } from './model-state.ts';
import { emptyPlan } from './plans.ts';
import { redrawn } from './redrawn.ts';
import { isOpen } from './work.ts';

/** Tells of a run as it was meant: one that checks is shown where its models stand, one that only answers is answered once. */
export function told(of: ShownRun): Plan {
  const { purpose } = of.run;
  switch (purpose.kind) {
    case 'check':
      return redrawn(of);
    case 'compare':
      return answerComparison(of);
    case 'data':
      return answerData(of);
    default:
      return purpose satisfies never;
  }
}

function answerData({ run, policy }: ShownRun): Plan {
  const { pullRequest, head, url: runUrl, claim, attempt } = run;
  if (pullRequest === null || isOpen(run) || run.state === 'superseded') return emptyPlan;
  const parts = run.models.map(({ model }) => {
    const looked = { model, head, runUrl };
    const own = policy?.models[model];
    const result = run.results[model];
    if (result !== undefined && own !== undefined) return renderDataAnswer({ ...looked, policy: own, result });
    if (run.state === 'cancelled') {
      return dataNotSeen(looked, { code: 'cancelled', message: 'somebody stopped it before it ended' });
    }
    return dataNotSeen(looked, failureOf(run, model));
  });
  const key = `data-${claim}-${attempt}`;
  const answer: Effect = { kind: 'reply', number: pullRequest, body: renderReply(parts), key };
  return { changes: [], effects: [answer] };
}
