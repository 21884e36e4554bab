import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type SandboxApp, type SandboxGithub, startGithub } from '../../sandbox/github/github.ts';

const root = join(import.meta.dirname, '..', '..');
const policy = `version: 1
models:
  fraud:
    task: binary
    target: label
    data: { train: data/train.csv, holdout: data/holdout.csv }
    model: models/fraud.onnx
    metrics:
      roc-auc: { not-worse-by: 0.005 }
`;

const children = new Set<ChildProcess>();
afterEach(() => {
  // What a failed test left running would keep the suite from ending.
  for (const child of children) child.kill('SIGKILL');
  children.clear();
});

/** The App as its own process, as `npm start` starts it. */
async function startProcess(github: SandboxGithub, app: SandboxApp, data: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [join(root, 'app', 'start.ts')], {
    cwd: data,
    env: {
      ...process.env,
      APP_ID: String(app.appId),
      PRIVATE_KEY: app.privateKey,
      WEBHOOK_SECRET: app.webhookSecret,
      GITHUB_API_URL: github.apiUrl,
      SISKIN_DATA: join(data, 'db'),
      DATABASE_URL: '',
      HOST: '127.0.0.1',
      PORT: '0',
      LOG_LEVEL: 'info',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  let log = '';
  for await (const chunk of child.stdout ?? []) {
    log += String(chunk);
    const url = /Listening on (http:\/\/[\d.:]+)/.exec(log)?.[1];
    if (url === undefined) continue;
    app.app.webhookUrl = `${url}/api/github/webhooks`;
    break;
  }
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

async function until(what: () => boolean, seconds = 30): Promise<number> {
  const started = performance.now();
  while (!what()) {
    if (performance.now() - started > seconds * 1000) throw new Error(`expected an end within ${seconds} s`);
    await setTimeout(5);
  }
  return (performance.now() - started) / 1000;
}

it.each([
  ['as soon as the delivery is acknowledged', () => true],
  ['when the run was just dispatched', (github: SandboxGithub) => posts(github, '/dispatches') > 0],
  ['when the check was just created', (github: SandboxGithub) => posts(github, '/check-runs') > 0],
  ['when the comment was just written', (github: SandboxGithub) => posts(github, '/comments') > 0],
])('a process killed %s loses nothing and does nothing twice', { timeout: 120_000 }, async (_name, moment) => {
  const data = mkdtempSync(join(tmpdir(), 'siskin-crash-'));
  await using github = await startGithub();
  const manifest = parse(readFileSync(join(root, 'app.yml'), 'utf8'));
  github.createUser({ login: 'ada' });
  const repository = await github.createRepository({
    owner: 'ada',
    name: 'shop',
    files: {
      '.github/siskin.yml': policy,
      '.github/workflows/siskin.yml': readFileSync(join(root, 'templates', 'workflows', 'siskin.yml')),
      'models/fraud.onnx': 'one',
    },
  });
  const app = github.registerApp({
    name: 'siskin',
    permissions: manifest.default_permissions,
    events: manifest.default_events,
  });
  const first = await startProcess(github, app, data);
  github.install(app, [repository]);
  await github.settled();
  await setTimeout(3000);
  const before = github.calls.length;

  await github.commitFiles({
    repository,
    branch: 'better',
    message: 'Better',
    files: { 'models/fraud.onnx': 'two' },
    author: 'ada',
  });
  await github.openPullRequest({ repository, author: 'ada', title: 'Better', head: 'better' });
  await until(() => github.deliveries.some(({ event, statusCode }) => event === 'pull_request' && statusCode === 202));
  await until(() => moment({ ...github, calls: github.calls.slice(before) }));
  await kill(first);
  const second = await startProcess(github, app, data);
  const restarted = performance.now();
  const done = () => {
    const since = { calls: github.calls.slice(before) };
    return ['/dispatches', '/check-runs', '/comments'].map((end) => posts(since, end));
  };
  await until(() => done().every((count) => count > 0));
  const resumedMs = performance.now() - restarted;
  // What would be done twice is done by now, or within the next round of the timer.
  await github.settled();
  await setTimeout(2000);

  expect(done()).toEqual([1, 1, 1]);
  expect(resumedMs).toBeLessThan(30_000);
  await kill(second);
  rmSync(data, { recursive: true });
});

function posts(github: Pick<SandboxGithub, 'calls'>, end: string): number {
  return github.calls.filter(({ method, path }) => method === 'POST' && path.endsWith(end)).length;
}
