import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { type SandboxGithub, startGithub } from '../../sandbox/github/github.ts';
import { secret } from './app-options.ts';
import { type AppProcess, startAppProcess } from './app-process.ts';
import { manifest, shop } from './sandbox-app.ts';

// A process starts in two seconds, and in many more on a machine that has much else to do.
vi.setConfig({ testTimeout: 120_000 });

/** The App as a process before a local GitHub, in the middle of a delivery: GitHub takes its time. */
async function inTheMiddle(): Promise<AsyncDisposable & { readonly github: SandboxGithub; readonly app: AppProcess }> {
  await using opening = new AsyncDisposableStack();
  const github = opening.use(await startGithub());
  const registered = github.registerApp({
    webhookSecret: secret,
    permissions: manifest.default_permissions,
    events: manifest.default_events,
  });
  const folder = mkdtempSync(join(tmpdir(), 'stop-'));
  const app = opening.use(
    await startAppProcess(folder, {
      APP_ID: String(registered.appId),
      PRIVATE_KEY: registered.privateKey,
      WEBHOOK_SECRET: secret,
      GITHUB_API_URL: github.apiUrl,
      SISKIN_DATA: join(folder, 'data'),
    }),
  );
  registered.app.webhookUrl = `${app.url}/api/github/webhooks`;
  github.createUser({ login: 'ada' });
  const repository = await github.createRepository({ owner: 'ada', name: 'shop', files: shop });
  github.faults.latencyMs = 300;
  const before = github.calls.length;
  github.install(registered, [repository]);
  while (!github.calls.slice(before).some(({ path }) => path.startsWith('/repos/'))) await setTimeout(20);
  const moved = opening.move();
  return { github, app, [Symbol.asyncDispose]: () => moved.disposeAsync() };
}

describe('the App that is told to stop', () => {
  it('ends what is in hand, is not ready meanwhile, and exits with 0 within seconds', async () => {
    await using stage = await inTheMiddle();
    const { app, github } = stage;
    const started = performance.now();

    expect((await fetch(`${app.url}/ready`)).status).toBe(200);
    app.child.kill('SIGTERM');
    let stopping: Response;
    do stopping = await fetch(`${app.url}/ready`);
    while (stopping.status === 200);
    const end = await app.ended;

    expect(stopping.status).toBe(503);
    expect(await stopping.text()).toContain('it is stopping');
    expect(end).toEqual({ code: 0, signal: null });
    expect(performance.now() - started).toBeLessThan(15_000);
    // What was in hand was asked for to its end: nothing that GitHub answered went nowhere.
    expect(github.calls.filter(({ path }) => path.startsWith('/repos/')).length).toBeGreaterThan(1);
    expect(app.errors()).toBe('');
  });

  it('ends at once when it is told a second time', async () => {
    await using stage = await inTheMiddle();
    const { app, github } = stage;
    github.faults.latencyMs = 20_000;
    await setTimeout(400);
    const started = performance.now();

    app.child.kill('SIGTERM');
    await setTimeout(200);
    app.child.kill('SIGTERM');

    expect(await app.ended).toEqual({ code: 143, signal: null });
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
