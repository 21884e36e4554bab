import type { CheckContent, Effect, Plan, StateChange } from '../effect.ts';
import type { RolloutFacts } from '../facts/rollout-facts.ts';
import { needsGate } from '../facts/rollout-facts.ts';
import { type RolloutView, renderRollout, renderRolloutBrief } from '../render/rollout.ts';
import { plainHeadline } from '../render/rollout-words.ts';
import { type DeploymentContent, type DeploymentState, gateWorkflow } from '../rollout/rollout-effect.ts';
import { isEnded, type RolloutRecord, type RolloutState } from '../rollout/rollout-record.ts';
import { emptyPlan } from './plans.ts';
import { aftermath } from './rollout/aftermath.ts';
import { expectedDecision } from './rollout/expected-decision.ts';
import { rolloutButtons } from './rollout/rollout-buttons.ts';
import { rolloutCheckName } from './rollout/rollout-check-name.ts';

/**
 * What is to be on GitHub of a rollout as it stands now: its Deployment, its comment and its check, and once it is over
 * what makes git say what is served. Traffic is never touched from here: that has happened already, or will without this.
 */
export function showRollout(facts: RolloutFacts | null): Plan {
  if (facts === null) return emptyPlan;
  const { rollout, isPast } = facts;
  const view = rolloutView(facts);
  const { number, id } = rollout;
  const effects: Effect[] = [
    ...gate(facts),
    { kind: 'publish-deployment', rollout: id, deployment: deploymentOf(rollout, { isPast, now: facts.now }) },
    ...aftermath(facts),
    { kind: 'publish-check', head: rollout.mergeSha, number, check: checkOf(view) },
  ];
  if (number !== null) {
    effects.push({ kind: 'publish-rollout-comment', rollout: id, number, body: renderRollout(view) });
  }
  return { changes: [...news(facts), ...replaced(facts)], effects };
}

function news({ rollout, revertNews }: RolloutFacts): readonly StateChange[] {
  return revertNews === null ? [] : [{ kind: 'save-revert', rollout: rollout.id, state: revertNews }];
}

/** What served until now is shown as what did. */
function replaced({ rollout, earlier, isPast, repository }: RolloutFacts): readonly StateChange[] {
  if (rollout.state.kind !== 'succeeded' || earlier === null || isPast) return [];
  const { id, number } = earlier;
  return [{ kind: 'ask', intent: { kind: 'show-rollout', repository, rollout: id, number } }];
}

/** A rollout as people are shown it. */
export function rolloutView({ rollout, course, traces, isPast, now }: RolloutFacts): RolloutView {
  return { rollout, course, traces, isPast, expected: expectedDecision(rollout, course, now), now };
}

function gate({ rollout, traces, branch }: RolloutFacts): readonly Effect[] {
  if (branch === null || !needsGate(rollout, traces)) return [];
  const { id, environment } = rollout;
  return [{ kind: 'dispatch-gate', rollout: id, workflow: gateWorkflow, branch, environment }];
}

/** How GitHub calls each state. What was overtaken, or served until something newer did, is inactive. */
export function deploymentState({ kind }: RolloutState): DeploymentState {
  switch (kind) {
    case 'requested':
    case 'waiting':
    case 'validating':
      return 'queued';
    case 'preparing':
    case 'shadowing':
    case 'step':
    case 'promoting':
    case 'baking':
    case 'held':
    case 'rolling-back':
      return 'in_progress';
    case 'succeeded':
      return 'success';
    case 'rolled-back':
      return 'failure';
    case 'failed':
      return 'error';
    case 'superseded':
      return 'inactive';
    default:
      return kind satisfies never;
  }
}

/** What the Deployment of a rollout is to say. */
export function deploymentOf(
  rollout: RolloutRecord,
  { isPast, now }: { readonly isPast: boolean; readonly now: string },
): DeploymentContent {
  const { environment, mergeSha, model, release, previous, policy, number, state } = rollout;
  const wasDone = state.kind === 'succeeded' && isPast;
  return {
    environment,
    sha: mergeSha,
    state: wasDone ? 'inactive' : deploymentState(state),
    description: `${model} ${release.version}: ${wasDone ? 'served until a newer one did' : plainHeadline(rollout, now)}`,
    environmentUrl: policy.url ?? null,
    logPath: number === null ? `commit/${mergeSha}` : `pull/${number}`,
    payload: {
      model,
      version: release.version,
      digest: release.digest,
      ...(previous === null ? {} : { previous: previous.version }),
    },
  };
}

function checkOf(view: RolloutView): CheckContent {
  const { rollout, now } = view;
  const { state } = rollout;
  const isOver = isEnded(state);
  return {
    name: rolloutCheckName(rollout),
    status: isOver ? 'completed' : state.kind === 'requested' || state.kind === 'waiting' ? 'queued' : 'in_progress',
    conclusion: isOver ? conclusionOf(state) : null,
    title: plainHeadline(rollout, now),
    summary: renderRolloutBrief(view),
    text: '',
    detailsUrl: null,
    annotations: [],
    buttons: view.isPast ? [] : rolloutButtons(rollout),
  };
}

function conclusionOf({ kind }: RolloutState): 'success' | 'failure' | 'neutral' {
  if (kind === 'succeeded') return 'success';
  return kind === 'superseded' ? 'neutral' : 'failure';
}
