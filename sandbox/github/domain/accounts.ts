import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { GitRepository } from '../git/git-repository.ts';
import { type Account, findAccount, findRepository, type Repository, type World } from '../state.ts';

/** The account of this login, made when there is none yet. */
export function ensureAccount(world: World, login: string, type: Account['type'] = 'User'): Account {
  const known = findAccount(world, login);
  if (known !== undefined) {
    return known;
  }
  const organization =
    type === 'Organization' ? { members: new Map(), owners: new Set<number>(), teams: new Map() } : null;
  const account: Account = { id: world.newId(), login, type, createdAt: world.clock(), organization };
  world.accounts.set(login.toLowerCase(), account);
  return account;
}

/** An empty repository without commits. Throws when the name is taken. */
export async function addRepository(
  world: World,
  options: {
    readonly owner: Account;
    readonly name: string;
    readonly private: boolean;
    readonly defaultBranch: string;
    readonly forkOf: Repository | null;
  },
): Promise<Repository> {
  if (findRepository(world, options.owner.login, options.name) !== undefined) {
    throw new Error(`expected a new repository, found ${options.owner.login}/${options.name}; choose another name`);
  }
  const id = world.newId();
  const folder = join(world.folder, 'repositories', `${id}.git`);
  await mkdir(join(world.folder, 'repositories'), { recursive: true });
  const now = world.clock();
  const repository: Repository = {
    id,
    owner: options.owner,
    name: options.name,
    private: options.private,
    defaultBranch: options.defaultBranch,
    description: null,
    forkOf: options.forkOf,
    git: await GitRepository.create(folder, options.defaultBranch),
    createdAt: now,
    pushedAt: now,
    updatedAt: now,
    roles: new Map(),
    customRoles: new Map(),
    issues: new Map(),
    comments: new Map(),
    labels: new Map(),
    checkSuites: new Map(),
    checkRuns: new Map(),
    statuses: [],
    deployments: new Map(),
    environments: new Map(),
    releases: new Map(),
    requiredChecks: [],
  };
  world.repositories.set(`${options.owner.login}/${options.name}`.toLowerCase(), repository);
  return repository;
}

/** A fork with all branches and tags of its parent. */
export async function forkRepository(
  world: World,
  options: { readonly parent: Repository; readonly owner: Account; readonly name?: string },
): Promise<Repository> {
  const { parent } = options;
  const fork = await addRepository(world, {
    owner: options.owner,
    name: options.name ?? parent.name,
    private: parent.private,
    defaultBranch: parent.defaultBranch,
    forkOf: parent,
  });
  await fork.git.ask(['fetch', '-q', parent.git.folder, '+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*']);
  return fork;
}
