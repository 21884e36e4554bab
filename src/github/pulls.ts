import type { Repository } from '../intent.ts';
import type { PullRequest } from '../ports.ts';
import { type Github, idOf, routeOf } from './connection.ts';
import { asking, askingFor } from './failure.ts';

/** A pull request, or null when there is none of this number. */
export async function readPullRequest(
  github: Github,
  repository: Repository,
  number: number,
): Promise<PullRequest | null> {
  const answer = await askingFor(`read pull request #${number}`, () =>
    github.request('GET /repos/{owner}/{repo}/pulls/{pull_number}', { ...routeOf(repository), pull_number: number }),
  );
  return answer === null ? null : pullOf(answer.data);
}

/** All open pull requests. */
export async function listOpenPullRequests(github: Github, repository: Repository): Promise<readonly PullRequest[]> {
  const pulls = await asking('list open pull requests', () =>
    github.paginate('GET /repos/{owner}/{repo}/pulls', { ...routeOf(repository), state: 'open', per_page: 100 }),
  );
  return pulls.map(pullOf);
}

/** What both answers have in common, of what we read. */
interface PullAnswer {
  readonly number: number;
  readonly state: string;
  readonly draft?: boolean | undefined;
  readonly updated_at: string;
  readonly merged_at: string | null;
  readonly user: { readonly login: string; readonly id: number | bigint } | null;
  readonly head: {
    readonly sha: string;
    readonly ref: string;
    readonly repo: { readonly id: number | bigint; readonly pushed_at: string | null } | null;
  };
  readonly base: { readonly sha: string; readonly ref: string; readonly repo: { readonly default_branch: string } };
}

function pullOf(pull: PullAnswer): PullRequest {
  return {
    number: pull.number,
    state: pull.state === 'open' ? 'open' : 'closed',
    draft: pull.draft ?? false,
    // A deleted account has no user; GitHub shows it as `ghost`.
    author: pull.user?.login ?? 'ghost',
    authorId: pull.user === null ? null : idOf(pull.user.id),
    // The repository of a fork may have been deleted.
    head: {
      sha: pull.head.sha,
      ref: pull.head.ref,
      repositoryId: pull.head.repo === null ? null : idOf(pull.head.repo.id),
    },
    base: { sha: pull.base.sha, ref: pull.base.ref },
    defaultBranch: pull.base.repo.default_branch,
    isMerged: typeof pull.merged_at === 'string',
    // Read after both: `updated_at` alone may be from before the push.
    headAt: newest(pull.updated_at, pull.head.repo?.pushed_at ?? pull.updated_at),
  };
}

function newest(a: string, b: string): string {
  return Date.parse(b) > Date.parse(a) ? b : a;
}
