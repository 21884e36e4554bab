import { createHash } from 'node:crypto';
import { AppError, messageOf } from '../../error.ts';
import type { ServedModel } from '../../ports/serving.ts';
import { askService, type HttpService, type ServiceAnswer, sendToService, stateIn } from './http-client.ts';
import type { StateDocument, TrafficDocument } from './http-contract.ts';
import { clockWindowMs } from './http-signature.ts';

/** What was found of one promise of the serving contract. */
export interface ContractFinding {
  readonly promise: string;
  readonly verdict: 'kept' | 'broken' | 'not offered';
  /** What was found where it is not kept; else how long it took, where that is worth knowing. */
  readonly found: string;
}

/** A server under test. It is set back to its champion at the end, and must not be one that people use. */
export interface ContractSubject {
  readonly service: HttpService;
  /** Two versions that the server can serve. */
  readonly champion: ServedModel;
  readonly candidate: ServedModel;
  /** How long a wish may take to come true. */
  readonly waitMs: number;
}

class Broken extends Error {}

/** Tries every promise of docs/serving-contract.md against a server, in order, and tells each as soon as it is known. */
export async function testContract(
  subject: ContractSubject,
  tell: (finding: ContractFinding) => void,
): Promise<readonly ContractFinding[]> {
  const findings: ContractFinding[] = [];
  const test = openTest(subject);
  for (const [promise, check] of promises) {
    let finding: ContractFinding;
    try {
      const found = await check(test, subject);
      finding = { promise, verdict: found === null ? 'not offered' : 'kept', found: found ?? '' };
    } catch (thrown) {
      if (!(thrown instanceof Broken) && !(thrown instanceof AppError)) throw thrown;
      finding = { promise, verdict: 'broken', found: messageOf(thrown) };
    }
    findings.push(finding);
    tell(finding);
  }
  return findings;
}

interface Test {
  read(): Promise<StateDocument>;
  /** Writes with the next timestamp and returns the answer and the call, for it to be repeated. */
  write(traffic: Partial<TrafficDocument>): Promise<{ readonly answer: ServiceAnswer; readonly call: Call }>;
  send(call: Call, forged?: string): Promise<ServiceAnswer>;
  /** Waits until the state is as it should be; Broken with what was found last. Returns the milliseconds. */
  until(what: string, isSo: (state: StateDocument) => boolean): Promise<number>;
  fence(): number;
  raiseFence(): void;
}

type Call = Parameters<typeof askService>[1];

type Check = (test: Test, subject: ContractSubject) => Promise<string | null>;

/** Each gives what is worth knowing, or null where the server does not offer it; Broken where the promise is not kept. */
const promises: readonly (readonly [string, Check])[] = [
  ['tells its state to one who signs', async (test) => `fence ${(await test.read()).fence ?? 'none'}`],
  [
    'refuses a request without the right signature with 401',
    async (test, { service }) => {
      const call = { method: 'GET', timestamp: service.now(), key: '', body: '' } as const;
      expectStatus(await test.send(call, `v1=${'0'.repeat(64)}`), [401, 403]);
      return '';
    },
  ],
  [
    'refuses a request whose timestamp is too far away with 401',
    async (test, { service }) => {
      const old = service.now() - clockWindowMs - 60_000;
      expectStatus(await test.send({ method: 'GET', timestamp: old, key: '', body: '' }), [401, 403]);
      return '';
    },
  ],
  [
    'refuses what is no traffic with 400',
    async (test, { service }) => {
      for (const body of ['', '[]', '{"weight":150}', '{"fence":"x"}']) {
        expectStatus(await test.send({ method: 'PUT', timestamp: service.now(), key: 'nonsense', body }), [400, 422]);
      }
      return '';
    },
  ],
  [
    'serves the champion that it is told to serve',
    async (test, { champion }) => {
      expectStatus((await test.write({ champion })).answer, [200]);
      return inMs(await test.until('the champion', (state) => isModel(state.champion, champion) && isAlone(state)));
    },
  ],
  [
    'makes a candidate ready at weight 0',
    async (test, { champion, candidate }) => {
      expectStatus((await test.write({ champion, candidate, weight: 0 })).answer, [200]);
      return inMs(
        await test.until('a ready candidate', (state) => isModel(state.candidate, candidate) && isReady(state, 0)),
      );
    },
  ],
  [
    'gives the candidate the weight that it is told',
    async (test, { champion, candidate }) => {
      expectStatus((await test.write({ champion, candidate, weight: 25 })).answer, [200]);
      return inMs(await test.until('weight 25', (state) => isReady(state, 25) && isModel(state.champion, champion)));
    },
  ],
  [
    'takes the same write again and changes nothing',
    async (test, { champion, candidate }) => {
      const { call } = await test.write({ champion, candidate, weight: 10 });
      await test.until('weight 10', (state) => isReady(state, 10));
      const before = await test.read();
      expectStatus(await test.send(call), [200]);
      expectSame(before, await test.read());
      return '';
    },
  ],
  [
    'refuses an older write of the same fence with 409',
    async (test, { champion, candidate }) => {
      const { call } = await test.write({ champion, candidate, weight: 20 });
      await test.write({ champion, candidate, weight: 5 });
      await test.until('weight 5', (state) => isReady(state, 5));
      expectStatus(await test.send(call), [409]);
      await test.until('weight 5 still', (state) => isReady(state, 5));
      return '';
    },
  ],
  [
    'refuses a lower fence with 409 and says which one stands',
    async (test, { champion, service }) => {
      const fence = test.fence();
      test.raiseFence();
      await test.write({ champion });
      await test.until('the higher fence', (state) => state.fence === fence + 1);
      const body = JSON.stringify({ ...nothing, champion, fence });
      const answer = await test.send({ method: 'PUT', timestamp: service.now() + 1000, key: keyOf(body), body });
      expectStatus(answer, [409]);
      if (
        !answer.text.includes(`"fence":${fence + 1}`) &&
        !new RegExp(`"fence"\\s*:\\s*${fence + 1}\\b`).test(answer.text)
      ) {
        throw new Broken(`expected \`fence\` ${fence + 1} in the refusal, found ${answer.text.slice(0, 200)}`);
      }
      return '';
    },
  ],
  [
    'does not serve bytes that are not those of the digest, and goes on with the champion',
    async (test, { champion, candidate }) => {
      const digest = `sha256:${createHash('sha256').update('another model').digest('hex')}`;
      const forged = { ...candidate, version: `${candidate.version}-forged`, digest };
      const { answer } = await test.write({ champion, candidate: forged, weight: 50 });
      if (answer.status >= 400 && answer.status < 500) return `refused with ${answer.status}`;
      expectStatus(answer, [200]);
      await test.until(
        'the trouble',
        (state) => state.trouble !== null && state.weight === 0 && isModel(state.champion, champion),
      );
      if ((await test.read()).candidate?.ready === true) throw new Broken('expected no ready candidate, found one');
      return '';
    },
  ],
  [
    'mirrors requests',
    async (test, { champion, candidate }) => {
      if (!(await test.read()).capability.shadow) return null;
      expectStatus((await test.write({ champion, candidate, shadow: 50 })).answer, [200]);
      return inMs(await test.until('shadow 50', (state) => state.shadow === 50 && isReady(state, 0)));
    },
  ],
  [
    'gives the candidate to an audience',
    async (test, { champion, candidate }) => {
      const { header, sticky } = (await test.read()).capability;
      if (!header && !sticky) return null;
      const audience = header ? { header: 'x-siskin-test', value: 'yes' } : { cookie: 'siskin-test' };
      expectStatus((await test.write({ champion, candidate, weight: 50, audience })).answer, [200]);
      return inMs(await test.until('weight 50', (state) => isReady(state, 50)));
    },
  ],
  [
    'takes the candidate back at once',
    async (test, { champion }) => {
      expectStatus((await test.write({ champion })).answer, [200]);
      return inMs(await test.until('weight 0', (state) => isAlone(state) && isModel(state.champion, champion)));
    },
  ],
  [
    'promotes the candidate and goes back to the champion',
    async (test, { champion, candidate }) => {
      expectStatus((await test.write({ champion, candidate, weight: 100 })).answer, [200]);
      await test.until('weight 100', (state) => isReady(state, 100));
      expectStatus((await test.write({ champion: candidate })).answer, [200]);
      await test.until('the promoted one', (state) => isModel(state.champion, candidate) && isAlone(state));
      expectStatus((await test.write({ champion })).answer, [200]);
      return inMs(await test.until('the first one', (state) => isModel(state.champion, champion) && isAlone(state)));
    },
  ],
];

const nothing = { rollout: 'contract-test', champion: null, candidate: null, weight: 0, shadow: 0, audience: null };

function openTest({ service, waitMs }: ContractSubject): Test {
  let fence: number | null = null;
  let last = 0;
  const test: Test = {
    async read() {
      const answer = await askService(service, { method: 'GET', timestamp: service.now(), key: '', body: '' });
      expectStatus(answer, [200]);
      const state = stateIn(service, answer);
      // Above whatever was there before: its writer is overtaken, as another replica would overtake it.
      fence ??= (state.fence ?? 0) + 1;
      return state;
    },
    async write(traffic) {
      if (fence === null) await test.read();
      const body = JSON.stringify({ ...nothing, fence: test.fence(), ...traffic });
      last = Math.max(service.now(), last + 1);
      const call = { method: 'PUT', timestamp: last, key: keyOf(`${last} ${body}`), body } as const;
      return { answer: await askService(service, call), call };
    },
    send: (call, forged) =>
      forged === undefined ? askService(service, call) : sendToService(service, { ...call, signature: forged }),
    async until(what, isSo) {
      const started = service.now();
      for (;;) {
        const state = await test.read();
        if (isSo(state)) return service.now() - started;
        if (service.now() - started > waitMs) {
          const found = JSON.stringify(state).slice(0, 500);
          throw new Broken(`expected ${what} within ${waitMs / 1000} seconds, found ${found}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    fence: () => fence ?? 1,
    raiseFence: () => {
      fence = (fence ?? 1) + 1;
    },
  };
  return test;
}

function keyOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

function inMs(milliseconds: number): string {
  return `after ${Math.round(milliseconds)} ms`;
}

function isModel(
  found: { readonly version: string | null; readonly digest: string | null } | null,
  model: ServedModel,
): boolean {
  return found !== null && found.version === model.version && (found.digest ?? model.digest) === model.digest;
}

function isReady({ candidate, weight }: StateDocument, wanted: number): boolean {
  return candidate?.ready === true && weight === wanted;
}

function isAlone({ candidate, weight, shadow }: StateDocument): boolean {
  return candidate === null && weight === 0 && shadow === 0;
}

function expectStatus(answer: ServiceAnswer, expected: readonly number[]): void {
  if (expected.includes(answer.status)) return;
  throw new Broken(`expected status ${expected.join(' or ')}, found ${answer.status}: ${answer.text.slice(0, 300)}`);
}

function expectSame(before: StateDocument, after: StateDocument): void {
  const [was, is] = [before, after].map((state) => JSON.stringify(state));
  if (was !== is) throw new Broken(`expected the state to stay ${was}, found ${is}`);
}
