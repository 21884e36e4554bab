import { readFileSync } from 'node:fs';
import { Octokit } from '@octokit/rest';
import { createComment, findComment, updateComment } from '../src/github/comments.ts';
import type { Repository } from '../src/intent.ts';

/** The App behind the token of every workflow: its comments are `github-actions[bot]`'s. */
const actionsApp = { id: 15368, slug: 'github-actions' };

/**
 * Posts or updates the one comment of a model on the pull request that this run is for; does nothing for other events.
 * The comment is found by its author and a hidden marker, so that a marker in somebody else's comment is not believed.
 */
export async function publishComment(options: {
  readonly model: string;
  readonly body: string;
  readonly token: string;
}): Promise<void> {
  const number = pullRequestNumber();
  if (number === null) return;
  const [owner = '', name = ''] = (process.env['GITHUB_REPOSITORY'] ?? '').split('/');
  const repository: Repository = { installation: 0, id: 0, owner, name };
  const github = new Octokit({
    auth: options.token,
    baseUrl: process.env['GITHUB_API_URL'] ?? 'https://api.github.com',
  });
  const marker = `<!-- siskin:check ${options.model} -->`;
  const body = `${marker}\n${options.body}`;
  const known = await findComment(github, repository, { app: actionsApp, number, marker });
  const updated = known !== null && (await updateComment(github, repository, { commentId: known, body }));
  if (!updated) await createComment(github, repository, { number, body });
}

function pullRequestNumber(): number | null {
  const path = process.env['GITHUB_EVENT_PATH'];
  if (path === undefined) return null;
  // GitHub writes this file; only the number is looked at, and checked.
  const event = JSON.parse(readFileSync(path, 'utf8')) as { readonly pull_request?: { readonly number?: unknown } };
  const number = event.pull_request?.number;
  return typeof number === 'number' ? number : null;
}
