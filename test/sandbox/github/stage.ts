import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { Octokit } from '@octokit/rest';
import { SignJWT } from 'jose';
import { type Conformance, conformanceOf } from '../../../sandbox/github/conformance.ts';
import {
  type GithubOptions,
  type SandboxApp,
  type SandboxGithub,
  startGithub,
} from '../../../sandbox/github/github.ts';
import type { Installation, Permissions, Repository } from '../../../sandbox/github/state.ts';

/** One webhook as its receiver saw it. */
export interface Received {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  readonly payload: { readonly [key: string]: unknown };
}

/** A local GitHub with one repository of ada's, an App installed on it, and somebody who receives its webhooks. */
export interface Stage extends AsyncDisposable {
  readonly github: SandboxGithub;
  readonly repository: Repository;
  readonly app: SandboxApp;
  readonly installation: Installation;
  readonly received: readonly Received[];
  readonly conformance: Conformance;
  /** `pull_request.opened`, in the order received. */
  heard(): readonly string[];
  /** Octokit with a token of the installation, narrowed when `permissions` say so. */
  asInstallation(permissions?: Permissions): Promise<Octokit>;
  asApp(): Promise<Octokit>;
  asUser(login: string): Octokit;
}

/** Holds what is exchanged against GitHub's published descriptions. */
export function publishedConformance(): Conformance {
  return conformanceOf(openapi, webhookSchema);
}

export const everything: Permissions = {
  actions: 'write',
  administration: 'write',
  checks: 'write',
  contents: 'write',
  deployments: 'write',
  environments: 'write',
  issues: 'write',
  pull_requests: 'write',
  statuses: 'write',
};

const allEvents = [
  'check_run',
  'check_suite',
  'create',
  'delete',
  'deployment',
  'deployment_status',
  'issue_comment',
  'issues',
  'pull_request',
  'pull_request_review',
  'pull_request_review_comment',
  'push',
  'release',
  'status',
  'workflow_job',
  'workflow_run',
];

const require = createRequire(import.meta.url);
const openapi: unknown = JSON.parse(
  readFileSync(new URL('../../fixtures/github-openapi.json', import.meta.url), 'utf8'),
);
const webhookSchema: unknown = require('@octokit/webhooks-schemas');

export async function setStage(
  options: GithubOptions & {
    readonly permissions?: Permissions;
    readonly events?: readonly string[];
    readonly private?: boolean;
  } = {},
): Promise<Stage> {
  const received: Received[] = [];
  const receiver = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) {
      body += chunk;
    }
    received.push({ headers: request.headers, body, payload: JSON.parse(body) });
    response.writeHead(202).end('taken');
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  // A server that listens on TCP has an AddressInfo.
  const { port } = receiver.address() as AddressInfo;
  const github = await startGithub(options);
  const conformance = publishedConformance();
  github.observers.add(conformance.observer);
  github.createUser({ login: 'ada' });
  const repository = await github.createRepository({
    owner: 'ada',
    name: 'flights',
    private: options.private ?? false,
    files: { 'README.md': '# Flights\n', 'data/june.csv': 'delay\n1\n', 'src/train.js': 'console.log(1);\n' },
  });
  const app = github.registerApp({
    webhookUrl: `http://127.0.0.1:${port}/hooks`,
    permissions: options.permissions ?? everything,
    events: options.events ?? allEvents,
  });
  const installation = github.install(app, [repository]);
  await github.settled();
  const jwt = () => signJwt(app, github.world.clock());
  return {
    github,
    repository,
    app,
    installation,
    received,
    conformance,
    heard: () =>
      received.map(({ headers, payload }) =>
        [headers['x-github-event'], payload['action']].filter((part) => part !== undefined).join('.'),
      ),
    asApp: async () => octokit(github.apiUrl, await jwt()),
    asUser: (login) => octokit(github.apiUrl, github.userToken(login)),
    asInstallation: async (permissions) => {
      const answer = await octokit(github.apiUrl, await jwt()).rest.apps.createInstallationAccessToken({
        installation_id: installation.id,
        ...(permissions === undefined ? {} : { permissions }),
      });
      return octokit(github.apiUrl, answer.data.token);
    },
    [Symbol.asyncDispose]: async () => {
      await github[Symbol.asyncDispose]();
      receiver.closeAllConnections();
      await new Promise((resolve) => receiver.close(resolve));
    },
  };
}

/** What an App signs to speak as itself; ten minutes at most. */
export function signJwt(app: SandboxApp, now: Date, lifetimeSeconds = 300): Promise<string> {
  const seconds = Math.floor(now.getTime() / 1000);
  return new SignJWT({})
    .setProtectedHeader({ alg: 'RS256' })
    .setIssuer(String(app.appId))
    .setIssuedAt(seconds - 30)
    .setExpirationTime(seconds + lifetimeSeconds)
    .sign(createPrivateKey(app.privateKey));
}

/** Octokit without its log; nobody without a token. */
export function octokit(baseUrl: string, auth?: string): Octokit {
  return new Octokit({ baseUrl, log: silent, ...(auth === undefined ? {} : { auth }) });
}

const nothing = () => {};
const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing };
