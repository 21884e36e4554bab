import { renderReply } from '../command/reply.ts';
import type { Effect, Plan } from '../effect.ts';
import type { ShownRun } from '../facts/run-facts.ts';
import type { ModelPolicy } from '../policy/policy.ts';
import { notCompared, renderComparison } from '../render/comparison.ts';
import { dataNotSeen, renderDataAnswer } from '../render/data-answer.ts';
import type { Result } from '../result.ts';
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
      return answerComparison({ ...of, rival: purpose.with });
    case 'data':
      return answerData(of);
    default:
      return purpose satisfies never;
  }
}

function answerData(of: ShownRun): Plan {
  const { head, url: runUrl } = of.run;
  return answered(of, 'data', {
    found: (model, found) => renderDataAnswer({ model, head, runUrl, ...found }),
    failed: (model, failure) => dataNotSeen({ model, head, runUrl }, failure),
  });
}

function answerComparison(of: ShownRun & { readonly rival: string }): Plan {
  const { rival } = of;
  const { head, url: runUrl } = of.run;
  return answered(of, 'compare', {
    found: (model, found) => renderComparison({ model, head, rival, runUrl, ...found }),
    failed: (model, failure) => notCompared({ model, head, rival, runUrl }, failure),
  });
}

interface Words {
  readonly found: (model: string, found: { readonly policy: ModelPolicy; readonly result: Result }) => string;
  readonly failed: (model: string, failure: { readonly code: string; readonly message: string }) => string;
}

/** The one answer to who asked, once the run has ended by itself. What is shown of the pull request stays as it is. */
function answered({ run, policy }: ShownRun, of: 'data' | 'compare', words: Words): Plan {
  const { pullRequest, claim, attempt } = run;
  if (pullRequest === null || isOpen(run) || run.state === 'superseded') return emptyPlan;
  const parts = run.models.map(({ model }) => {
    const own = policy?.models[model];
    const result = run.results[model];
    if (result !== undefined && own !== undefined) return words.found(model, { policy: own, result });
    if (run.state !== 'cancelled') return words.failed(model, failureOf(run, model));
    return words.failed(model, { code: 'cancelled', message: 'somebody stopped it before it ended' });
  });
  const key = `${of}-${claim}-${attempt}`;
  const answer: Effect = { kind: 'reply', number: pullRequest, body: renderReply(parts), key };
  return { changes: [], effects: [answer] };
}
