import type { CommandOf } from '../../command/command.ts';
import type { ModelFacts } from '../../facts/model-facts.ts';
import type { RangeFacts } from '../../facts/range-facts.ts';
import { nearest } from '../../policy/nearest.ts';
import type { Approval } from '../../store/approval-record.ts';
import type { ViewRecord } from '../../store/run-record.ts';
import { gateSubject, policyDigest } from '../approval.ts';
import { type DecidingGate, decidingGates, gateNames } from '../gate-name.ts';
import { judge } from '../judge.ts';
import { nextCommands } from '../next-commands.ts';
import { joined } from '../plans.ts';
import { show } from '../show.ts';
import type { ModelView } from '../view.ts';
import { headRefusal } from './head.ts';
import { rangeFor } from './model.ts';
import { type Answer, nothingToDo, type OpenScene, refuse } from './scene.ts';
import { listed } from './target.ts';

type OverrideGate = CommandOf<'override-gate'>;
type Refused = Extract<Answer, { readonly kind: 'refused' }>;

/** A gate of a judged model that could be overridden. */
interface Missed {
  readonly view: ModelView;
  readonly gate: DecidingGate;
}

/** Lets a gate that was missed not decide, for exactly this candidate of this commit under exactly these gates. */
export function overrideGate(command: OverrideGate, scene: OpenScene): Answer {
  const { pull, intent, facts } = scene;
  const { shown } = pull;
  const ranged = rangeFor(command, scene);
  if (ranged.kind === 'refused') return ranged;
  const { range } = ranged;
  const found = gateOf(command, { shown, range });
  if (found.kind === 'refused') return found;
  const moved = headRefusal(command, scene);
  if (moved !== null) return moved;
  const { view, gate } = found.missed;
  if (command.reason === null) {
    const fix = `Type \`/override-gate ${gate.name} -m ${view.model} --reason "…"\`.`;
    return refuse(command, { code: 'reason-missing', reason: 'it does not say why', fix });
  }
  const model = range.models.find((known) => known.model === view.model);
  const { state } = view;
  const artifact = state.kind === 'judged' ? (state.result.evaluation?.candidate.digest ?? null) : null;
  if (model === undefined || artifact === null || shown === null) {
    return nothingToDo(command, 'no candidate of it was measured at this commit');
  }
  const approval: Approval = {
    repositoryId: intent.repository.id,
    number: pull.pull.number,
    kind: 'override-gate',
    subject: gateSubject(view.model, gate.name),
    head: pull.pull.head.sha,
    // What is unknown is no other commit's tree.
    tree: facts.tree ?? '',
    artifact,
    policy: policyDigest(model.policy),
    by: intent.actor.login,
    reason: command.reason,
    at: pull.now,
  };
  const models = shown.view.models.map((one) =>
    one.model === view.model ? judgedAgain(one, { model, approvals: [...pull.approvals, approval] }) : one,
  );
  const next = nextCommands({ models, head: shown.view.head });
  const after = show({ ...shown, view: { ...shown.view, models, next, updatedAt: pull.now } }, shown);
  const plan = joined({ changes: [{ kind: 'save-approval', approval }], effects: [] }, after);
  return { kind: 'done', plan, says: null };
}

function gateOf(
  command: OverrideGate,
  { shown, range }: { readonly shown: ViewRecord | null; readonly range: RangeFacts },
): Refused | { readonly kind: 'found'; readonly missed: Missed } {
  const unknown = unknownMetric(command, range);
  if (unknown !== null) return unknown;
  const { model, metric } = command;
  const views = (shown?.view.models ?? []).filter((view) => model === null || view.model === model);
  const missed = views.flatMap(missedGates).filter(({ gate }) => metric === null || gate.name === metric);
  const [first] = missed;
  if (first === undefined) {
    return nothingToDo(
      command,
      metric === null ? 'no gate was missed here' : `no gate on \`${metric}\` was missed here`,
    );
  }
  const isOne = new Set(missed.map(({ view }) => view.model)).size === 1;
  // A measure of fairness may be missed for several columns: its name stands for all of them.
  if (metric !== null && isOne) return { kind: 'found', missed: first };
  const lines = missed.map(({ view, gate }) => `/override-gate ${gate.name} -m ${view.model} --reason "…"`);
  const choices = [...new Set(lines)];
  const reason = `it does not say which ${metric === null ? 'gate' : 'model'}`;
  return refuse(command, { code: 'target-missing', reason, fix: `Type one of ${listed(choices)}.` });
}

function unknownMetric(command: OverrideGate, range: RangeFacts): Refused | null {
  const { metric } = command;
  if (metric === null) return null;
  const models = range.models.filter(({ model }) => command.model === null || command.model === model);
  const gates = [...new Set(models.flatMap(({ policy }) => gateNames(policy)))];
  if (gates.includes(metric)) return null;
  const meant = nearest(metric, gates);
  const reason = `the policy has no gate on \`${metric}\`, it has ${listed(gates)}`;
  const fix = meant === null ? 'Name one of them.' : `Did you mean \`/override-gate ${meant}\`?`;
  return refuse(command, { code: 'unknown-metric', reason, fix });
}

function missedGates(view: ModelView): readonly Missed[] {
  if (view.state.kind !== 'judged') return [];
  return decidingGates(view.state.judgement)
    .filter(({ verdict, override }) => verdict !== 'pass' && override === undefined)
    .map((gate) => ({ view, gate }));
}

function judgedAgain(
  view: ModelView,
  { model, approvals }: { readonly model: ModelFacts; readonly approvals: readonly Approval[] },
): ModelView {
  const { state } = view;
  if (state.kind !== 'judged') return view;
  const { result } = state;
  return {
    ...view,
    state: { ...state, judgement: judge({ model: model.model, policy: model.policy, result, approvals }) },
  };
}
