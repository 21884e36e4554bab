import { commitsBetween } from '../domain/push.ts';
import { findCommit } from '../domain/revision.ts';
import { diff } from '../git/diff.ts';
import type { CommitObject } from '../git/git-object.ts';
import { notFound } from '../refusal.ts';
import { type Answer, type RepositoryCall, type Route, repositoryRoute } from '../routes.ts';
import { page } from '../server/paging.ts';
import { commitShape } from '../shape/commit.ts';
import { fileShape } from '../shape/file.ts';
import { pageUrl, repositoryUrl } from '../shape/repository.ts';
import { findRepository } from '../state.ts';

export const compareRoutes: readonly Route[] = [
  repositoryRoute('GET /repos/{owner}/{repo}/compare/{basehead}', { permissions: 'contents:read', handle: compare }),
];

/** GitHub lists no more files, on the first page only. */
const maxFiles = 300;

async function compare(call: RepositoryCall): Promise<Answer> {
  const { world, repository } = call;
  const basehead = call.params['basehead'] ?? '';
  const [baseName = '', headName = ''] = basehead.split('...', 2);
  const base = await side(call, baseName);
  const head = await side(call, headName);
  const mergeBase = await repository.git.mergeBase(base.sha, head.sha);
  const common = mergeBase === null ? null : await repository.git.commit(mergeBase);
  if (common === null) {
    throw notFound();
  }
  if (call.format === 'diff' || call.format === 'patch') {
    const how =
      call.format === 'diff'
        ? ['diff', common.sha, head.sha]
        : ['format-patch', '--stdout', `${common.sha}..${head.sha}`];
    const headers = { 'content-type': `application/vnd.github.${call.format}; charset=utf-8` };
    return { status: 200, bytes: await repository.git.ask(how), headers };
  }
  const ahead = await commitsBetween(repository.git, base.sha, head.sha);
  const behind = await commitsBetween(repository.git, head.sha, base.sha);
  const files = await diff(repository.git, common.sha, head.sha);
  const { items, headers } = page(call, ahead);
  const url = `${repositoryUrl(world, repository)}/compare/${basehead}`;
  const html = `${pageUrl(world, repository)}/compare/${basehead}`;
  const isFirstPage = (Number(call.query.get('page')) || 1) === 1;
  return {
    status: 200,
    headers,
    json: {
      url,
      html_url: html,
      permalink_url: `${pageUrl(world, repository)}/compare/${base.sha}...${head.sha}`,
      diff_url: `${html}.diff`,
      patch_url: `${html}.patch`,
      base_commit: commitShape(world, repository, base),
      merge_base_commit: commitShape(world, repository, common),
      status: statusOf(ahead.length, behind.length),
      ahead_by: ahead.length,
      behind_by: behind.length,
      total_commits: ahead.length,
      commits: items.map((commit) => commitShape(world, repository, commit)),
      files: isFirstPage
        ? files.slice(0, maxFiles).map((file) => fileShape(world, { repository, commit: head.sha, file }))
        : [],
    },
  };
}

/** `name`, `owner:name` or `owner:repository:name`; forks share their objects with the parent. */
async function side(call: RepositoryCall, name: string): Promise<CommitObject> {
  const parts = name.split(':');
  const ref = parts.at(-1) ?? '';
  if (parts.length === 1) {
    return required(await findCommit(call.repository.git, ref));
  }
  const owner = parts[0] ?? '';
  const other = findRepository(call.world, owner, parts.length === 3 ? (parts[1] ?? '') : call.repository.name);
  if (other === undefined) {
    throw notFound();
  }
  const commit = required(await findCommit(other.git, ref));
  if (other !== call.repository) {
    await call.repository.git.ask(['fetch', '-q', '--no-tags', other.git.folder, commit.sha]);
  }
  return commit;
}

function required(commit: CommitObject | null): CommitObject {
  if (commit === null) {
    throw notFound();
  }
  return commit;
}

function statusOf(ahead: number, behind: number): 'diverged' | 'ahead' | 'behind' | 'identical' {
  if (ahead > 0) {
    return behind > 0 ? 'diverged' : 'ahead';
  }
  return behind > 0 ? 'behind' : 'identical';
}
