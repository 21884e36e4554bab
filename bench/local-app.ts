import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Pace } from '../app/connections.ts';
import { type RunningApp, startApp } from '../app/server.ts';
import type { RequestedRun } from '../sandbox/github/actions-backend.ts';
import { type SandboxGithub, startGithub } from '../sandbox/github/github.ts';
import type { PullIssue } from '../sandbox/github/shape/pull.ts';
import type { Permissions, Repository } from '../sandbox/github/state.ts';

const root = join(import.meta.dirname, '..');

/** The App as `npm start` runs it, its database in a folder, before a local GitHub without runners. */
export interface LocalApp extends AsyncDisposable {
  readonly github: SandboxGithub;
  readonly app: RunningApp;
  readonly webhookSecret: string;
  /** Creates a repository whose one model is a committed file, with the App on it, and waits until all is at rest. */
  adopt(name: string): Promise<Repository>;
  /** Opens a pull request that changes this file. Does not wait. */
  propose(repository: Repository, file: string): Promise<PullIssue>;
  /** The next run that the App dispatches. */
  nextRun(): Promise<RequestedRun>;
  /** Lets the App's time pass. */
  pass(seconds: number): void;
  /** Resolves when no webhook is on its way and the App has nothing left to do. */
  rest(): Promise<void>;
}

/** Starts both. `polite` is how the App asks github.com: within its limits of writes. */
export async function openLocalApp(pace: Pace): Promise<LocalApp> {
  await using opening = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'siskin-bench-'));
  opening.defer(() => rm(folder, { recursive: true, force: true }));
  const github = opening.use(await startGithub({ folder: join(folder, 'github') }));
  const registered = github.registerApp(manifest());
  // The App's time begins an hour early, so that skipping some minutes never puts it ahead of GitHub's.
  let ahead = -3_600_000;
  const app = opening.use(
    await startApp({
      ...registered,
      apiUrl: github.apiUrl,
      database: { kind: 'folder', path: join(folder, 'data') },
      host: '127.0.0.1',
      port: 0,
      logLevel: 'fatal',
      pace,
      clock: () => new Date(Date.now() + ahead),
    }),
  );
  registered.app.webhookUrl = `${app.url}/api/github/webhooks`;
  github.createUser({ login: 'ada' });
  const [runs, takers]: [RequestedRun[], ((run: RequestedRun) => void)[]] = [[], []];
  github.actions.backend.onRun((run) => {
    const take = takers.shift();
    if (take === undefined) runs.push(run);
    else take(run);
  });
  let branches = 0;
  const running = opening.move();
  async function rest(): Promise<void> {
    for (let before = -1; before !== github.deliveries.length; ) {
      before = github.deliveries.length;
      await github.settled();
      await app.idle();
    }
  }
  return {
    github,
    app,
    webhookSecret: registered.webhookSecret,
    rest,
    pass(seconds) {
      ahead += seconds * 1000;
    },
    async adopt(name) {
      const repository = await github.createRepository({ owner: 'ada', name, files: shopFiles });
      github.install(registered, [repository]);
      await rest();
      return repository;
    },
    async propose(repository, file) {
      const branch = `change-${++branches}`;
      const change = { [file]: `change ${branches}` };
      await github.commitFiles({ repository, branch, message: branch, files: change, author: 'ada' });
      return await github.openPullRequest({ repository, author: 'ada', title: branch, head: branch });
    },
    async nextRun() {
      return runs.shift() ?? (await new Promise((resolve) => takers.push(resolve)));
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** What app.yml asks GitHub for; a test holds it against what GitHub knows. */
export function manifest(): { readonly permissions: Permissions; readonly events: readonly string[] } {
  // The file is ours.
  const written = parse(readFileSync(join(root, 'app.yml'), 'utf8')) as {
    readonly default_permissions: Permissions;
    readonly default_events: readonly string[];
  };
  return { permissions: written.default_permissions, events: written.default_events };
}

/** A repository whose one model is a committed file. */
export const shopFiles = {
  'README.md': 'A shop.\n',
  '.github/siskin.yml': `version: 1
models:
  fraud:
    task: binary
    target: label
    data: { train: data/train.csv, holdout: data/holdout.csv }
    model: models/fraud.onnx
    metrics:
      roc-auc: { not-worse-by: 0.005 }
`,
  '.github/workflows/siskin.yml': readFileSync(join(root, 'templates/workflows/siskin.yml'), 'utf8'),
  'data/train.csv': 'hour,label\n1,0\n',
  'data/holdout.csv': 'hour,label\n2,1\n',
  'models/fraud.onnx': 'one',
};
