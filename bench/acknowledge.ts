import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Probot, Server } from 'probot';
import { type SandboxApp, type SandboxGithub, startGithub } from '../sandbox/github/github.ts';
import { openPglite } from '../src/store/pglite.ts';
import { startAppProcess } from './app-process.ts';
import { type Bench, type Figure, figure } from './figure.ts';
import { manifest, shopFiles } from './local-app.ts';
import type { Burst, Sent } from './send-burst.ts';

const rounds = 2;
const burst = 500;
const warmUp = 20;

/**
 * Bursts of signed deliveries to the App, which is killed after each and whose database is then searched for them, and
 * to a Probot that does nothing, one after the other. App, sender and local GitHub are processes of their own.
 */
export const acknowledge: Bench = {
  name: 'acknowledge',
  async run(say) {
    const folder = await mkdtemp(join(tmpdir(), 'siskin-bench-'));
    await using github = await startGithub({ folder: join(folder, 'github') });
    const { registered, payload } = await prepare(github);
    const target = { secret: registered.webhookSecret, payload };
    const samples = new Map<string, number[]>();
    const starts: number[] = [];
    let lost = 0;
    const keep = (name: string, milliseconds: readonly number[]): void => {
      samples.set(name, [...(samples.get(name) ?? []), ...milliseconds]);
    };

    for (let round = 0; round < rounds; round++) {
      for (const overMs of [1000, 0]) {
        const own = join(folder, `app-${round}-${overMs}`);
        await mkdir(own);
        const app = await startAppProcess({ github, registered, folder: own });
        starts.push(app.startMilliseconds);
        const url = `${app.url}/api/github/webhooks`;
        await send({ ...target, url, count: warmUp, overMs: 0 });
        const ours = await send({ ...target, url, count: burst, overMs });
        await app.kill();
        lost += ours.ids.length - (await keptOf(join(own, 'data'), ours.ids));
        keep(`ours ${overMs}`, ours.milliseconds);

        const bare = await startBareProbot(registered.webhookSecret);
        await send({ ...target, url: bare.url, count: warmUp, overMs: 0 });
        const peer = await send({ ...target, url: bare.url, count: burst, overMs });
        await bare.stop();
        keep(`peer ${overMs}`, peer.milliseconds);
        say(`${burst} within ${overMs} ms: ${ours.answered} answered by the App, ${peer.answered} by the other`);
      }
    }
    await rm(folder, { recursive: true, force: true });

    const of = (name: string): readonly number[] => samples.get(name) ?? [];
    const worst = (name: string): string => `worst ${Math.max(...of(name)).toFixed(0)} ms`;
    const peers = 'a Probot that does nothing and stores nothing';
    const promise = { text: 'p95 < 250 ms', most: 250 };
    const figures: Figure[] = [
      { name: `webhook → stored and answered, ${burst} in a second`, key: 'ours 1000', promise },
      { name: `the same: ${peers}`, key: 'peer 1000' },
      { name: `webhook → stored and answered, ${burst} at the same instant`, key: 'ours 0' },
      { name: `at the same instant: ${peers}`, key: 'peer 0' },
    ].map(({ key, ...rest }) => figure({ ...rest, samples: of(key), unit: 'ms', note: worst(key) }));
    return [
      ...figures,
      figure({
        name: `deliveries lost of ${2 * rounds * burst}`,
        samples: [lost],
        unit: '',
        promise: { text: 'none', most: 0, of: 'most' },
        note: 'the App is killed (SIGKILL) after the last answer; looked up in its data folder',
      }),
      figure({ name: 'start of the App, with an empty folder', samples: starts, unit: 'ms' }),
    ];
  },
};

/** A repository with the App on it and a pull request, whose webhook is what is sent. */
async function prepare(github: SandboxGithub): Promise<{ readonly registered: SandboxApp; readonly payload: string }> {
  const registered = github.registerApp(manifest());
  // Nobody listens there: GitHub keeps what it could not deliver.
  registered.app.webhookUrl = 'http://127.0.0.1:9/';
  github.createUser({ login: 'ada' });
  const repository = await github.createRepository({ owner: 'ada', name: 'shop', files: shopFiles });
  github.install(registered, [repository]);
  const change = { repository, branch: 'change', message: 'change', author: 'ada' };
  await github.commitFiles({ ...change, files: { 'README.md': 'change' } });
  await github.openPullRequest({ repository, author: 'ada', title: 'change', head: 'change' });
  await github.settled();
  const opened = github.deliveries.find(({ event, action }) => event === 'pull_request' && action === 'opened');
  if (opened === undefined) throw new Error('expected a webhook of the pull request, found none');
  return { registered, payload: JSON.stringify(opened.payload) };
}

async function keptOf(folder: string, ids: readonly string[]): Promise<number> {
  await using database = await openPglite(folder);
  const rows = await database.query('select count(*)::int as kept from siskin.deliveries where id = any($1::text[])', [
    ids,
  ]);
  return Number(rows[0]?.['kept']);
}

async function send(what: Burst): Promise<Sent> {
  const running = promisify(execFile)(process.execPath, [join(import.meta.dirname, 'send-burst.ts')], {
    maxBuffer: 2 ** 26,
  });
  running.child.stdin?.end(JSON.stringify(what));
  // The other program of ours writes nothing else.
  return JSON.parse((await running).stdout) as Sent;
}

async function startBareProbot(secret: string): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  const options = { appId: 1, privateKey, secret, logLevel: 'fatal' } as const;
  const quiet = await new Probot(options).ready();
  const server = new Server({
    Probot: Probot.defaults(options),
    log: quiet.log,
    host: '127.0.0.1',
    // 0 would be its default of 3000.
    port: 20_000 + (process.pid % 20_000),
  });
  await server.load(() => {});
  await server.start();
  return { url: `http://127.0.0.1:${server.port}/api/github/webhooks`, stop: () => server.stop() };
}
