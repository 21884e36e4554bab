import { conflictFree } from '../git/merge.ts';
import { deploymentShape, deploymentStatusShape } from '../shape/deployment.ts';
import type { Account, App, Repository, World } from '../state.ts';
import { personOf } from './files.ts';
import { type By, moveRef } from './push.ts';

export interface DeploymentStatus {
  readonly id: number;
  readonly state: string;
  readonly creator: Account;
  readonly description: string;
  readonly environment: string;
  readonly environmentUrl: string;
  readonly logUrl: string;
  readonly createdAt: Date;
}

export interface Deployment {
  readonly id: number;
  readonly repository: Repository;
  readonly sha: string;
  readonly ref: string;
  readonly task: string;
  readonly payload: unknown;
  readonly environment: string;
  readonly description: string | null;
  readonly transient: boolean;
  readonly production: boolean;
  readonly creator: Account;
  readonly app: App | null;
  readonly createdAt: Date;
  updatedAt: Date;
  readonly statuses: DeploymentStatus[];
}

export interface Environment {
  readonly id: number;
  readonly name: string;
  waitTimerMinutes: number;
  reviewers: readonly Account[];
  preventSelfReview: boolean;
  branchPolicy: { readonly protected_branches: boolean; readonly custom_branch_policies: boolean } | null;
  /** Jobs that wait for a reviewer; each is told once whether it may enter. */
  readonly waiting: Set<(mayEnter: boolean) => void>;
  readonly createdAt: Date;
  updatedAt: Date;
}

/** The environment of this name; GitHub makes it when a deployment or a job first names it. */
export function ensureEnvironment(world: World, repository: Repository, name: string): Environment {
  const known = repository.environments.get(name);
  if (known !== undefined) {
    return known;
  }
  const now = world.clock();
  const environment: Environment = {
    id: world.newId(),
    name,
    waitTimerMinutes: 0,
    reviewers: [],
    preventSelfReview: false,
    branchPolicy: null,
    waiting: new Set(),
    createdAt: now,
    updatedAt: now,
  };
  repository.environments.set(name, environment);
  return environment;
}

export function addDeployment(
  world: World,
  deployment: Omit<Deployment, 'id' | 'createdAt' | 'updatedAt' | 'statuses'>,
  by: By,
): Deployment {
  const { repository } = deployment;
  ensureEnvironment(world, repository, deployment.environment);
  const now = world.clock();
  const added: Deployment = { ...deployment, id: world.newId(), createdAt: now, updatedAt: now, statuses: [] };
  repository.deployments.set(added.id, added);
  world.sendWebhook({
    event: 'deployment',
    action: 'created',
    repository,
    sender: by.account,
    cause: by.cause,
    payload: { deployment: deploymentShape(world, added), workflow: null, workflow_run: null },
  });
  return added;
}

/** Adds a status. A success makes the older successes of the same environment inactive unless `keepsOthers`. */
export function addDeploymentStatus(
  world: World,
  deployment: Deployment,
  options: {
    readonly status: Omit<DeploymentStatus, 'id' | 'createdAt' | 'creator'>;
    readonly keepsOthers: boolean;
    readonly by: By;
  },
): DeploymentStatus {
  const { repository } = deployment;
  const { by } = options;
  const status: DeploymentStatus = {
    ...options.status,
    id: world.newId(),
    creator: by.account,
    createdAt: world.clock(),
  };
  deployment.statuses.push(status);
  deployment.updatedAt = status.createdAt;
  if (status.state === 'success' && !options.keepsOthers) {
    retireOthers(world, deployment, { status, by });
  }
  // GitHub sends no webhook when a deployment becomes inactive.
  if (status.state !== 'inactive') {
    world.sendWebhook({
      event: 'deployment_status',
      action: 'created',
      repository,
      sender: by.account,
      cause: by.cause,
      payload: {
        deployment_status: deploymentStatusShape(world, deployment, status),
        deployment: deploymentShape(world, deployment),
      },
    });
  }
  return status;
}

function retireOthers(
  world: World,
  deployment: Deployment,
  options: { readonly status: DeploymentStatus; readonly by: By },
): void {
  const environment = options.status.environment;
  for (const other of deployment.repository.deployments.values()) {
    const last = other.statuses.at(-1);
    if (other !== deployment && !other.transient && last?.state === 'success' && last.environment === environment) {
      const status = { ...last, state: 'inactive', description: '' };
      addDeploymentStatus(world, other, { status, keepsOthers: true, by: options.by });
    }
  }
}

/**
 * Brings a branch up to the default branch before it is deployed, as `auto_merge` asks: `behind` when it was merged into
 * the branch just now, `conflict` when it cannot, `fresh` when nothing was to do.
 */
export async function freshen(
  world: World,
  repository: Repository,
  options: { readonly ref: string; readonly sha: string; readonly by: By },
): Promise<'fresh' | 'behind' | 'conflict'> {
  const { git } = repository;
  const branch = await git.ref(`refs/heads/${options.ref}`);
  const main = await git.ref(`refs/heads/${repository.defaultBranch}`);
  if (branch === null || main === null || (await git.isAncestor(main.sha, branch.sha))) {
    return 'fresh';
  }
  const tree = await conflictFree(git, branch.sha, main.sha);
  if (tree === null) {
    return 'conflict';
  }
  const author = personOf(options.by.account, world.clock());
  const message = `Merge ${repository.defaultBranch} into ${options.ref}`;
  const parents = [branch.sha, main.sha];
  const sha = await git.writeCommit({ tree, parents, author, committer: author, message });
  await moveRef(world, repository, { ref: branch.name, sha, by: options.by });
  return 'behind';
}
