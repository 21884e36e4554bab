import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Probot, Server } from 'probot';
import { type Bench, type Figure, figure } from './figure.ts';
import { openLocalApp } from './local-app.ts';
import type { Burst, Sent } from './send-burst.ts';

const burst = 500;
const warmUp = 20;

/** A burst of signed deliveries, to the App and to a Probot that does nothing; the sender is a process of its own. */
export const acknowledge: Bench = {
  name: 'acknowledge',
  async run(say) {
    await using local = await openLocalApp('unlimited');
    const { github, app } = local;
    const repository = await local.adopt('shop');
    await local.propose(repository, 'README.md');
    await local.rest();
    const opened = github.deliveries.find(({ event, action }) => event === 'pull_request' && action === 'opened');
    if (opened === undefined) throw new Error('expected a webhook of the pull request, found none');
    const target = { secret: local.webhookSecret, payload: JSON.stringify(opened.payload) };

    const url = `${app.url}/api/github/webhooks`;
    await send({ ...target, url, count: warmUp, overMs: 0 });
    await local.rest();
    // The worker begins with the first of them, and asks GitHub about each, while the others arrive.
    const spread = await send({ ...target, url, count: burst, overMs: 1000 });
    await local.rest();
    const ours = await send({ ...target, url, count: burst, overMs: 0 });
    const sent = [...spread.ids, ...ours.ids];
    const lost = sent.length - (await app.store.listKnownDeliveries(sent)).length;
    say(`Siskin: ${ours.answered} answered, ${lost} lost`);
    const bare = await startBareProbot(local.webhookSecret);
    await send({ ...target, url: bare.url, count: warmUp, overMs: 0 });
    const calm = await send({ ...target, url: bare.url, count: burst, overMs: 1000 });
    const peer = await send({ ...target, url: bare.url, count: burst, overMs: 0 });
    await bare.stop();
    say(`a Probot that does nothing: ${peer.answered} answered`);
    const worst = ({ milliseconds }: Sent): string => `worst ${Math.max(...milliseconds).toFixed(0)} ms`;
    const bareProbot = 'a Probot that does nothing and stores nothing';
    const figures: Figure[] = [
      figure({
        name: `webhook → stored and answered, ${burst} in a second`,
        samples: spread.milliseconds,
        unit: 'ms',
        promise: { text: 'p95 < 250 ms', most: 250 },
        note: worst(spread),
      }),
      figure({ name: `the same: ${bareProbot}`, samples: calm.milliseconds, unit: 'ms', note: worst(calm) }),
      figure({
        name: `webhook → stored and answered, ${burst} at the same instant`,
        samples: ours.milliseconds,
        unit: 'ms',
        promise: { text: 'p95 < 250 ms', most: 250 },
        note: worst(ours),
      }),
      figure({ name: `at the same instant: ${bareProbot}`, samples: peer.milliseconds, unit: 'ms', note: worst(peer) }),
      figure({
        name: `deliveries lost of ${sent.length}`,
        samples: [lost],
        unit: '',
        promise: { text: 'none', most: 0, of: 'most' },
        note: 'looked up in the table of deliveries',
      }),
    ];
    return figures;
  },
};

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
