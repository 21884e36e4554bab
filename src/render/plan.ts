import { spendingOf } from '../decide/budget.ts';
import type { LockRecord } from '../decide/lock.ts';
import type { Effect, Plan, StateChange } from '../effect.ts';
import type { Intent } from '../intent.ts';
import { releaseBranch } from '../registry/release-branch.ts';
import { versionTag } from '../registry/version-tag.ts';
import type { RolloutOrder } from '../rollout/rollout-record.ts';
import type { RunPlan } from '../run-plan.ts';
import type { Approval } from '../store/approval-record.ts';
import { code, prose } from './escape.ts';
import { shortSha } from './markdown.ts';
import { counted } from './number.ts';
import { spending } from './spending.ts';

/**
 * What a plan would do, what decides most first: a sentence each, without its subject, as Markdown. What only keeps our
 * own books, or is said by another sentence already, has none.
 */
export function planSentences({ changes, effects }: Plan): readonly string[] {
  const isShown = ({ kind }: Effect) =>
    kind === 'publish-check' || kind === 'publish-comment' || kind === 'publish-rollout-comment';
  const said = [
    ...effects.filter((effect) => !isShown(effect)).map(effectSentence),
    ...changes.map(changeSentence),
    ...effects.filter(isShown).map(effectSentence),
  ];
  return [...new Set(said.filter((sentence) => sentence !== null))];
}

function changeSentence(change: StateChange): string | null {
  switch (change.kind) {
    // The dispatch and the cancelling of a run are effects, which say it.
    case 'save-run':
    // What is shown, which head was seen and what ended runs took are books of ours.
    case 'settle':
    case 'save-view':
    case 'save-head':
    case 'audit':
    case 'save-revert':
    // Starting a job is an effect, which says it; ending one writes down what it said.
    case 'begin-errands':
    case 'end-errands':
      return null;
    case 'save-champion':
      return `make the model of run ${change.champion.runId} the champion of ${code(change.champion.model)}`;
    case 'save-approval':
      return approvalSentence(change.approval);
    case 'reserve': {
      const [first] = change.entries;
      const price = change.entries.some(({ microsPerHour }) => microsPerHour !== null) ? first?.currency : null;
      return first === undefined ? null : `set aside ${spending(spendingOf(change.entries), price ?? null)} for it`;
    }
    case 'save-lock':
      return lockSentence(change.lock);
    case 'save-freeze': {
      const { target, until, reason } = change.freeze;
      return `freeze ${code(target)} until ${until}: ${prose(reason)}`;
    }
    case 'end-freezes':
      return `end the freeze of ${code(change.target)}`;
    case 'request-rollout':
      return `roll ${code(change.rollout.release.version)} of ${code(change.rollout.model)} out to ${code(change.rollout.environment)}`;
    case 'order-rollout':
      return orderSentence(change.order);
    case 'ask':
      return asked(change.intent);
    default:
      return change satisfies never;
  }
}

function approvalSentence({ kind, subject, head, by }: Approval): string {
  const commit = code(shortSha(head));
  switch (kind) {
    case 'run':
      return `write down that ${code(by)} lets the code of ${commit} run`;
    case 'override-gate':
      return `write down that ${code(by)} overrides the gate ${code(subject)} for ${commit}`;
    case 'budget':
      return `write down that ${code(by)} lets ${commit} exceed the budget`;
    default:
      return kind satisfies never;
  }
}

function orderSentence(order: RolloutOrder): string {
  switch (order.kind) {
    case 'pause':
      return 'keep the traffic of the rollout as it is';
    case 'resume':
      return 'let the rollout go on';
    case 'advance':
      return 'end the present step of the rollout as decided';
    case 'weight':
      return `give the candidate ${order.weight} % of the traffic`;
    case 'promote':
      return 'give the candidate all traffic';
    case 'abort':
      return `give the champion all traffic: ${prose(order.cause.sentence)}`;
    case 'go':
      return 'let the rollout begin';
    default:
      return order satisfies never;
  }
}

function lockSentence({ environment, model, state: { holder, queue } }: LockRecord): string {
  const what = `${code(environment)} for ${code(model)}`;
  const waiting = queue.length === 0 ? '' : `, with ${queue.length} waiting`;
  return holder === null
    ? `leave ${what} free`
    : `let #${holder.owner.number} hold ${what} until ${holder.expiresAt}${waiting}`;
}

function effectSentence(effect: Effect): string | null {
  switch (effect.kind) {
    case 'dispatch-run':
      return `dispatch 1 run of ${code(effect.workflow)} at ${code(shortSha(effect.plan.head))}: ${jobs(effect.plan)}`;
    case 'cancel-run': {
      const which = effect.runId === null ? 'the run that has not started yet' : `run ${effect.runId}`;
      return `cancel ${which}: ${prose(effect.reason.replaceAll(/[0-9a-f]{40}/g, shortSha))}`;
    }
    case 'publish-check':
      return `set the check ${code(effect.check.name)} to ${(effect.check.conclusion ?? effect.check.status).replaceAll('_', ' ')}`;
    case 'publish-comment':
      return 'show it in the comment of this pull request';
    // A command is answered in any case.
    case 'react':
    case 'reply':
      return null;
    case 'force-cancel-run':
      return `end run ${effect.runId} by force`;
    case 'rerun-failed-jobs':
      return `run what did not succeed in run ${effect.runId} again, as attempt ${effect.attempt}`;
    case 'store-artifact': {
      const { request, store } = effect;
      const where = store === null ? 'a draft release of this repository' : `the store ${code(store)}`;
      return `move ${code(request.model)} ${code(request.version)} (${code(request.digest.slice(0, 19))}) to ${where}, then propose it in a pull request of the branch ${code(releaseBranch(request.model))}`;
    }
    case 'propose-release':
      return `propose it in a pull request of the branch ${code(releaseBranch(effect.proposal.model))}`;
    case 'register-release':
      return `register ${code(versionTag(effect.model, effect.version))}`;
    case 'open-pull-request':
      return `open a pull request of the branch ${code(effect.branch)} with ${counted(Object.keys(effect.files).length, 'file')}`;
    case 'publish-deployment':
      return `set the deployment to ${code(effect.deployment.environment)} to ${effect.deployment.state.replaceAll('_', ' ')}`;
    case 'publish-rollout-comment':
      return `show the rollout in #${effect.number}`;
    case 'tag-release':
      return `tag ${code(effect.model)} ${code(effect.version)} as what ${code(effect.environment)} serves`;
    case 'save-evidence':
      return 'keep the evidence in git';
    case 'open-revert':
      return `open a pull request that puts ${code(effect.reversion.environment)} back in git`;
    case 'open-issue':
      return `open an issue: ${prose(effect.title)}`;
    case 'dispatch-gate':
      return `ask the reviewers of ${code(effect.environment)}`;
    case 'dispatch-errands':
      return `ask a runner of ${code(effect.plan.environment)} for ${counted(effect.plan.errands.length, 'errand')}`;
    case 'cancel-errands':
      return `end run ${effect.runId}`;
    default:
      return effect satisfies never;
  }
}

function jobs({ train, evaluate }: RunPlan): string {
  const trainings = train.map(
    ({ model, runner, seed }) => `train ${code(model)} on ${labels(runner)} with seed ${seed}`,
  );
  const evaluations = evaluate.map(({ model, runner, candidate }) => {
    const what = candidate.kind === 'none' ? 'look at the data of' : 'evaluate';
    return `${what} ${code(model)} on ${labels(runner)}`;
  });
  return [...trainings, ...evaluations].join(', ');
}

function labels(runner: readonly string[]): string {
  return `[${runner.map((label) => code(label, 60)).join(', ')}]`;
}

function asked(intent: Intent): string | null {
  switch (intent.kind) {
    case 'check-pull-request':
      return `look at pull request #${intent.number} again`;
    case 'check-push':
      return `look at ${code(shortSha(intent.after))} of ${code(intent.branch)} again`;
    case 'close-pull-request':
      return `end what goes on for pull request #${intent.number}`;
    case 'press':
    case 'recheck':
      return `look at ${code(shortSha(intent.head))} again`;
    case 'observe-run':
      return `look at run ${intent.runId}`;
    case 'show-run':
    case 'watch-run':
      return 'look at the run again';
    case 'retry-run':
      return 'run what was lost again';
    case 'propose-release':
      return 'bring the release pull request up to date';
    case 'release-champion':
      return `propose ${code(intent.model)} of ${code(shortSha(intent.commit))} as a release`;
    case 'check-release':
      return `check the release in pull request #${intent.number}`;
    case 'check-queue':
      return `check the releases of ${code(shortSha(intent.head))}`;
    case 'observe-releases':
      return `carry out what ${code(shortSha(intent.after))} releases`;
    case 'recheck-releases':
      return 'look at the release pull requests again';
    case 'settle-locks':
      return 'look at the lock again when its time is over';
    case 'observe-gate':
      return `look at run ${intent.runId}`;
    case 'run-errands':
      return 'look at the errands of a runner';
    case 'heed-alert':
      return 'heed an alert';
    case 'show-rollout':
      return 'show how the rollout stands';
    case 'show-holds':
      return `say so in pull request #${intent.number}`;
    case 'thaw':
      return 'take up what is frozen at its end';
    case 'onboard':
      return 'look at what is needed for the set-up';
    case 'reconcile':
      return 'compare the repository with what is known of it';
    // The rest of the same comment.
    case 'obey':
      return null;
    default:
      return intent satisfies never;
  }
}
