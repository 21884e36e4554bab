import type { Effect } from '../effect.ts';
import type { Repository } from '../intent.ts';

/** What tells an effect on a target from others there: the same thing happens there once. */
export function occasion(effect: Effect): string {
  if (effect.kind === 'rerun-failed-jobs') return `${effect.kind} ${effect.attempt}`;
  if (effect.kind === 'store-artifact') return `${effect.kind} ${effect.request.id} ${effect.request.version}`;
  // A run that was given up before GitHub told its id is cancelled once more when it does.
  return effect.kind === 'cancel-run' || effect.kind === 'force-cancel-run'
    ? `${effect.kind} ${effect.runId}`
    : effect.kind;
}

/** Whether what is newer takes the place of what waits: it says how something stands, and not that something happens. */
export function isPublishing(effect: Effect): boolean {
  const { kind } = effect;
  return (
    kind === 'publish-check' ||
    kind === 'publish-comment' ||
    kind === 'publish-deployment' ||
    kind === 'publish-rollout-comment' ||
    kind === 'propose-release'
  );
}

/** What an effect acts on; two effects of one target never overtake each other. */
export function targetOf(repository: Repository, effect: Effect): string {
  switch (effect.kind) {
    case 'dispatch-run':
      return `run/${effect.plan.claim}`;
    case 'cancel-run':
    case 'force-cancel-run':
    case 'rerun-failed-jobs':
      return `run/${effect.claim}`;
    case 'publish-check':
      return `check/${repository.id}/${effect.head}/${effect.check.name}`;
    case 'publish-comment':
      return `comment/${repository.id}/${effect.number}`;
    case 'react':
      return `reaction/${repository.id}/${effect.commentId}/${effect.content}`;
    case 'reply':
      return `reply/${repository.id}/${effect.number}/${effect.key}`;
    case 'open-pull-request':
      return `branch/${repository.id}/${effect.branch}`;
    case 'store-artifact':
      return `artifact/${repository.id}/${effect.request.model}`;
    case 'propose-release':
      return `release/${repository.id}/${effect.proposal.model}`;
    case 'dispatch-errands':
      return `errands/${effect.plan.claim}`;
    case 'cancel-errands':
      return `errands/${effect.claim}`;
    case 'register-release':
      return `registration/${repository.id}/${effect.model}/${effect.version}`;
    case 'publish-deployment':
    case 'publish-rollout-comment':
    case 'tag-release':
    case 'save-evidence':
    case 'open-revert':
    case 'open-issue':
    case 'dispatch-gate':
      return `rollout/${effect.rollout}/${effect.kind}`;
    default:
      return effect satisfies never;
  }
}
