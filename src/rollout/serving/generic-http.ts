import { createHash } from 'node:crypto';
import { z } from 'zod';
import { AppError, messageOf } from '../../error.ts';
import type { Capability, Observed, ServingPlatform, Traffic } from '../../ports/serving.ts';
import { Address } from '../connections/address.ts';
import { Secret } from '../connections/secret.ts';
import { asItIs, fillIn } from '../fill-in.ts';
import { contractBytesLimit, RefusalDocument, ServiceName, StateDocument, trafficPath } from './http-contract.ts';
import { signatureHeaders, signatureOf } from './http-signature.ts';
import type { ServingPlace } from './kind.ts';

/** What the operator writes of a server that keeps the contract of docs/serving-contract.md, as `siskin serve` does. */
export const Connection = z.strictObject({
  address: Address.describe('The address of the server, before `/v1/…`.'),
  secret: Secret.describe('The secret that the server shares, by which requests are signed.'),
  'timeout-seconds': z.number().min(0.1).max(60).default(10).describe('How long an answer may take.'),
});
/** What the operator writes of such a server. */
export type Connection = z.infer<typeof Connection>;

/** What a policy names there. */
export const Target = z.strictObject({
  service: z.string().min(1).max(200).default('{model}').describe('The name of the service; `{model}` is replaced.'),
});
/** What a policy names there. */
export type Target = z.infer<typeof Target>;

/** The port to such a service. Writes of one fence are ordered by their timestamps, so that a late one undoes nothing. */
export function openGenericHttp(given: {
  readonly connection: Connection;
  readonly target: Target;
  readonly place: Pick<ServingPlace, 'secret' | 'now' | 'model'>;
}): ServingPlatform {
  const { connection, target, place } = given;
  const { address, secret, 'timeout-seconds': seconds } = connection;
  const named = ServiceName.safeParse(fillIn(target.service, { model: place.model }, asItIs));
  if (!named.success) {
    throw new AppError(
      'bad-config',
      'expected `serving.service` to be a name of letters, digits, dots, hyphens and underscores, at most 100, found another; correct it',
    );
  }
  return portTo({
    address,
    secret: () => place.secret(secret),
    service: named.data,
    timeoutMs: seconds * 1000,
    now: place.now,
  });
}

interface HttpService {
  readonly address: string;
  /** Read at each request, so that a new one needs no restart. */
  readonly secret: () => string;
  readonly service: string;
  readonly timeoutMs: number;
  readonly now: () => number;
}

function portTo(service: HttpService): ServingPlatform {
  return {
    probe: () => probe(service),
    apply: (traffic) => apply(service, traffic),
    observe: async () => observedOf(await read(service)),
  };
}

async function probe(service: HttpService): Promise<Capability> {
  try {
    const { capability } = await read(service);
    const { weights, shadow, header, sticky } = capability;
    return { weights, mostWeight: capability['most-weight'], shadow, header, sticky, fence: true, problems: [] };
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    const nothing = {
      weights: 'none',
      mostWeight: 0,
      shadow: false,
      header: false,
      sticky: false,
      fence: true,
    } as const;
    return { ...nothing, problems: [thrown.message] };
  }
}

async function read(service: HttpService): Promise<StateDocument> {
  const answer = await ask(service, { method: 'GET', timestamp: service.now(), key: '', body: '' });
  if (answer.status === 200) return stateOf(service, answer);
  throw refusal(service, answer);
}

async function apply(service: HttpService, traffic: Traffic): Promise<void> {
  const { rollout, fence, champion, candidate, weight, shadow, audience } = traffic;
  const body = JSON.stringify({ rollout, fence, champion, candidate, weight, shadow, audience });
  const first = await write(service, body, service.now());
  if (first.status !== 409) return accept(service, first);
  const { fence: standing, written } = refusalOf(first);
  // Our clock went back, or two writes fell into one millisecond: the wish is newer all the same.
  if (standing !== fence || typeof written !== 'number') throw refusal(service, first);
  accept(service, await write(service, body, written + 1));
}

async function write(service: HttpService, body: string, timestamp: number): Promise<Answer> {
  const key = createHash('sha256').update(`${timestamp}\n${body}`).digest('hex').slice(0, 32);
  return await ask(service, { method: 'PUT', timestamp, key, body });
}

function accept(service: HttpService, answer: Answer): void {
  if (answer.status !== 200) throw refusal(service, answer);
  stateOf(service, answer);
}

function observedOf(state: StateDocument): Observed {
  const { fence, champion, candidate, weight, shadow, trouble } = state;
  return {
    fence,
    champion: champion === null ? null : { version: champion.version, digest: champion.digest },
    candidate:
      candidate === null ? null : { version: candidate.version, digest: candidate.digest, ready: candidate.ready },
    weight,
    shadow,
    trouble,
  };
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly retryAfter: string | null;
}

async function ask(
  service: HttpService,
  call: { readonly method: 'GET' | 'PUT'; readonly timestamp: number; readonly key: string; readonly body: string },
): Promise<Answer> {
  const { address, secret, timeoutMs } = service;
  const { method, timestamp, key, body } = call;
  const path = trafficPath(service.service);
  const signed = { timestamp, key, method, path, body: Buffer.from(body) };
  const headers = {
    [signatureHeaders.timestamp]: String(timestamp),
    [signatureHeaders.signature]: signatureOf(secret(), signed),
    accept: 'application/json',
    ...(method === 'PUT' ? { [signatureHeaders.key]: key, 'content-type': 'application/json' } : {}),
  };
  const url = `${address.replace(/\/+$/, '')}${path}`;
  try {
    const response = await fetch(url, {
      method,
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
      ...(method === 'PUT' ? { body } : {}),
    });
    const text = await limitedText(service, response);
    return { status: response.status, text, retryAfter: response.headers.get('retry-after') };
  } catch (cause) {
    throw unreachable(service, cause);
  }
}

async function limitedText(service: HttpService, response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > contractBytesLimit) {
      const found = `expected at most ${contractBytesLimit} bytes from ${place(service)}, found more; correct the server`;
      throw new AppError('too-large', found);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function unreachable(service: HttpService, cause: unknown): AppError {
  if (cause instanceof AppError) return cause;
  if (cause instanceof Error && cause.name === 'TimeoutError') {
    const found = `expected an answer of ${place(service)} within ${service.timeoutMs / 1000} seconds, found none; check the server`;
    return new AppError('timed-out', found, { cause });
  }
  const inner = cause instanceof Error && cause.cause !== undefined ? messageOf(cause.cause) : messageOf(cause);
  const found = `expected to reach ${place(service)}, found ${inner}; check the address and that the server runs`;
  return new AppError('unavailable', found, { cause });
}

function stateOf(service: HttpService, { text }: Answer): StateDocument {
  const parsed = StateDocument.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  const problems = z.prettifyError(parsed.error).replace(/\s+/g, ' ').slice(0, 500);
  throw new AppError(
    'world-broken',
    `expected the state that the serving contract describes from ${place(service)}, found: ${problems}; run \`siskin serving-test\` against it`,
  );
}

function refusal(service: HttpService, answer: Answer): AppError {
  const { status } = answer;
  const { error, fence } = refusalOf(answer);
  // Foreign text: one line of it, and not much.
  const said = error === '' ? '' : ` (${error.replace(/[\s\p{Cc}]+/gu, ' ').slice(0, 300)})`;
  const found = (what: string, fix: string): string =>
    `expected ${place(service)} to take the request, found ${what}${said}; ${fix}`;
  const seconds = Number(answer.retryAfter ?? Number.NaN);
  const retryAfterSeconds = Number.isFinite(seconds) ? seconds : null;
  switch (status) {
    case 409:
      return new AppError(
        'fenced',
        found(`a newer writer with fence ${fence ?? 'unknown'}`, 'leave the service to it'),
      );
    case 401:
    case 403:
      return new AppError('not-permitted', found(`${status}`, 'check the shared secret and the clocks'));
    case 404:
      return new AppError('not-found', found('no such service', 'name one that the server knows in `serving.service`'));
    case 400:
    case 422:
      return new AppError('bad-input', found(`${status}`, 'correct what it names'));
    case 429:
    case 503:
      return new AppError('unavailable', found(`${status}`, 'wait'), { retryAfterSeconds });
    default:
      return status >= 300 && status < 400
        ? new AppError('world-broken', found(`a redirect (${status})`, 'name the address that it leads to'))
        : new AppError('unavailable', found(`status ${status}`, 'look at the log of the server'), {
            retryAfterSeconds,
          });
  }
}

function refusalOf({ text }: Answer): RefusalDocument {
  const parsed = RefusalDocument.safeParse(jsonOf(text));
  return parsed.success ? parsed.data : { error: '' };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Without what an address may carry besides: no credential gets into a message. */
function place({ address, service }: HttpService): string {
  return `the service ${service} at ${URL.canParse(address) ? new URL(address).origin : 'its address'}`;
}
