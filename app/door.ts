import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import type { Probot } from 'probot';
import { answer, type Route } from './http.ts';
import type { Inbox } from './inbox.ts';
import { laneHint } from './lane-hint.ts';
import type { Metrics } from './metrics.ts';
import { sightingsIn } from './sightings.ts';

/** GitHub caps payloads at 25 MB: https://docs.github.com/webhooks/webhook-events-and-payloads#payload-cap */
export const payloadBytesLimit = 25 * 1024 * 1024;

/** What the door answers. */
interface Answer {
  readonly status: number;
  readonly text: string;
  readonly result: 'new' | 'duplicate' | 'refused' | 'broken';
}

/** The door, and a way for others on this thread to let it go first. */
export interface Door {
  readonly route: Route;
  /** Resolves when no delivery is being answered and none was just now, or after a second. */
  quiet(): Promise<void>;
}

/**
 * The door for webhooks: verify, keep, answer 202. Nothing is looked at before the signature holds, and nothing is
 * answered with success before the delivery is on disk. What it asks for is done later by the worker.
 */
export function openDoor(ports: { readonly probot: Probot; readonly inbox: Inbox; readonly metrics: Metrics }): Door {
  let open = 0;
  let lastEnd = Number.NEGATIVE_INFINITY;

  async function answerWebhook(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const started = performance.now();
    const { status, text, result } = await receive(request, ports).catch((error: unknown): Answer => {
      ports.probot.log.error({ err: error }, 'A delivery could not be kept');
      return {
        status: 500,
        text: 'expected to keep the delivery, found a broken database; send it again',
        result: 'broken',
      };
    });
    ports.metrics.acknowledged(result, (performance.now() - started) / 1000);
    if (!request.complete) {
      // The rest of the body is not read, so the connection cannot be used again.
      response.setHeader('connection', 'close');
      response.once('finish', () => request.destroy());
    }
    answer(response, status, text);
  }

  return {
    async route(request, response) {
      open += 1;
      try {
        await answerWebhook(request, response);
      } finally {
        open -= 1;
        lastEnd = performance.now();
      }
    },
    async quiet() {
      const started = performance.now();
      const busy = (now: number) => open > 0 || now - lastEnd < quietMilliseconds;
      for (let now = started; busy(now) && now - started < mostQuietMilliseconds; now = performance.now()) {
        await setTimeout(5);
      }
    },
  };
}

/** Connections of one burst are read one after the other, so a moment without a delivery is not yet its end. */
const quietMilliseconds = 15;
/** A steady stream of deliveries must not keep the worker from its work: then it goes on all the same. */
const mostQuietMilliseconds = 1000;

async function receive(request: IncomingMessage, { probot, inbox }: { probot: Probot; inbox: Inbox }): Promise<Answer> {
  const id = headerOf(request, 'x-github-delivery');
  const event = headerOf(request, 'x-github-event');
  const signature = headerOf(request, 'x-hub-signature-256');
  // Only names that GitHub gives: those of our own events have a dot.
  if (!/^[\w-]{1,100}$/.test(id) || !/^[a-z0-9_]{1,100}$/.test(event)) {
    return refused(
      400,
      'expected X-GitHub-Delivery and X-GitHub-Event, found none or odd ones; send what GitHub sends',
    );
  }
  if (signature === '') {
    return refused(401, "expected the header X-Hub-Signature-256, found none; set the App's webhook secret");
  }
  const body = await readBody(request);
  if (body === null) {
    return refused(
      413,
      `expected at most ${payloadBytesLimit} bytes, found more; GitHub does not send such deliveries`,
    );
  }
  if (body === '' || !(await probot.webhooks.verify(body, signature))) {
    return refused(
      401,
      'expected a signature with our webhook secret, found another; compare WEBHOOK_SECRET with the App',
    );
  }
  const payload = parsed(body);
  if (payload === null) {
    return refused(
      400,
      'expected a JSON object, found something else; choose content type application/json in the App',
    );
  }
  const sightings = sightingsIn(event, payload);
  const fresh = await inbox({ id, event, payload: body, hint: laneHint(payload), sightings });
  return { status: 202, text: fresh ? 'accepted' : 'accepted before', result: fresh ? 'new' : 'duplicate' };
}

function refused(status: number, text: string): Answer {
  return { status, text, result: 'refused' };
}

function headerOf(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
}

/** The body as text; null as soon as it is too long, also when its announced length is. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  if (Number(request.headers['content-length'] ?? 0) > payloadBytesLimit) return null;
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Leaving the loop early must not close the connection: the answer is still to be sent.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.byteLength;
    if (bytes > payloadBytesLimit) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parsed(body: string): object | null {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
