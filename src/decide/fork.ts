import type { RangeFacts } from '../facts/range-facts.ts';
import type { Repository } from '../intent.ts';
import type { Policy } from '../policy/policy.ts';
import type { PullRequest } from '../ports.ts';
import type { Approval } from '../store/approval-record.ts';
import { runApproval } from './approval.ts';

/** Whether the code of a pull request is a stranger's. A head whose repository is gone counts as one. */
export function isFork({ head }: PullRequest, repository: Repository): boolean {
  return head.repositoryId !== repository.id;
}

/** Why nothing of a fork's head runs, and how that is changed. */
export interface ForkRefusal {
  readonly code: 'fork';
  readonly reason: string;
  readonly fix: string;
}

/**
 * What keeps a head from being run, whoever asks: it comes from a fork, and nobody with the right approved this very
 * commit under this very policy. Null when nothing does.
 */
export function forkRefusal(
  { origin, head, policy }: Pick<RangeFacts, 'origin' | 'head' | 'policy'>,
  approvals: readonly Approval[],
): ForkRefusal | null {
  if (origin === 'repository' || runApproval({ head, policy }, approvals) !== null) return null;
  return {
    code: 'fork',
    reason: 'it comes from a fork, whose code runs only once somebody has read and approved this very commit',
    fix: `Read all that it changes, then type \`/approve-run @${head.slice(0, 7)}\`: ${trainer(policy)} then runs it on ${policy.forks.runner.map(span).join(', ')}, without secrets. Another push needs another approval.`,
  };
}

/** What will run the code that is to be read: a training command is the shortest way into it. */
function trainer({ models }: Policy): string {
  const commands = Object.values(models).flatMap(({ train }) => (train === undefined ? [] : [train.command]));
  const [first] = commands;
  if (first === undefined) return 'the evaluation';
  return commands.length > 1 ? 'the training' : span(first.slice(0, 60));
}

/** A code span of prose, which a back-tick would end. */
function span(raw: string): string {
  return `\`${raw.replaceAll(/[`\s]+/g, ' ')}\``;
}
