import { personOf } from '../domain/files.ts';
import { finish, reopen, sendPull } from '../domain/pull-sync.ts';
import { type MergeMethod, mergeability, mergePull, openPull } from '../domain/pulls.ts';
import { commitsBetween, moveRef } from '../domain/push.ts';
import { isAtLeast, roleOf } from '../domain/roles.ts';
import { diff } from '../git/diff.ts';
import { conflictFree } from '../git/merge.ts';
import { invalid, notFound, Refusal } from '../refusal.ts';
import { type Answer, actorOf, appOf, byOf, type RepositoryCall, type Route, repositoryRoute } from '../routes.ts';
import { canSee } from '../server/authorize.ts';
import { flagOf, optionalChoice, optionalText, textOf } from '../server/fields.ts';
import { page } from '../server/paging.ts';
import { commitShape } from '../shape/commit.ts';
import { fileShape } from '../shape/file.ts';
import { comparisonBase, isPull, type PullIssue, pullShape, simplePullShape } from '../shape/pull.ts';
import { repositoryUrl } from '../shape/repository.ts';
import { findRepository, type Repository } from '../state.ts';
import { guardWorkflowChanges } from './workflow-guard.ts';

const pulls = '/repos/{owner}/{repo}/pulls' as const;
const pull = `${pulls}/{pull_number}` as const;

export const pullRoutes: readonly Route[] = [
  repositoryRoute(`GET ${pulls}`, { permissions: 'pull_requests:read', handle: listPulls }),
  repositoryRoute(`POST ${pulls}`, { permissions: 'pull_requests:write', role: 'read', handle: createPull }),
  repositoryRoute(`GET ${pull}`, { permissions: 'pull_requests:read', handle: getPull }),
  repositoryRoute(`PATCH ${pull}`, { permissions: 'pull_requests:write', role: 'read', handle: updatePull }),
  repositoryRoute(`GET ${pull}/files`, { permissions: 'pull_requests:read', handle: listFiles }),
  repositoryRoute(`GET ${pull}/commits`, { permissions: 'pull_requests:read', handle: listCommits }),
  repositoryRoute(`GET ${pull}/merge`, { permissions: 'contents:read', handle: isMerged }),
  repositoryRoute(`PUT ${pull}/merge`, { permissions: 'contents:write', handle: merge }),
  repositoryRoute(`PUT ${pull}/update-branch`, { permissions: 'pull_requests:write', handle: updateBranch }),
  repositoryRoute('GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls', {
    permissions: 'pull_requests:read',
    handle: listPullsOfCommit,
  }),
];

/** GitHub lists no more files of one pull request. */
const maxFiles = 3000;

function pullOf(call: RepositoryCall): PullIssue {
  const issue = call.repository.issues.get(Number(call.params['pull_number']));
  if (issue === undefined || !isPull(issue)) {
    throw notFound();
  }
  return issue;
}

function listPulls(call: RepositoryCall): Answer {
  const { query } = call;
  const state = query.get('state') ?? 'open';
  const [headOwner, headRef] = (query.get('head') ?? '').split(':', 2);
  const found = [...call.repository.issues.values()]
    .filter(isPull)
    .filter((issue) => state === 'all' || issue.state === state)
    .filter((issue) => !query.has('base') || issue.pull.base.ref === query.get('base'))
    // GitHub ignores a head filter without `owner:`.
    .filter(
      (issue) =>
        headRef === undefined || (issue.pull.head.ref === headRef && issue.pull.head.owner.login === headOwner),
    );
  const key = query.get('sort') === 'updated' ? 'updatedAt' : 'createdAt';
  const direction = query.get('direction') === 'asc' ? 1 : -1;
  found.sort((left, right) => direction * (left[key].getTime() - right[key].getTime() || left.number - right.number));
  const { items, headers } = page(call, found);
  return { status: 200, json: items.map((issue) => simplePullShape(call.world, issue)), headers };
}

async function createPull(call: RepositoryCall): Promise<Answer> {
  const { world, repository, body } = call;
  const baseName = textOf(body, 'base');
  const { headRepository, headName } = headOf(call, textOf(body, 'head'));
  const base = await repository.git.ref(`refs/heads/${baseName}`);
  if (base === null) {
    throw invalid('PullRequest', 'base', 'invalid');
  }
  const head = await headRepository?.git.ref(`refs/heads/${headName}`);
  if (headRepository === null || head === null || head === undefined) {
    throw invalid('PullRequest', 'head', 'invalid');
  }
  refuseTwin(call, { head: headRepository, headName, baseName });
  if (headRepository === repository && (await repository.git.isAncestor(head.sha, base.sha))) {
    throw invalid('PullRequest', 'head', 'custom', `No commits between ${baseName} and ${headName}`);
  }
  const issue = await openPull(world, repository, {
    title: textOf(body, 'title'),
    body: optionalText(body, 'body'),
    base: { ref: baseName, sha: base.sha },
    head: { repository: headRepository, ref: headName, sha: head.sha },
    draft: flagOf(body, 'draft'),
    maintainerCanModify: flagOf(body, 'maintainer_can_modify', headRepository !== repository),
    user: actorOf(call),
    app: appOf(call),
    by: byOf(call),
  });
  return { status: 201, json: await pullShape(world, issue) };
}

/** `branch`, or `owner:branch` for a fork of that owner. */
function headOf(
  call: RepositoryCall,
  head: string,
): { readonly headRepository: Repository | null; readonly headName: string } {
  const colon = head.indexOf(':');
  if (colon === -1) {
    return { headRepository: call.repository, headName: head };
  }
  const owner = head.slice(0, colon).toLowerCase();
  const headName = head.slice(colon + 1);
  if (owner === call.repository.owner.login.toLowerCase()) {
    return { headRepository: call.repository, headName };
  }
  const named = optionalText(call.body, 'head_repo');
  const [forkOwner, forkName] = named === null ? [owner, null] : named.split('/', 2);
  const fork =
    forkName === null
      ? [...call.world.repositories.values()].find(
          (other) => other.forkOf === call.repository && other.owner.login.toLowerCase() === owner,
        )
      : findRepository(call.world, forkOwner ?? '', forkName ?? '');
  const usable = fork !== undefined && fork.forkOf === call.repository && canSee(call.identity, fork);
  return { headRepository: usable ? fork : null, headName };
}

function refuseTwin(
  call: RepositoryCall,
  wanted: { readonly head: Repository; readonly headName: string; readonly baseName: string },
): void {
  const twin = [...call.repository.issues.values()]
    .filter(isPull)
    .find(
      (issue) =>
        issue.state === 'open' &&
        issue.pull.head.repository === wanted.head &&
        issue.pull.head.ref === wanted.headName &&
        issue.pull.base.ref === wanted.baseName,
    );
  if (twin !== undefined) {
    const label = `${wanted.head.owner.login}:${wanted.headName}`;
    throw new Refusal(422, 'Validation Failed', {
      details: {
        errors: [{ resource: 'PullRequest', code: 'custom', message: `A pull request already exists for ${label}.` }],
      },
    });
  }
}

async function getPull(call: RepositoryCall): Promise<Answer> {
  const issue = pullOf(call);
  const { git } = call.repository;
  if (call.format === 'diff' || call.format === 'patch') {
    const base = (await comparisonBase(call.repository, issue.pull)) ?? issue.pull.base.sha;
    const head = issue.pull.head.sha;
    const how = call.format === 'diff' ? ['diff', base, head] : ['format-patch', '--stdout', `${base}..${head}`];
    const headers = { 'content-type': `application/vnd.github.${call.format}; charset=utf-8` };
    return { status: 200, bytes: await git.ask(how), headers };
  }
  if (issue.state === 'open') {
    await mergeability(call.world, issue);
  }
  return { status: 200, json: await pullShape(call.world, issue) };
}

async function updatePull(call: RepositoryCall): Promise<Answer> {
  const { world, repository, body } = call;
  const issue = pullOf(call);
  const by = byOf(call);
  if (
    call.identity.kind === 'user' &&
    issue.user !== by.account &&
    !isAtLeast(roleOf(repository, by.account), 'triage')
  ) {
    throw new Refusal(403, 'Must have triage access to Repository.');
  }
  const title = optionalText(body, 'title') ?? issue.title;
  const text = 'body' in body ? optionalText(body, 'body') : issue.body;
  const base = optionalText(body, 'base') ?? issue.pull.base.ref;
  const state = optionalChoice(body, 'state', ['open', 'closed']) ?? issue.state;
  const tip = await repository.git.ref(`refs/heads/${base}`);
  if (tip === null) {
    throw invalid('PullRequest', 'base', 'invalid');
  }
  if (state === 'open' && issue.state === 'closed') {
    await guardReopening(issue);
  }
  const changes = {
    ...(title === issue.title ? {} : { title: { from: issue.title } }),
    ...(text === issue.body ? {} : { body: { from: issue.body ?? '' } }),
    ...(base === issue.pull.base.ref
      ? {}
      : { base: { ref: { from: issue.pull.base.ref }, sha: { from: issue.pull.base.sha } } }),
  };
  issue.title = title;
  issue.body = text;
  if (base !== issue.pull.base.ref) {
    issue.pull.base.ref = base;
    issue.pull.base.sha = tip.sha;
    issue.pull.mergeability = null;
  }
  issue.updatedAt = world.clock();
  if (Object.keys(changes).length > 0) {
    await sendPull(world, issue, { action: 'edited', by, more: { changes } });
  }
  if (state !== issue.state) {
    await (state === 'closed' ? finish(world, issue, { by, merge: null }) : reopen(world, issue, by));
  }
  return { status: 200, json: await pullShape(world, issue) };
}

/** Throws 422 when the pull request was merged or its head branch is gone. */
export async function guardReopening(issue: PullIssue): Promise<void> {
  const { head, mergedAt } = issue.pull;
  const tip = await head.repository?.git.ref(`refs/heads/${head.ref}`);
  if (mergedAt !== null || tip === null || tip === undefined) {
    const why = mergedAt === null ? `The ${head.ref} branch was deleted.` : 'The pull request cannot be reopened.';
    throw invalid('PullRequest', 'state', 'custom', `state cannot be changed. ${why}`);
  }
}

async function listFiles(call: RepositoryCall): Promise<Answer> {
  const issue = pullOf(call);
  const { world, repository } = call;
  const base = await comparisonBase(repository, issue.pull);
  const files = await diff(repository.git, base, issue.pull.head.sha);
  const { items, headers } = page(call, files.slice(0, maxFiles));
  const commit = issue.pull.head.sha;
  return { status: 200, json: items.map((file) => fileShape(world, { repository, commit, file })), headers };
}

async function listCommits(call: RepositoryCall): Promise<Answer> {
  const issue = pullOf(call);
  const { world, repository } = call;
  const base = (await comparisonBase(repository, issue.pull)) ?? issue.pull.base.sha;
  const commits = await commitsBetween(repository.git, base, issue.pull.head.sha);
  const { items, headers } = page(call, commits.slice(0, 250));
  return { status: 200, json: items.map((commit) => commitShape(world, repository, commit)), headers };
}

function isMerged(call: RepositoryCall): Answer {
  return { status: pullOf(call).pull.mergedAt === null ? 404 : 204 };
}

async function merge(call: RepositoryCall): Promise<Answer> {
  const issue = pullOf(call);
  const methods = ['merge', 'squash', 'rebase'] as const satisfies readonly MergeMethod[];
  const method = optionalChoice(call.body, 'merge_method', methods) ?? 'merge';
  const sha = optionalText(call.body, 'sha');
  if (sha !== null && sha !== issue.pull.head.sha) {
    throw new Refusal(409, 'Head branch was modified. Review and try the merge again.');
  }
  if (issue.state === 'closed' || issue.pull.draft) {
    throw new Refusal(405, issue.pull.draft ? 'Pull Request is still a draft' : 'Pull Request is not mergeable');
  }
  await guardWorkflowChanges(call, {
    before: await comparisonBase(call.repository, issue.pull),
    after: issue.pull.head.sha,
  });
  const merged = await mergePull(call.world, issue, {
    method,
    title: optionalText(call.body, 'commit_title'),
    message: optionalText(call.body, 'commit_message'),
    by: byOf(call),
  });
  if (merged === null) {
    throw new Refusal(405, 'Pull Request is not mergeable');
  }
  return { status: 200, json: { sha: merged, merged: true, message: 'Pull Request successfully merged' } };
}

async function updateBranch(call: RepositoryCall): Promise<Answer> {
  const issue = pullOf(call);
  const { head, base } = issue.pull;
  const expected = optionalText(call.body, 'expected_head_sha');
  if (expected !== null && expected !== head.sha) {
    throw new Refusal(422, `expected head sha didn’t match current head ref.`);
  }
  const tip = await call.repository.git.ref(`refs/heads/${base.ref}`);
  const tree = tip === null ? null : await conflictFree(call.repository.git, head.sha, tip.sha);
  if (tip === null || tree === null || head.repository !== call.repository) {
    throw new Refusal(422, 'merge conflict between base and head');
  }
  const author = personOf(actorOf(call), call.world.clock());
  const message = `Merge branch '${base.ref}' into ${head.ref}`;
  const parents = [head.sha, tip.sha];
  const sha = await call.repository.git.writeCommit({ tree, parents, author, committer: author, message });
  await moveRef(call.world, call.repository, { ref: `refs/heads/${head.ref}`, sha, by: byOf(call) });
  const url = `${repositoryUrl(call.world, call.repository)}/pulls/${issue.number}`;
  return { status: 202, json: { message: 'Updating pull request branch.', url } };
}

function listPullsOfCommit(call: RepositoryCall): Answer {
  const sha = call.params['commit_sha'];
  const found = [...call.repository.issues.values()]
    .filter(isPull)
    .filter((issue) => issue.pull.head.sha === sha || (issue.pull.mergedAt !== null && issue.pull.mergeCommit === sha));
  const { items, headers } = page(call, found);
  return { status: 200, json: items.map((issue) => simplePullShape(call.world, issue)), headers };
}
