import type { Octokit } from '@octokit/rest';
import type { GitHubAPI } from 'danger/distribution/platforms/github/GitHubAPI.js';
import { routeOf } from '../../src/github/connection.ts';
import { asking } from '../../src/github/failure.ts';
import type { PullEvent } from './pull-event.ts';

/** The author of everything that a workflow writes with its own token; nobody else can have this name. */
const author = 'github-actions[bot]';

/** The comments that workflows wrote on a pull request, in the two forms in which Danger asks for them. */
export function ownComments(
  github: Octokit,
  { repository, number }: PullEvent,
): {
  readonly comments: GitHubAPI['getPullRequestComments'];
  readonly lineComments: GitHubAPI['getPullRequestInlineComments'];
} {
  return {
    comments: async () => {
      const route = 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments' as const;
      const found = await asking(`list the comments of #${number}`, () =>
        github.paginate(route, { ...routeOf(repository), issue_number: number, per_page: 100 }),
      );
      return found.filter(isOwn).map(({ id, body }) => comment(id, body));
    },
    lineComments: async (dangerId) => {
      const route = 'GET /repos/{owner}/{repo}/pulls/{pull_number}/comments' as const;
      const found = await asking(`list the line comments of #${number}`, () =>
        github.paginate(route, { ...routeOf(repository), pull_number: number, per_page: 100 }),
      );
      return found
        .filter((one) => isOwn(one) && one.body.includes(`DangerID: danger-id-${dangerId};`))
        .map(({ id, body }) => ({ ...comment(id, body), ownedByDanger: true }));
    },
  };
}

function isOwn({ user }: { readonly user: { readonly login: string; readonly type: string } | null }): boolean {
  return user?.type === 'Bot' && user.login === author;
}

type DangerComment = Awaited<ReturnType<GitHubAPI['getPullRequestComments']>>[number];

function comment(id: number | bigint, body: string | undefined): DangerComment {
  // Danger's type wants the author as well, which it does not look at.
  return { id: String(id), body: body ?? '' } as DangerComment;
}
