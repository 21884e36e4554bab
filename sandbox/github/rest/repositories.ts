import { addRepository, forkRepository } from '../domain/accounts.ts';
import { editTree, fileEdits, personOf } from '../domain/files.ts';
import { isAtLeast, roleOf } from '../domain/roles.ts';
import { invalid, notFound, Refusal } from '../refusal.ts';
import {
  type Answer,
  accountOf,
  actorOf,
  type Call,
  type RepositoryCall,
  type Route,
  repositoryRoute,
  route,
} from '../routes.ts';
import { canSee } from '../server/authorize.ts';
import { flagOf, optionalText, textOf } from '../server/fields.ts';
import { page } from '../server/paging.ts';
import { commitShape } from '../shape/commit.ts';
import { fullRepositoryShape, pageUrl, repositoryUrl } from '../shape/repository.ts';
import { findRepository } from '../state.ts';

export const repositoryRoutes: readonly Route[] = [
  repositoryRoute('GET /repos/{owner}/{repo}', { permissions: 'metadata:read', handle: getRepository }),
  repositoryRoute('PATCH /repos/{owner}/{repo}', {
    permissions: 'administration:write',
    role: 'admin',
    handle: updateRepository,
  }),
  repositoryRoute('POST /repos/{owner}/{repo}/forks', {
    permissions: 'administration:write',
    role: 'read',
    handle: createFork,
  }),
  repositoryRoute('GET /repos/{owner}/{repo}/branches', { permissions: 'contents:read', handle: listBranches }),
  repositoryRoute('GET /repos/{owner}/{repo}/branches/{branch}', { permissions: 'contents:read', handle: getBranch }),
  repositoryRoute('GET /repos/{owner}/{repo}/tags', { permissions: 'contents:read', handle: listTags }),
  route('GET /repositories/{repository_id}', { access: 'anyone', handle: getRepositoryById }),
  route('GET /user/repos', { access: 'person', handle: listOwnRepositories }),
  route('POST /user/repos', { access: 'person', handle: createRepository }),
];

function getRepository(call: RepositoryCall): Answer {
  return { status: 200, json: fullRepositoryShape(call.world, call.repository, accountOf(call.identity)) };
}

// Not in the OpenAPI description, but Octokit and Probot users rely on it and GitHub has always answered it.
function getRepositoryById(call: Call): Answer {
  const id = Number(call.params['repository_id']);
  const repository = [...call.world.repositories.values()].find((candidate) => candidate.id === id);
  if (repository === undefined || !canSee(call.identity, repository)) {
    throw notFound();
  }
  return { status: 200, json: fullRepositoryShape(call.world, repository, accountOf(call.identity)) };
}

async function updateRepository(call: RepositoryCall): Promise<Answer> {
  const { repository, body } = call;
  const branch = optionalText(body, 'default_branch');
  if (branch !== null) {
    if ((await repository.git.ref(`refs/heads/${branch}`)) === null) {
      throw invalid('Repository', 'default_branch', 'invalid', `The branch ${branch} was not found.`);
    }
    await repository.git.ask(['symbolic-ref', 'HEAD', `refs/heads/${branch}`]);
    repository.defaultBranch = branch;
  }
  repository.description = optionalText(body, 'description') ?? repository.description;
  repository.private = flagOf(body, 'private', repository.private);
  repository.updatedAt = call.world.clock();
  return getRepository(call);
}

async function createFork(call: RepositoryCall): Promise<Answer> {
  const owner = actorOf(call);
  const name = optionalText(call.body, 'name') ?? call.repository.name;
  const fork =
    findRepository(call.world, owner.login, name) ??
    (await forkRepository(call.world, { parent: call.repository, owner, name }));
  return { status: 202, json: fullRepositoryShape(call.world, fork, owner) };
}

function listOwnRepositories(call: Call): Answer {
  const actor = actorOf(call);
  const all = [...call.world.repositories.values()].filter(
    (repository) => repository.owner.id === actor.id || isAtLeast(roleOf(repository, actor), 'triage'),
  );
  const { items, headers } = page(call, all);
  return { status: 200, json: items.map((item) => fullRepositoryShape(call.world, item, actor)), headers };
}

async function createRepository(call: Call): Promise<Answer> {
  const { world } = call;
  const owner = actorOf(call);
  const name = textOf(call.body, 'name');
  if (findRepository(world, owner.login, name) !== undefined) {
    throw invalid('Repository', 'name', 'custom', 'name already exists on this account');
  }
  const repository = await addRepository(world, {
    owner,
    name,
    private: flagOf(call.body, 'private'),
    defaultBranch: 'main',
    forkOf: null,
  });
  if (flagOf(call.body, 'auto_init')) {
    const { git } = repository;
    const author = personOf(owner, world.clock());
    const tree = await editTree(git, null, await fileEdits(git, { 'README.md': `# ${name}\n` }));
    const sha = await git.writeCommit({ tree, parents: [], author, committer: author, message: 'Initial commit' });
    await git.updateRef('refs/heads/main', sha);
  }
  return { status: 201, json: fullRepositoryShape(world, repository, owner) };
}

async function listBranches(call: RepositoryCall): Promise<Answer> {
  const { world, repository } = call;
  const { items, headers } = page(call, await repository.git.refs('refs/heads'));
  const json = items.map((ref) => ({
    name: ref.name.slice('refs/heads/'.length),
    commit: { sha: ref.sha, url: `${repositoryUrl(world, repository)}/commits/${ref.sha}` },
    protected: false,
  }));
  return { status: 200, json, headers };
}

async function getBranch(call: RepositoryCall): Promise<Answer> {
  const { world, repository } = call;
  const name = call.params['branch'] ?? '';
  const ref = await repository.git.ref(`refs/heads/${name}`);
  const commit = ref === null ? null : await repository.git.commit(ref.sha);
  if (commit === null) {
    throw new Refusal(404, 'Branch not found');
  }
  const self = `${repositoryUrl(world, repository)}/branches/${encodeURIComponent(name)}`;
  return {
    status: 200,
    json: {
      name,
      commit: commitShape(world, repository, commit),
      _links: { self, html: `${pageUrl(world, repository)}/tree/${name}` },
      protected: false,
      protection: { enabled: false, required_status_checks: { enforcement_level: 'off', contexts: [], checks: [] } },
      protection_url: `${self}/protection`,
    },
  };
}

async function listTags(call: RepositoryCall): Promise<Answer> {
  const { world, repository } = call;
  const { items, headers } = page(call, await repository.git.refs('refs/tags'));
  const json = await Promise.all(
    items.map(async (ref) => {
      const name = ref.name.slice('refs/tags/'.length);
      const sha = (await repository.git.commit(ref.sha))?.sha ?? ref.sha;
      const api = repositoryUrl(world, repository);
      return {
        name,
        commit: { sha, url: `${api}/commits/${sha}` },
        zipball_url: `${api}/zipball/refs/tags/${name}`,
        tarball_url: `${api}/tarball/refs/tags/${name}`,
        node_id: Buffer.from(ref.name).toString('base64'),
      };
    }),
  );
  return { status: 200, json, headers };
}
