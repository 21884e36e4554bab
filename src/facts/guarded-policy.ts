import type { Repository } from '../intent.ts';
import { guardedBy } from '../policy/guards.ts';
import { parsePolicy } from '../policy/parse.ts';
import { type Policy, policyPath } from '../policy/policy.ts';
import type { GithubReader } from '../ports.ts';

/**
 * The base branch's policy judges models, but what guards the repository is the default branch's to say: whoever may write
 * can make another base branch, with any policy in it. `base` and `defaultBranch` are names.
 */
export async function guardedPolicy(
  repository: Repository,
  { policy, base, defaultBranch }: { readonly policy: Policy; readonly base: string; readonly defaultBranch: string },
  github: Pick<GithubReader, 'readFile'>,
): Promise<Policy> {
  if (base === defaultBranch) return policy;
  const text = await github.readFile(repository, policyPath, defaultBranch);
  const parsed = text === null ? null : parsePolicy({ text, file: policyPath });
  return parsed?.kind === 'valid' ? guardedBy(policy, parsed.policy) : policy;
}
