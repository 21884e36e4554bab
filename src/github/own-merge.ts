import { AppError } from '../error.ts';
import type { Repository } from '../intent.ts';
import type { AppIdentity } from '../observe.ts';
import type { RevertState } from '../rollout/rollout-effect.ts';
import type { Github } from './connection.ts';
import { once, routeOf } from './connection.ts';
import { asking, statusOf } from './failure.ts';

/**
 * Merges a pull request of our own: at once where the rules of the repository let this App, else as soon as they do
 * (auto-merge, a merge queue). What the rules leave to a person is left to a person; no rule is ever gone round.
 */
export async function mergeOwn(
  github: Github,
  repository: Repository,
  { app, number }: { readonly app: AppIdentity; readonly number: number },
): Promise<RevertState> {
  const route = routeOf(repository);
  const { data: pull } = await asking(`read the pull request #${number}`, () =>
    github.request('GET /repos/{owner}/{repo}/pulls/{pull_number}', { ...route, pull_number: number }),
  );
  if (pull.merged) return 'merged';
  if (pull.state === 'closed') return 'closed';
  const isOurs = pull.user?.login === `${app.slug}[bot]` && /^siskin\//.test(pull.head.ref);
  if (!isOurs) {
    throw new AppError(
      'not-permitted',
      `expected #${number} to be a pull request of our own, found another; merge it yourself`,
    );
  }
  if (pull.mergeable === false) throw conflicting(number);
  const { data: settings } = await asking('read the ways to merge', () =>
    github.request('GET /repos/{owner}/{repo}', route),
  );
  const method = settings.allow_squash_merge ? 'squash' : settings.allow_merge_commit ? 'merge' : 'rebase';
  if (await mergedNow(github, repository, { number, sha: pull.head.sha, method })) return 'merged';
  return (await mergedLater(github, { id: pull.node_id, method })) ? 'auto-merge' : 'needs-person';
}

/** False where a rule is in the way: 405 is what GitHub answers then, and 403 where this App may not push there. */
async function mergedNow(
  github: Github,
  repository: Repository,
  { number, sha, method }: { number: number; sha: string; method: 'squash' | 'merge' | 'rebase' },
): Promise<boolean> {
  try {
    await github.request('PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge', {
      ...routeOf(repository),
      ...once,
      pull_number: number,
      sha,
      merge_method: method,
    });
    return true;
  } catch (thrown) {
    const status = statusOf(thrown);
    if (status === 405 || (status === 403 && !isRateLimit(thrown))) return false;
    return await asking(`merge #${number}`, () => Promise.reject(thrown));
  }
}

function isRateLimit(thrown: unknown): boolean {
  return thrown instanceof Error && /rate limit/i.test(thrown.message);
}

function conflicting(number: number): AppError {
  return new AppError('conflict', `expected #${number} to merge, found a conflict; it is made anew`);
}

const enable = `mutation ($id: ID!, $how: PullRequestMergeMethod!) {
  enablePullRequestAutoMerge(input: { pullRequestId: $id, mergeMethod: $how }) { clientMutationId }
}`;

/** https://docs.github.com/graphql/reference/mutations#enablepullrequestautomerge; false where the repository does not let it be. */
async function mergedLater(github: Github, { id, method }: { id: string; method: string }): Promise<boolean> {
  try {
    await github.graphql(enable, { id, how: method.toUpperCase() });
    return true;
  } catch (thrown) {
    // What the mutation refuses is told with status 200; only then has GitHub decided.
    if (thrown instanceof Error && thrown.name === 'GraphqlResponseError') return false;
    return await asking('enable auto-merge', () => Promise.reject(thrown));
  }
}
