import { setTimeout } from 'node:timers/promises';
import { AppError, messageOf } from '../../error.ts';
import type { Observed, ServingPlatform, Traffic } from '../../ports/serving.ts';
import type { Connections } from '../connections.ts';
import { inTime } from '../engine/in-time.ts';
import { difference } from '../states/traffic.ts';
import { type ErrandAnswer, refusals } from './errand.ts';
import type { ErrandPlan, PlannedErrand } from './errand-plan.ts';

/** What it takes to do errands. */
export interface ErrandReach {
  readonly connections: Connections;
  readonly plan: Pick<ErrandPlan, 'repository' | 'environment' | 'until' | 'errands'>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Does the errands of a plan: writes first and one after the other, then what only reads. It never throws: what goes wrong is an answer. */
export async function doErrands(
  reach: ErrandReach,
): Promise<readonly { readonly id: string; readonly answer: ErrandAnswer }[]> {
  const { errands } = reach.plan;
  const writes = errands.filter(({ errand }) => errand.kind === 'apply');
  const reads = errands.filter(({ errand }) => errand.kind !== 'apply');
  const answers: { id: string; answer: ErrandAnswer }[] = [];
  for (const planned of writes) answers.push(await done(reach, planned));
  for (let from = 0; from < reads.length; from += atOnce) {
    answers.push(...(await Promise.all(reads.slice(from, from + atOnce).map((planned) => done(reach, planned)))));
  }
  return answers;
}

/** Questions at one time. */
const atOnce = 6;

async function done(
  reach: ErrandReach,
  planned: PlannedErrand,
): Promise<{ readonly id: string; readonly answer: ErrandAnswer }> {
  try {
    if (reach.now() > Date.parse(reach.plan.until)) throw tooLate(reach);
    return { id: planned.id, answer: await answerOf(reach, planned) };
  } catch (error) {
    return { id: planned.id, answer: refusal(error, null) };
  }
}

async function answerOf(reach: ErrandReach, { errand, serving, model }: PlannedErrand): Promise<ErrandAnswer> {
  const { connections, plan, now } = reach;
  const { repository, environment } = plan;
  if (errand.kind === 'measure') {
    const { kind } = connections.all.find(({ name }) => name === errand.connection) ?? { kind: null };
    if (kind === 'openmetrics') {
      const expected =
        'expected a source that keeps what it counted, found one that is read again and again (openmetrics)';
      throw new AppError('unsupported', `${expected}; a job is too short for that: ask a Prometheus`);
    }
    const source = connections.openMetricSource({ repository, environment, connection: errand.connection });
    const measured = await inTime('measure', answerMilliseconds, () => source.measure(errand.question));
    return {
      kind: 'measured',
      measured: measured.kind === 'value' ? measured : { ...measured, reason: cut(measured.reason) },
    };
  }
  if (serving === null) throw new AppError('bad-config', 'expected a policy that says where models serve, found none');
  const platform = connections.openServing({
    repository,
    environment,
    connection: serving.connection,
    target: serving,
    model,
  });
  switch (errand.kind) {
    case 'probe':
      return {
        kind: 'probed',
        capability: await inTime('ask what it can do', answerMilliseconds, () => platform.probe()),
      };
    case 'observe':
      return { kind: 'observed', observed: await look(platform) };
    case 'apply':
      return await applied(platform, errand.traffic, now);
    default:
      return errand satisfies never;
  }
}

/** Sets the traffic and looks until it is so, or until it has taken long enough for this job. */
async function applied(platform: ServingPlatform, traffic: Traffic, now: () => number): Promise<ErrandAnswer> {
  try {
    await inTime('set the traffic', answerMilliseconds, () => platform.apply(traffic));
  } catch (error) {
    return refusal(error, await look(platform).catch(() => null));
  }
  const end = now() + settleMilliseconds;
  for (;;) {
    const observed = await look(platform);
    if (difference(traffic, observed) === null || now() >= end) return { kind: 'observed', observed };
    await setTimeout(lookAgainMilliseconds);
  }
}

const answerMilliseconds = 20_000;
/** So long a model may load within one job; what is not ready then is set and looked at again by a later one. */
const settleMilliseconds = 60_000;
const lookAgainMilliseconds = 250;

function look(platform: ServingPlatform): Promise<Observed> {
  return inTime('see what it serves', answerMilliseconds, () => platform.observe());
}

function refusal(error: unknown, observed: Observed | null): ErrandAnswer {
  const found = error instanceof AppError ? error.code : null;
  const code = refusals.find((known) => known === found) ?? 'unavailable';
  return { kind: 'refused', code, message: cut(messageOf(error)), observed };
}

function tooLate({ plan }: ErrandReach): AppError {
  return new AppError(
    'timed-out',
    `expected to begin before ${plan.until}, found that it is later; nothing was done, it is asked again`,
  );
}

function cut(said: string): string {
  return said.slice(0, 2000);
}
