import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { type Actions, createActions } from './actions/actions.ts';
import { changeInstallation, githubActions, install, registerApp, uninstall } from './apps.ts';
import { addRepository, ensureAccount, forkRepository } from './domain/accounts.ts';
import { editTree, fileEdits, personOf } from './domain/files.ts';
import { createOrganizationPeople, type OrganizationPeople } from './domain/organizations.ts';
import type { RequiredCheck } from './domain/required-checks.ts';
import { createFaults, type Faults } from './faults.ts';
import { smartHttp } from './git/smart-http.ts';
import { createTokens, type Tokens } from './identity.ts';
import { createManifestFlow } from './manifest.ts';
import { accountNamed, createPeople, type People } from './people.ts';
import { rawFiles } from './raw-files.ts';
import { allRoutes } from './rest/all-routes.ts';
import { hookRoutes } from './rest/hooks.ts';
import type { Route } from './routes.ts';
import { createGithubHandler, type Exchange, type LoggedCall } from './server/server.ts';
import type { Account, App, Installation, Permissions, Repository, Role, World } from './state.ts';
import { type Delivery, deliverWebhooks } from './webhooks.ts';
import { createWorld } from './world.ts';

export interface GithubOptions {
  /** Any free one by default. */
  readonly port?: number;
  /** Where the repositories live; a temporary folder, removed at the end, by default. */
  readonly folder?: string;
  readonly clock?: () => Date;
}

/** An App with what GitHub shows its owner once. */
export interface SandboxApp {
  readonly app: App;
  readonly appId: number;
  /** PEM, PKCS#1. */
  readonly privateKey: string;
  readonly webhookSecret: string;
  readonly slug: string;
  readonly clientId: string;
}

/** A local GitHub: one HTTP server over real git repositories, and what tests and the demo do to it directly. */
export interface SandboxGithub extends AsyncDisposable, People, OrganizationPeople {
  /** `http://127.0.0.1:port`: pages, and git at `/{owner}/{name}.git`. */
  readonly url: string;
  /** `${url}/api/v3`, as on GitHub Enterprise Server, so that Probot's GHE_HOST works. Octokit may also use `url`. */
  readonly apiUrl: string;
  readonly world: World;
  readonly tokens: Tokens;
  /** Workflow runs, and the backend that runners serve. */
  readonly actions: Actions;
  readonly faults: Faults;
  /** Every REST call so far. */
  readonly calls: readonly LoggedCall[];
  /** Every webhook so far. */
  readonly deliveries: readonly Delivery[];
  /** Every REST operation that is answered; any other is answered 501 by name. */
  readonly routes: readonly Route[];
  /** Hears of each REST call as it arrives and when it is answered, and of each webhook, e.g. the conformance check. */
  readonly observers: Set<Observer>;
  /** `kind` Organization makes an account that owns repositories but does nothing. */
  createUser(options: { readonly login: string; readonly kind?: 'User' | 'Organization' }): Account;
  createRepository(options: {
    readonly owner: string;
    readonly name: string;
    readonly private?: boolean;
    readonly defaultBranch?: string;
    readonly files?: Readonly<Record<string, string | Uint8Array>>;
    /** Takes all files of a folder, without `.git` and `node_modules`. */
    readonly fromFolder?: string;
  }): Promise<Repository>;
  fork(parent: Repository, owner: string): Promise<Repository>;
  /** Gives a person a role in a repository. */
  grantRole(options: { readonly repository: Repository; readonly login: string; readonly role: Role }): void;
  /** Has a ruleset require a check before a merge into a branch. */
  requireCheck(options: RequiredCheck & { readonly repository: Repository }): void;
  registerApp(options: {
    readonly name?: string;
    readonly owner?: string;
    readonly webhookUrl?: string;
    readonly webhookSecret?: string;
    readonly permissions: Permissions;
    readonly events: readonly string[];
  }): SandboxApp;
  /** Installs an App on repositories of one owner. */
  install(app: SandboxApp, repositories: readonly Repository[]): Installation;
  changeInstallation(
    installation: Installation,
    change: { readonly add?: readonly Repository[]; readonly remove?: readonly Repository[] },
  ): void;
  uninstall(installation: Installation): void;
  /** A token with which to act as this person through REST and git. */
  userToken(login: string): string;
  redeliver(delivery: Delivery): Promise<Delivery>;
  /** Resolves when events so far have started their workflows and no webhook is on its way. */
  settled(): Promise<void>;
}

export interface Observer {
  /** A REST call has arrived whole, and nothing is done about it yet. */
  readonly onRequest?: (request: { readonly method: string; readonly path: string }) => void;
  readonly onExchange?: (exchange: Exchange) => void;
  readonly onDelivery?: (delivery: Delivery) => void;
}

/** Starts a local GitHub on 127.0.0.1. Dispose it to stop the server and its processes. */
export async function startGithub(options: GithubOptions = {}): Promise<SandboxGithub> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'sandbox-github-')));
  const port = options.port ?? 0;
  const faults = createFaults();
  const observers = new Set<Observer>();
  const calls: LoggedCall[] = [];
  const listener = createServer();
  await listen(listener, port);
  // A server that listens on TCP has an AddressInfo.
  const { port: actualPort } = listener.address() as AddressInfo;
  const world = createWorld({
    url: `http://127.0.0.1:${actualPort}`,
    folder,
    clock: options.clock ?? (() => new Date()),
  });
  const tokens = createTokens(world);
  githubActions(world);
  const actions = createActions({ world, tokens });
  const manifests = createManifestFlow(world);
  const webhooks = deliverWebhooks(world, {
    faults,
    onDelivery: (delivery) => observers.forEach((observer) => void observer.onDelivery?.(delivery)),
  });
  const routes = [...allRoutes, ...hookRoutes(webhooks), ...manifests.routes, ...actions.routes];
  listener.on(
    'request',
    createGithubHandler({
      world,
      tokens,
      faults,
      routes,
      mounts: [smartHttp(world, tokens), rawFiles(world, tokens), manifests.mount, ...actions.mounts],
      onRequest: (request) => observers.forEach((observer) => void observer.onRequest?.(request)),
      onExchange: (exchange) => {
        calls.push(exchange.call);
        observers.forEach((observer) => void observer.onExchange?.(exchange));
      },
    }),
  );
  return {
    ...createPeople(world),
    ...createOrganizationPeople(world),
    url: world.url,
    apiUrl: world.apiUrl,
    world,
    tokens,
    actions,
    faults,
    calls,
    deliveries: webhooks.deliveries,
    routes,
    observers,
    createUser: ({ login, kind }) => ensureAccount(world, login, kind),
    createRepository: (request) => createRepository(world, request),
    fork: (parent, owner) => forkRepository(world, { parent, owner: accountNamed(world, owner) }),
    grantRole: ({ repository, login, role }) => {
      repository.roles.set(accountNamed(world, login).id, role);
    },
    requireCheck: ({ repository, ...check }) => {
      repository.requiredChecks.push(check);
    },
    registerApp: (request) => registerSandboxApp(world, request),
    install: ({ app }, repositories) => installOn(world, app, repositories),
    changeInstallation: (installation, change) => changeInstallation(world, installation, change),
    uninstall: (installation) => uninstall(world, installation),
    userToken: (login) => tokens.issueToken({ kind: 'user', account: accountNamed(world, login) }).token,
    redeliver: webhooks.redeliver,
    settled: async () => {
      await actions.settled();
      await webhooks.settled();
    },
    [Symbol.asyncDispose]: async () => {
      await actions.settled();
      await webhooks.close();
      listener.closeAllConnections();
      await new Promise((resolve) => listener.close(resolve));
      await Promise.all([...world.repositories.values()].map((repository) => repository.git[Symbol.asyncDispose]()));
      if (options.folder === undefined) {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
}

async function createRepository(
  world: World,
  options: Parameters<SandboxGithub['createRepository']>[0],
): Promise<Repository> {
  const owner = ensureAccount(world, options.owner);
  const repository = await addRepository(world, {
    owner,
    name: options.name,
    private: options.private ?? false,
    defaultBranch: options.defaultBranch ?? 'main',
    forkOf: null,
  });
  const files = { ...(await filesOf(options.fromFolder)), ...options.files };
  if (Object.keys(files).length > 0) {
    const { git } = repository;
    const tree = await editTree(git, null, await fileEdits(git, files));
    const author = personOf(owner, world.clock());
    const sha = await git.writeCommit({ tree, parents: [], author, committer: author, message: 'Initial commit' });
    await git.updateRef(`refs/heads/${repository.defaultBranch}`, sha);
  }
  return repository;
}

const leftOut = /(^|\/)(\.git|node_modules)(\/|$)/;

async function filesOf(folder: string | undefined): Promise<Readonly<Record<string, Uint8Array>>> {
  if (folder === undefined) {
    return {};
  }
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !leftOut.test(path));
  return Object.fromEntries(await Promise.all(files.map(async (path) => [path, await readFile(join(folder, path))])));
}

function registerSandboxApp(world: World, options: Parameters<SandboxGithub['registerApp']>[0]): SandboxApp {
  const { app, privateKey } = registerApp(world, {
    name: options.name ?? 'siskin',
    owner: ensureAccount(world, options.owner ?? 'siskin-team'),
    webhookUrl: options.webhookUrl ?? null,
    ...(options.webhookSecret === undefined ? {} : { webhookSecret: options.webhookSecret }),
    permissions: options.permissions,
    events: options.events,
  });
  return {
    app,
    appId: app.id,
    privateKey,
    webhookSecret: app.webhookSecret,
    slug: app.slug,
    clientId: app.clientId,
  };
}

function installOn(world: World, app: App, repositories: readonly Repository[]): Installation {
  const account = repositories[0]?.owner;
  if (account === undefined || repositories.some((repository) => repository.owner !== account)) {
    throw new Error('expected repositories of one owner, found none or several; install once per owner');
  }
  return install(world, { app, account, repositories });
}
