import type { CommandOf } from '../../command/command.ts';
import type { Approval } from '../../store/approval-record.ts';
import { policyDigest } from '../approval.ts';
import { planPull, type Wish } from '../check-pull-request.ts';
import { joined } from '../plans.ts';
import type { ModelView } from '../view.ts';
import { headRefusal } from './head.ts';
import { type Answer, nothingToDo, type OpenScene } from './scene.ts';

/**
 * Lets exactly this commit exceed the budget, under exactly this policy: what was held back starts, and what is asked for
 * later at this commit may.
 */
export function approveBudget(command: CommandOf<'approve-budget'>, scene: OpenScene): Answer {
  const { intent, pull, facts } = scene;
  const { judged, shown } = pull;
  const moved = headRefusal(command, scene);
  if (moved !== null) return moved;
  const given = judged.kind === 'valid' ? judged.range.budget.approvedBy : null;
  if (judged.kind !== 'valid' || judged.range.budget.spent.length === 0 || given !== null || facts.tree === null) {
    const reason = given === null ? 'no budget limits what runs here' : `${given} approved it for this commit already`;
    return nothingToDo(command, reason);
  }
  const { range } = judged;
  const by = intent.actor.login;
  // Whoever approves does not spend it.
  const spender = { ...range.budget.spender, person: pull.pull.author.toLowerCase() };
  const approval: Approval = {
    repositoryId: intent.repository.id,
    number: pull.pull.number,
    kind: 'budget',
    subject: '',
    head: pull.pull.head.sha,
    tree: facts.tree,
    artifact: null,
    policy: policyDigest(range.policy),
    by,
    reason: '',
    at: pull.now,
  };
  const approved = {
    ...pull,
    approvals: [...pull.approvals, approval],
    judged: { ...judged, range: { ...range, budget: { ...range.budget, spender, approvedBy: by } } },
  };
  const wishes = (shown?.view.models ?? []).flatMap(heldBack);
  const plan = planPull(intent.repository, approved, { again: null, revive: false, wishes });
  return {
    kind: 'done',
    plan: joined({ changes: [{ kind: 'save-approval', approval }], effects: [] }, plan),
    says: wishes.length === 0 ? `Runs of \`${approval.head.slice(0, 7)}\` may exceed the budget from now on.` : null,
  };
}

/** What is to be done for a model once its budget allows it. */
function heldBack({ model, state, seed }: ModelView): readonly Wish[] {
  return state.kind === 'over-budget' ? [{ ask: state.ask, model, seed: seed ?? null }] : [];
}
