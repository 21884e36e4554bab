import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Logger } from 'probot';
import { AppError } from '../src/error.ts';
import { type ReadAlert, readAlerts } from '../src/rollout/alerts/read-alerts.ts';
import type { AlertReceiver } from '../src/rollout/alerts/receiver.ts';
import type { ReadSecret } from '../src/rollout/connections/secret.ts';
import type { Store } from '../src/store/store.ts';
import { answer, type Route } from './http.ts';

/** More than any number of alerts that somebody sends together. */
const mostBytes = 1024 * 1024;

/**
 * The doors for alerts, one route for each receiver of the operator: prove who sends, keep what may be heeded, answer
 * 202. Nothing is read of a body before its sender is known, and each alert is kept once however often it is repeated.
 */
export function alertRoutes(ports: {
  readonly receivers: Readonly<Record<string, AlertReceiver>>;
  readonly readSecret: ReadSecret;
  readonly store: Pick<Store, 'ask' | 'listRepositoriesOf'>;
  readonly log: Logger;
}): Readonly<Record<string, Route>> {
  const { receivers, readSecret, store, log } = ports;
  const routes = Object.entries(receivers).map(([name, receiver]): [string, Route] => [
    `POST /alerts/${name}`,
    async (request, response) => {
      // A sender without a token is told so before its body is taken.
      if (receiver.token !== undefined && !bears(request, receiver.token)) return refuse(401, unproven);
      const body = await bodyOf(request);
      if (body === null) {
        response.setHeader('connection', 'close');
        return refuse(413, `expected at most ${mostBytes} bytes, found more; send fewer alerts at once`);
      }
      if (receiver.hmac !== undefined && !isSigned(request, body, receiver.hmac)) return refuse(401, unproven);
      const read = readAlerts(body.toString('utf8'), { name, receiver });
      if (read === null) {
        return refuse(
          400,
          `expected alerts in the format ${receiver.format}, found something else; see docs/rollouts.md`,
        );
      }
      const known = await Promise.all(read.alerts.map((one) => keep(one)));
      const unknown = known.filter((one) => !one).length;
      const ignored = read.ignored.map((why) => `ignored one: ${why}`);
      const strange = unknown === 0 ? [] : [`ignored ${unknown}: Siskin does not know the repository`];
      for (const line of [...ignored, ...strange]) log.info({ receiver: name }, `An alert was ${line}`);
      return answer(response, 202, [`heeds ${known.length - unknown}`, ...ignored, ...strange].join('; '));

      function refuse(status: number, text: string): void {
        answer(response, status, text);
      }
    },
  ]);
  return Object.fromEntries(routes);

  async function keep({ repository, alert, id }: ReadAlert): Promise<boolean> {
    const [owner = '', name = ''] = repository.split('/');
    const found = (await store.listRepositoriesOf(owner)).find(
      (one) => one.name.toLowerCase() === name.toLowerCase() && one.owner.toLowerCase() === owner.toLowerCase(),
    );
    if (found === undefined) return false;
    await store.ask({ kind: 'heed-alert', repository: found, alert }, id);
    return true;
  }

  function bears(request: IncomingMessage, secret: NonNullable<AlertReceiver['token']>): boolean {
    const [, given = ''] = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
    return isSame(given, secretOf(secret));
  }

  function isSigned(request: IncomingMessage, body: Buffer, secret: NonNullable<AlertReceiver['hmac']>): boolean {
    const key = secretOf(secret);
    const given = request.headers['x-siskin-signature-256'];
    if (key === null || typeof given !== 'string') return false;
    return isSame(given, `sha256=${createHmac('sha256', key).update(body).digest('hex')}`);
  }

  /** A secret that cannot be read proves nobody; the operator finds the reason in the log. */
  function secretOf(secret: NonNullable<AlertReceiver['token']>): string | null {
    try {
      return readSecret(secret);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      log.error(error.message);
      return null;
    }
  }
}

const unproven =
  'expected the proof that the receiver asks for, found none or another; compare the secrets of both sides';

/** Compares digests, so that neither length nor content shows in the time that it takes. */
function isSame(given: string, wanted: string | null): boolean {
  if (wanted === null || wanted === '') return false;
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

/** The body; null as soon as it is too long, also when its announced length is. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | null> {
  if (Number(request.headers['content-length'] ?? 0) > mostBytes) return null;
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Leaving the loop early must not close the connection: the answer is still to be sent.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.byteLength;
    if (bytes > mostBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
