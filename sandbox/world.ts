import { readFileSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Pace } from '../app/connections.ts';
import { type RunningApp, startApp } from '../app/server.ts';
import type { AlertReceiver } from '../src/rollout/alerts/receiver.ts';
import type { Connections } from '../src/rollout/connections.ts';
import type { DatabasePlace } from '../src/store/place.ts';
import type { ActionsBackend } from './github/actions-backend.ts';
import { type SandboxApp, type SandboxGithub, startGithub } from './github/github.ts';
import type { Permissions, Repository } from './github/state.ts';
import { type Runner, startRunner } from './runner/runner.ts';
import { fillToolCache } from './tool-cache.ts';

const root = join(import.meta.dirname, '..');

/** The whole product, running on this machine: a GitHub, two kinds of runners, and the App exactly as `npm start` runs it. */
export interface World extends AsyncDisposable {
  readonly github: SandboxGithub;
  readonly registration: SandboxApp;
  readonly app: RunningApp;
  readonly runners: readonly Runner[];
  /** Creates a repository from a folder or files and installs the App on it. */
  adopt(options: {
    readonly owner: string;
    readonly name: string;
    readonly fromFolder?: string;
    readonly files?: Readonly<Record<string, string | Uint8Array>>;
  }): Promise<Repository>;
  /** Resolves when nothing is under way any more: no webhook, no delivery, no effect, no job. */
  settled(): Promise<void>;
}

/** A job that started or ended. */
export interface JobNews {
  readonly name: string;
  readonly news: string;
}

/** Starts a world in a temporary folder. The actions must have been built (`npm run build`). */
export async function startWorld(
  options: {
    /** Hears of each job as it starts and ends. */
    readonly onJob?: (job: JobNews) => void;
    readonly database?: DatabasePlace;
    readonly logLevel?: 'info' | 'warn' | 'error' | 'fatal';
    /** How fast the App asks GitHub; as GitHub wants it unless told otherwise. */
    readonly pace?: Pace;
    /** The App's own time; GitHub and the runners keep the machine's. */
    readonly appClock?: () => Date;
    /** What the operator lets rollouts reach; nothing unless told otherwise. */
    readonly connections?: Connections;
    /** Who may tell of alerts; nobody unless told otherwise. */
    readonly alertReceivers?: Readonly<Record<string, AlertReceiver>>;
  } = {},
): Promise<World> {
  await using opening = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'siskin-world-'));
  opening.defer(() => rm(folder, { recursive: true, force: true }));
  const github = opening.use(await startGithub({ folder: join(folder, 'github') }));
  // app.yml is ours; a test holds it against what GitHub knows.
  const manifest = parse(readFileSync(join(root, 'app.yml'), 'utf8')) as {
    readonly default_permissions: Permissions;
    readonly default_events: readonly string[];
  };
  const registration = github.registerApp({
    permissions: manifest.default_permissions,
    events: manifest.default_events,
  });
  const release = join(folder, 'release');
  await releaseActions(release);
  const toolCache = join(folder, 'tools');
  fillToolCache(toolCache);
  const backend = overheard(github.actions.backend, options.onJob ?? (() => {}));
  const runners: Runner[] = [];
  for (const labels of [['ubuntu-latest'], ['self-hosted', 'gpu']]) {
    const runner = await startRunner({
      backend,
      labels,
      folder: join(folder, labels.join('-')),
      actions: { 'siskin-dev/siskin': release },
      toolCache,
      preinstalledModules: join(root, 'node_modules'),
    });
    runners.push(opening.use(runner));
  }
  const app = opening.use(
    await startApp({
      appId: registration.appId,
      privateKey: registration.privateKey,
      webhookSecret: registration.webhookSecret,
      apiUrl: github.apiUrl,
      database: options.database ?? { kind: 'memory' },
      host: '127.0.0.1',
      port: 0,
      logLevel: options.logLevel ?? 'warn',
      pace: options.pace ?? 'polite',
      ...(options.appClock === undefined ? {} : { clock: options.appClock }),
      ...(options.connections === undefined ? {} : { connections: options.connections }),
      ...(options.alertReceivers === undefined ? {} : { alertReceivers: options.alertReceivers }),
    }),
  );
  registration.app.webhookUrl = `${app.url}/api/github/webhooks`;
  const running = opening.move();
  const settled = async (): Promise<void> => {
    // What ends in one of them may begin in another, so that only a round in which nothing happened proves the end.
    for (let seen = -1; seen !== github.deliveries.length + github.calls.length; ) {
      seen = github.deliveries.length + github.calls.length;
      await github.settled();
      await app.idle();
      for (const runner of runners) await runner.idle();
      await github.settled();
      await app.idle();
    }
  };
  return {
    github,
    registration,
    app,
    runners,
    settled,
    async adopt(repository) {
      const created = await github.createRepository(repository);
      github.install(registration, [created]);
      return created;
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Of a release jobs use only this; each of them fetches it anew, so that the rest would cost a second every time. */
async function releaseActions(folder: string): Promise<void> {
  for (const path of ['action.yml', 'actions']) await cp(join(root, path), join(folder, path), { recursive: true });
}

/** The same backend, with each start and end of a job told. */
function overheard(backend: ActionsBackend, tell: (job: JobNews) => void): ActionsBackend {
  const names = new Map<number, string>();
  return {
    ...backend,
    queueJob(runId, job) {
      const id = backend.queueJob(runId, job);
      names.set(id, job.name);
      return id;
    },
    startJob(jobId, job) {
      tell({ name: names.get(jobId) ?? '', news: `started on ${job.runnerName}` });
      return backend.startJob(jobId, job);
    },
    completeJob(jobId, conclusion) {
      tell({ name: names.get(jobId) ?? '', news: conclusion });
      backend.completeJob(jobId, conclusion);
    },
  };
}
