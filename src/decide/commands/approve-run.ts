import type { CommandOf } from '../../command/command.ts';
import type { Approval } from '../../store/approval-record.ts';
import { policyDigest, runApproval } from '../approval.ts';
import { planPull } from '../check-pull-request.ts';
import { joined } from '../plans.ts';
import { headRefusal } from './head.ts';
import { rangeHere } from './model.ts';
import { type Answer, nothingToDo, type OpenScene, refuse } from './scene.ts';

/** Lets the code of a fork run: at exactly the commit that the person names, under exactly the policy that judges it. */
export function approveRun(command: CommandOf<'approve-run'>, scene: OpenScene): Answer {
  const { intent, pull, facts } = scene;
  const found = rangeHere(command, scene);
  if (found.kind === 'refused') return found;
  const { range } = found;
  if (range.origin !== 'fork') {
    const reason = 'the pull request comes from a branch of this repository, whose code needs no approval';
    return nothingToDo(command, reason);
  }
  const head = pull.pull.head.sha;
  if (command.sha === null && intent.source.kind === 'comment') {
    const reason = 'it does not say which commit was read';
    const fix = `Read ${head.slice(0, 7)}, then type \`/approve-run @${head.slice(0, 7)}\`.`;
    return refuse(command, { code: 'sha-missing', reason, fix });
  }
  const moved = headRefusal(command, scene);
  if (moved !== null) return moved;
  const given = runApproval({ head, policy: range.policy }, pull.approvals);
  if (given !== null) {
    const reason = `${given.by} approved ${head.slice(0, 7)} already`;
    return nothingToDo(command, reason);
  }
  const approval: Approval = {
    repositoryId: intent.repository.id,
    number: pull.pull.number,
    kind: 'run',
    subject: '',
    head,
    // What is unknown is no other commit's tree.
    tree: facts.tree ?? '',
    artifact: null,
    policy: policyDigest(range.policy),
    by: intent.actor.login,
    reason: '',
    at: pull.now,
  };
  const approved = { ...pull, approvals: [...pull.approvals, approval] };
  const plan = planPull(intent.repository, approved, { again: null, revive: false, wishes: [] });
  return {
    kind: 'done',
    plan: joined({ changes: [{ kind: 'save-approval', approval }], effects: [] }, plan),
    says: null,
  };
}
