import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startGithub } from '../../sandbox/github/github.ts';

const root = join(import.meta.dirname, '../..');

/** `npm start` in a folder of its own, until its log holds the words. */
async function started(folder: string, env: Readonly<Record<string, string>>, words: string) {
  const child = spawn(process.execPath, [join(root, 'app/start.ts')], {
    cwd: folder,
    env: { PATH: process.env['PATH'], NO_SMEE_SETUP: 'true', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  await new Promise<void>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      log += chunk.toString();
      if (log.includes(words)) resolve();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', (code) => reject(new Error(`expected "${words}", found exit code ${code} and ${log}`)));
  });
  return { [Symbol.asyncDispose]: () => ended(child) };
}

async function ended(child: ChildProcess): Promise<void> {
  child.removeAllListeners('exit');
  const closed = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGTERM');
  await closed;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

it('registers a GitHub App from its manifest on the first start, and runs as it on the second', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'siskin-set-up-'));
  copyFileSync(join(root, 'app.yml'), join(folder, 'app.yml'));
  try {
    await using github = await startGithub();
    const port = String(await freePort());
    const env = { GHE_HOST: new URL(github.url).host, GHE_PROTOCOL: 'http', PORT: port };
    {
      await using _ = await started(folder, env, 'Listening on');
      const page = await (await fetch(`http://localhost:${port}/probot`)).text();
      const manifest = /value='(\{[^']*\})'/.exec(page)?.[1] ?? '';
      const registered = await fetch(`${github.url}/settings/apps/new`, {
        method: 'POST',
        body: new URLSearchParams({ manifest }),
        redirect: 'manual',
      });
      const back = await fetch(registered.headers.get('location') ?? '', { redirect: 'manual' });

      expect(back.headers.get('location')).toBe(`${github.url}/apps/siskin/installations/new`);
      expect(readFileSync(join(folder, '.env'), 'utf8')).toMatch(
        /^APP_ID=\d+$[\s\S]*^PRIVATE_KEY=[\s\S]*^WEBHOOK_SECRET=/m,
      );
    }

    await using _ = await started(folder, env, 'Listening on');

    const ready = await fetch(`http://localhost:${port}/ready`);
    expect([ready.status, await ready.text()]).toEqual([200, expect.stringContaining('ready')]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
