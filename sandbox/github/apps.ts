import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { ensureAccount } from './domain/accounts.ts';
import { nodeId } from './shape/account.ts';
import {
  type Account,
  type App,
  findAccount,
  type Installation,
  type JsonObject,
  type Permissions,
  type Repository,
  type World,
} from './state.ts';

/** The permissions of which one lets an App subscribe to an event. */
const neededFor: Readonly<Record<string, readonly string[]>> = {
  check_run: ['checks'],
  check_suite: ['checks'],
  create: ['contents'],
  delete: ['contents'],
  deployment: ['deployments'],
  deployment_status: ['deployments'],
  issue_comment: ['issues', 'pull_requests'],
  issues: ['issues'],
  pull_request: ['pull_requests'],
  push: ['contents'],
  release: ['contents'],
  status: ['statuses'],
  workflow_dispatch: ['contents'],
  workflow_job: ['actions'],
  workflow_run: ['actions'],
};

export interface RegisteredApp {
  readonly app: App;
  /** PKCS#1 PEM, as GitHub hands it out once. */
  readonly privateKey: string;
}

/** Registers an App. Throws when an event needs a permission that the App does not ask for, as GitHub's form does. */
export function registerApp(
  world: World,
  options: {
    readonly name: string;
    readonly owner: Account;
    readonly webhookUrl: string | null;
    readonly webhookSecret?: string;
    readonly permissions: Permissions;
    readonly events: readonly string[];
  },
): RegisteredApp {
  for (const event of options.events) {
    const needed = neededFor[event];
    if (needed !== undefined && !needed.some((name) => ['read', 'write'].includes(options.permissions[name] ?? ''))) {
      throw new Error(
        `expected permission ${needed.join(' or ')} for event ${event}, found none; add it or drop the event`,
      );
    }
  }
  const slug = options.name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  if (findAccount(world, `${slug}[bot]`) !== undefined) {
    throw new Error(`expected a new App, found one named ${slug}; choose another name`);
  }
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const app: App = {
    id: world.newId(),
    slug,
    name: options.name,
    clientId: `Iv23li${randomBytes(7).toString('hex')}`,
    clientSecret: randomBytes(20).toString('hex'),
    owner: options.owner,
    account: ensureAccount(world, `${slug}[bot]`, 'Bot'),
    publicKeyPem: publicKey,
    webhookUrl: options.webhookUrl,
    webhookSecret: options.webhookSecret ?? randomBytes(32).toString('hex'),
    permissions: options.permissions,
    events: options.events,
    createdAt: world.clock(),
  };
  world.apps.set(app.id, app);
  return { app, privateKey };
}

/** The App that workflows' jobs act as. It has no key, and receives no webhooks: GitHub runs it itself. */
export function githubActions(world: World): App {
  const known = [...world.apps.values()].find((app) => app.slug === 'github-actions');
  if (known !== undefined) {
    return known;
  }
  const app: App = {
    id: world.newId(),
    slug: 'github-actions',
    name: 'GitHub Actions',
    clientId: 'Iv1.05c79e9ad1f6bdfa',
    clientSecret: '',
    owner: ensureAccount(world, 'github', 'Organization'),
    account: ensureAccount(world, 'github-actions[bot]', 'Bot'),
    publicKeyPem: '',
    webhookUrl: null,
    webhookSecret: '',
    permissions: { actions: 'write', checks: 'write', contents: 'write', issues: 'write', pull_requests: 'write' },
    events: [],
    createdAt: world.clock(),
  };
  world.apps.set(app.id, app);
  return app;
}

/** Installs an App on repositories of one account (`all`: also on later ones) and tells it so. */
export function install(
  world: World,
  options: { readonly app: App; readonly account: Account; readonly repositories: readonly Repository[] | 'all' },
): Installation {
  const all = options.repositories === 'all';
  const installation: Installation = {
    id: world.newId(),
    app: options.app,
    account: options.account,
    selection: all ? 'all' : 'selected',
    repositories: new Set(options.repositories === 'all' ? [] : options.repositories),
    createdAt: world.clock(),
  };
  world.installations.set(installation.id, installation);
  tell(world, installation, {
    event: 'installation',
    action: 'created',
    payload: {
      repositories: installedRepositories(world, installation).map(shortShape),
    },
  });
  return installation;
}

/** Takes an App away from everything it was installed on. */
export function uninstall(world: World, installation: Installation): void {
  world.installations.delete(installation.id);
  tell(world, installation, {
    event: 'installation',
    action: 'deleted',
    payload: {
      repositories: installedRepositories(world, installation).map(shortShape),
    },
  });
}

/** Adds repositories to a `selected` installation, or takes them away. */
export function changeInstallation(
  world: World,
  installation: Installation,
  change: { readonly add?: readonly Repository[]; readonly remove?: readonly Repository[] },
): void {
  const { add = [], remove = [] } = change;
  for (const repository of add) {
    installation.repositories.add(repository);
  }
  for (const repository of remove) {
    installation.repositories.delete(repository);
  }
  for (const action of [...(add.length > 0 ? ['added'] : []), ...(remove.length > 0 ? ['removed'] : [])]) {
    tell(world, installation, {
      event: 'installation_repositories',
      action,
      payload: {
        repository_selection: installation.selection,
        repositories_added: action === 'added' ? add.map(shortShape) : [],
        repositories_removed: action === 'removed' ? remove.map(shortShape) : [],
        requester: null,
      },
    });
  }
}

/** What an installation reaches. */
export function installedRepositories(world: World, installation: Installation): readonly Repository[] {
  return installation.selection === 'selected'
    ? [...installation.repositories]
    : [...world.repositories.values()].filter((repository) => repository.owner.id === installation.account.id);
}

function tell(
  world: World,
  installation: Installation,
  message: { readonly event: string; readonly action: string; readonly payload: JsonObject },
): void {
  world.sendWebhook({ ...message, repository: null, sender: installation.account, cause: 'person', installation });
}

function shortShape(repository: Repository): JsonObject {
  return {
    id: repository.id,
    node_id: nodeId('Repository', repository.id),
    name: repository.name,
    full_name: `${repository.owner.login}/${repository.name}`,
    private: repository.private,
  };
}
