import { createHmac, randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';

/** What is to be sent, evenly over a time; at the same instant when that is 0. */
export interface Burst {
  readonly url: string;
  readonly secret: string;
  readonly payload: string;
  readonly count: number;
  readonly overMs: number;
}

/** How long each answer took, and the ids that were sent. */
export interface Sent {
  readonly milliseconds: readonly number[];
  readonly ids: readonly string[];
  /** How many were answered with success. */
  readonly answered: number;
}

/** Sends all, each signed and on a connection of its own, as GitHub does. */
async function sendBurst({ url, secret, payload, count, overMs }: Burst): Promise<Sent> {
  const signature = `sha256=${createHmac('sha256', secret).update(payload).digest('hex')}`;
  const agent = new Agent({ keepAlive: false, maxSockets: Number.POSITIVE_INFINITY });
  const ids = Array.from({ length: count }, () => randomUUID());
  const answers = await Promise.all(
    ids.map(async (id, place) => {
      if (overMs > 0) await setTimeout((place * overMs) / count);
      return await new Promise<{ readonly milliseconds: number; readonly status: number }>((resolve, reject) => {
        const started = performance.now();
        const headers = {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(payload),
          'x-github-delivery': id,
          'x-github-event': 'pull_request',
          'x-hub-signature-256': signature,
        };
        request(url, { method: 'POST', agent, headers }, (response) => {
          response.resume();
          response.on('end', () =>
            resolve({ milliseconds: performance.now() - started, status: response.statusCode ?? 0 }),
          );
        })
          .on('error', reject)
          .end(payload);
      });
    }),
  );
  return {
    milliseconds: answers.map(({ milliseconds }) => milliseconds),
    ids,
    answered: answers.filter(({ status }) => status >= 200 && status < 300).length,
  };
}

// The bench that starts this program writes a Burst.
if (import.meta.main) process.stdout.write(JSON.stringify(await sendBurst((await json(process.stdin)) as Burst)));
