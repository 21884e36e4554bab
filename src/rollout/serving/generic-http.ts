import { createHash } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '../../error.ts';
import type { Capability, Observed, ServingPlatform, Traffic } from '../../ports/serving.ts';
import { Address } from '../connections/address.ts';
import { Secret } from '../connections/secret.ts';
import { asItIs, fillIn } from '../fill-in.ts';
import { askService, type HttpService, placeOf, refusalIn, type ServiceAnswer, stateIn } from './http-client.ts';
import { ServiceName, type StateDocument } from './http-contract.ts';
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
  const answer = await askService(service, { method: 'GET', timestamp: service.now(), key: '', body: '' });
  if (answer.status === 200) return stateIn(service, answer);
  throw refusal(service, answer);
}

async function apply(service: HttpService, traffic: Traffic): Promise<void> {
  const { rollout, fence, champion, candidate, weight, shadow, audience } = traffic;
  const body = JSON.stringify({ rollout, fence, champion, candidate, weight, shadow, audience });
  const first = await write(service, body, service.now());
  if (first.status !== 409) return accept(service, first);
  const { fence: standing, written } = refusalIn(first);
  // Our clock went back, or two writes fell into one millisecond: the wish is newer all the same.
  if (standing !== fence || typeof written !== 'number') throw refusal(service, first);
  accept(service, await write(service, body, written + 1));
}

async function write(service: HttpService, body: string, timestamp: number): Promise<ServiceAnswer> {
  const key = createHash('sha256').update(`${timestamp}\n${body}`).digest('hex').slice(0, 32);
  return await askService(service, { method: 'PUT', timestamp, key, body });
}

function accept(service: HttpService, answer: ServiceAnswer): void {
  if (answer.status !== 200) throw refusal(service, answer);
  stateIn(service, answer);
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

function refusal(service: HttpService, answer: ServiceAnswer): AppError {
  const { status } = answer;
  const { error, fence } = refusalIn(answer);
  // Foreign text: one line of it, and not much.
  const said = error === '' ? '' : ` (${error.replace(/[\s\p{Cc}]+/gu, ' ').slice(0, 300)})`;
  const found = (what: string, fix: string): string =>
    `expected ${placeOf(service)} to take the request, found ${what}${said}; ${fix}`;
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
      return new AppError('bad-input', found('400', 'correct what it names'));
    case 422:
      return new AppError('unsupported', found('422', 'ask for what the server says that it can do'));
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
