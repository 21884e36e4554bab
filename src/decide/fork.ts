import type { Repository } from '../intent.ts';
import type { PullRequest } from '../ports.ts';

/** Whether the code of a pull request is a stranger's. A head whose repository is gone counts as one. */
export function isFork({ head }: PullRequest, repository: Repository): boolean {
  return head.repositoryId !== repository.id;
}

/** Why a fork's code is not run, whoever asks, and what to do instead. */
export const forkRefusal = {
  code: 'fork',
  reason: 'the pull request comes from a fork, whose code gets no runner of this repository',
  fix: 'Read the change, push it to a branch of this repository and open the pull request from there.',
} as const;
