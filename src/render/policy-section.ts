import type { PullView } from '../decide/view.ts';
import type { Problem } from '../error.ts';
import { policyPath } from '../policy/policy.ts';
import { code, prose } from './escape.ts';
import { counted } from './number.ts';

const shownProblems = 20;
const shownChanges = 20;

/** The one sentence about the policy when it, not a model, is what the pull request is about; else null. */
export function policyHeading(view: PullView): string | null {
  const { policy, proposedPolicy } = view;
  const path = code(policyPath);
  if (policy.kind === 'invalid') {
    const found = counted(policy.problems.length, 'problem');
    return `🔴 Policy invalid: ${path} of ${code(view.base.ref, 60)} has ${found}, so nothing can be judged`;
  }
  if (proposedPolicy !== null && proposedPolicy.problems.length > 0) {
    return `🔴 Policy invalid: ${path} as edited here has ${counted(proposedPolicy.problems.length, 'problem')}`;
  }
  if (policy.kind === 'absent') {
    return proposedPolicy === null
      ? `⚪ No policy: ${code(view.base.ref, 60)} has no ${path}, so Siskin watches nothing`
      : `🟢 Policy valid: Siskin starts to watch this repository when ${path} is merged`;
  }
  return null;
}

/** What is wrong with the policy and what an edit of it would change, as finished blocks. */
export function policySection(view: PullView): string {
  const { policy, proposedPolicy } = view;
  const blocks: string[] = [];
  if (policy.kind === 'invalid') {
    blocks.push(problemList(policy.problems));
    blocks.push(
      `**To go on** correct ${code(policyPath)} on ${code(view.base.ref, 60)}; ${code('siskin policy')} checks it before you push.`,
    );
  }
  if (policy.kind === 'absent' && proposedPolicy === null) {
    blocks.push(
      `**To begin** run ${code('npx siskin init')} in the repository and open a pull request with what it writes.`,
    );
  }
  if (proposedPolicy !== null) blocks.push(...proposedBlocks(view, proposedPolicy));
  return blocks.join('\n\n');
}

function proposedBlocks(
  view: PullView,
  { problems, changes }: NonNullable<PullView['proposedPolicy']>,
): readonly string[] {
  const blocks: string[] = [];
  if (view.policy.kind === 'valid') {
    blocks.push(
      `**Policy** This pull request edits ${code(policyPath)}. What is judged here follows the policy of ${code(view.base.ref, 60)}; the edit counts once it is merged.`,
    );
  }
  if (problems.length > 0) blocks.push(problemList(problems));
  const shown = changes.slice(0, shownChanges).map((change) => `- ${prose(change, 300)}`);
  const more = changes.length - shown.length;
  if (more > 0) shown.push(`- ${counted(more, 'more change')}`);
  if (shown.length > 0) blocks.push(`**What the edit changes**\n${shown.join('\n')}`);
  return blocks;
}

function problemList(problems: readonly Problem[]): string {
  const lines = problems.slice(0, shownProblems).map((problem) => {
    const where = problem.line > 0 ? `line ${problem.line}` : code(problem.file, 120);
    const path = problem.path === '' ? '' : `, ${code(problem.path, 120)}`;
    return `- ${where}${path}: expected ${prose(problem.expected, 200)}, found ${prose(problem.found, 200)}; ${prose(problem.fix, 200)}`;
  });
  const more = problems.length - lines.length;
  if (more > 0) lines.push(`- ${counted(more, 'more problem')}`);
  return lines.join('\n');
}
