import type { Plan } from '../effect.ts';
import type { Question } from '../facts.ts';
import { withAudit } from './audit.ts';
import { checkPullRequest } from './check-pull-request.ts';
import { checkPush } from './check-push.ts';
import { closePullRequest } from './close-pull-request.ts';
import { obey } from './obey.ts';
import { observeRun, showRun } from './observe-run.ts';
import { onboard } from './onboard.ts';
import { press } from './press.ts';
import { recheck } from './recheck.ts';
import { reconcile } from './reconcile.ts';
import { checkQueue, checkRelease } from './release/check.ts';
import { observeReleases } from './release/merged.ts';
import { proposeRelease } from './release/propose.ts';
import { recheckReleases } from './release/recheck.ts';
import { releaseChampion } from './release/release-champion.ts';
import { retryRun } from './retry-run.ts';
import { heedAlert } from './rollout/heed-alert.ts';
import { observeGate } from './rollout/observe-gate.ts';
import { runErrands } from './rollout/run-errands.ts';
import { settleLocks, showHolds, thaw } from './settle.ts';
import { showRollout } from './show-rollout.ts';
import { watchRun } from './watch-run.ts';

/**
 * What is to be done about an intent, given the facts, and who caused it. Pure, and the same facts give the same plan;
 * once a plan is recorded, deciding the same intent again gives an empty one.
 */
export function decide(question: Question): Plan {
  const plan = planOf(question);
  // Each command of a comment is written down by itself.
  return question.kind === 'obey' ? plan : withAudit(question.intent, plan);
}

function planOf(question: Question): Plan {
  switch (question.kind) {
    case 'check-pull-request':
      return checkPullRequest(question.intent, question.facts);
    case 'close-pull-request':
      return closePullRequest(question.intent, question.facts);
    case 'check-push':
      return checkPush(question.intent, question.facts);
    case 'recheck':
      return recheck(question.intent, question.facts);
    case 'press':
      return press(question.intent, question.facts);
    case 'observe-run':
      return observeRun(question.intent, question.facts);
    case 'show-run':
      return showRun(question.facts);
    case 'watch-run':
      return watchRun(question.intent, question.facts);
    case 'retry-run':
      return retryRun(question.intent, question.facts);
    case 'obey':
      return obey(question.intent, question.facts);
    case 'observe-gate':
      return observeGate(question.facts);
    case 'run-errands':
      return runErrands(question.facts);
    case 'heed-alert':
      return heedAlert(question.intent, question.facts);
    case 'propose-release':
      return proposeRelease(question.intent, question.facts);
    case 'release-champion':
      return releaseChampion(question.intent, question.facts);
    case 'check-release':
      return checkRelease(question.intent, question.facts);
    case 'check-queue':
      return checkQueue(question.intent, question.facts);
    case 'observe-releases':
      return observeReleases(question.intent, question.facts);
    case 'recheck-releases':
      return recheckReleases(question.intent, question.facts);
    case 'show-rollout':
      return showRollout(question.facts);
    case 'settle-locks':
      return settleLocks(question.intent, question.facts);
    case 'show-holds':
      return showHolds(question.facts);
    case 'thaw':
      return thaw(question.intent, question.facts);
    case 'onboard':
      return onboard(question.intent, question.facts);
    case 'reconcile':
      return reconcile(question.intent, question.facts);
    default:
      return question satisfies never;
  }
}
