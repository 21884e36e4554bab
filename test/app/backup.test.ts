import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { type RunningApp, startApp } from '../../app/server.ts';
import { type SandboxGithub, startGithub } from '../../sandbox/github/github.ts';
import { backUp } from '../../src/store/backup.ts';
import type { Database } from '../../src/store/database.ts';
import { type DatabasePlace, openDatabase } from '../../src/store/place.ts';
import { restore } from '../../src/store/restore.ts';
import { emptyDatabase } from '../database.ts';
import { appOptions, secret } from './app-options.ts';
import { manifest, shop } from './sandbox-app.ts';

vi.setConfig({ testTimeout: 120_000 });

it('goes on from a backup, in another database, where it was in the middle of a story', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'backup-'));
  const file = join(folder, 'backup');
  const first: DatabasePlace = { kind: 'folder', path: join(folder, 'data') };
  const server = emptyDatabase();
  const second = server.kind === 'memory' ? ({ kind: 'folder', path: join(folder, 'other') } as const) : server;
  await using github = await startGithub();
  const registered = github.registerApp({
    webhookSecret: secret,
    permissions: manifest.default_permissions,
    events: manifest.default_events,
  });
  const { appId, privateKey } = registered;
  const startOn = async (database: DatabasePlace): Promise<RunningApp> => {
    const app = await startApp(appOptions(github.apiUrl, { appId, privateKey, database }));
    registered.app.webhookUrl = `${app.url}/api/github/webhooks`;
    return app;
  };
  github.createUser({ login: 'ada' });
  const repository = await github.createRepository({ owner: 'ada', name: 'shop', files: shop });

  const before = await startOn(first);
  github.install(registered, [repository]);
  await github.settled();
  await before.idle();
  // GitHub writes nothing any more: what is decided stays in the outbox.
  github.faults.fail({ kind: 503, times: 1000, only: /^(POST|PATCH) \/repos/, retryAfterSeconds: 1 });
  const files = { 'models/fraud.onnx': 'two' };
  await github.commitFiles({ repository, branch: 'better', message: 'Better', files, author: 'ada' });
  await github.openPullRequest({ repository, author: 'ada', title: 'Better', head: 'better' });
  await vi.waitFor(async () => expect((await before.store.readBacklog()).waitingEffects).toBe(3), 60_000);
  await before[Symbol.asyncDispose]();
  await withDatabase(first, (from) => backUp(from, { file, at: new Date() }));
  await withDatabase(second, (to) => restore(to, { file }));
  while (github.faults.takeFailure('POST /repos') !== null);
  await using after = await startOn(second);
  await after.idle();
  await github.settled();
  await after.idle();

  expect(done(github)).toEqual({ runs: 1, checks: ['siskin: fraud queued'], comments: 1 });
});

async function withDatabase(place: DatabasePlace, work: (database: Database) => Promise<unknown>): Promise<void> {
  await using database = await openDatabase(place);
  await work(database);
}

function done(github: SandboxGithub): object {
  const [repository] = [...github.world.repositories.values()];
  if (repository === undefined) return {};
  return {
    runs: github.actions.runsOf(repository).length,
    checks: [...repository.checkRuns.values()].map(({ name, status }) => `${name} ${status}`),
    comments: repository.comments.size,
  };
}
