import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import type { rolloutStepNames } from '../../../app/steps.ts';
import { startGithub } from '../../../sandbox/github/github.ts';
import { isEnded } from '../../../src/rollout/rollout-record.ts';
import { manifest } from '../../app/sandbox-app.ts';
import { emptyDatabase } from '../../database.ts';
import { aRollout } from '../../rollout/rollout-builder.ts';
import { repository } from '../../store/test-store.ts';
import type { Orders, Tells, Told } from './app-process.ts';
import { openFarSide } from './far-side.ts';

vi.setConfig({ testTimeout: 300_000, maxConcurrency: 2 });

type StepName = (typeof rolloutStepNames)[number];
/** Each of the points between a step of SQL and one of the world, one life each: after it the process is killed. */
const points: readonly StepName[] = [
  'rollout-moved',
  'rollout-validated',
  'rollout-intended',
  'rollout-applying',
  'rollout-applied',
  'rollout-observed',
  'rollout-measured',
  'rollout-judged',
];
const rules = {
  metrics: { errors: { source: 'prom', kind: 'error-rate', query: { requests: 'r', events: 'e' } } },
  steps: [5, 25, 50].map((weight) => ({ weight, 'minimum-minutes': 0.04 })),
};

/** Plays a rollout with a process that dies at each point, and goes on until it is over. */
async function playWith(lives: readonly NonNullable<Orders['dies']>[], errors: number) {
  await using far = await openFarSide(errors);
  await using github = await startGithub();
  const registered = github.registerApp({
    name: 'siskin',
    permissions: manifest.default_permissions,
    events: manifest.default_events,
  });
  const folder = mkdtempSync(join(tmpdir(), 'siskin-rollout-'));
  const server = emptyDatabase();
  const options: Orders['options'] = {
    appId: registered.appId,
    privateKey: registered.privateKey,
    webhookSecret: registered.webhookSecret,
    apiUrl: github.apiUrl,
    database: server.kind === 'postgres' ? server : { kind: 'folder', path: join(folder, 'data') },
    host: '127.0.0.1',
    port: 0,
    logLevel: 'fatal',
    pace: 'unlimited',
  };
  const rollout = aRollout({ rules, createdAt: new Date().toISOString() });
  const resumes: number[] = [];
  const boots: number[] = [];
  let deaths = 0;
  let over = false;
  let child = start();

  function start(): ChildProcess {
    const orders: Orders = { options, dies: lives[deaths] ?? null, aheadSeconds: 0, connections: far.connections };
    const env = { ...process.env, SISKIN_TEST_EDGE: 'a secret of the edge that is long enough' };
    const born = fork(join(import.meta.dirname, 'app-process.ts'), [JSON.stringify(orders)], { execArgv: [], env });
    born.once('exit', () => {
      if (over) return;
      const diedAt = Date.now();
      deaths += 1;
      child = start();
      child.once('message', () => boots.push(Date.now() - diedAt));
      void resumed(diedAt);
    });
    born.once('message', (tells: Tells) => {
      // Requested by every life, as a webhook that comes again: it is one rollout.
      if (tells.kind === 'listening') born.send({ kind: 'request', rollout, repository } satisfies Told);
    });
    return born;
  }

  /** From a death to the next thing that is asked of the world. */
  async function resumed(diedAt: number): Promise<void> {
    while (!over && !far.askedAt.some((at) => at > diedAt)) await setTimeout(20);
    resumes.push((far.askedAt.find((at) => at > diedAt) ?? Date.now()) - diedAt);
  }

  async function ask(): Promise<Extract<Tells, { kind: 'rollout' }> | null> {
    const asked = child;
    if (!asked.connected) return null;
    const late = AbortSignal.timeout(1000);
    // A process that dies meanwhile does not answer.
    const answer = once(asked, 'message', { signal: late }).then(
      ([tells]: Tells[]) => (tells?.kind === 'rollout' ? tells : null),
      () => null,
    );
    asked.send({ kind: 'ask-rollout', id: rollout.id } satisfies Told, () => {});
    return await answer;
  }

  try {
    for (const until = Date.now() + 240_000; Date.now() < until; ) {
      const told = await ask();
      if (told?.record != null && isEnded(told.record.state)) {
        return { ...told, record: told.record, deaths, boots, resumes, writes: [...far.writes], wish: far.wish() };
      }
      await setTimeout(200);
    }
    throw new Error(`it never ended; ${deaths} deaths, ${JSON.stringify((await ask())?.record?.state)}`);
  } finally {
    over = true;
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

function distinct<T>(values: readonly T[]): readonly T[] {
  return values.filter((value, at) => value !== values[at - 1]);
}

it.concurrent('a good model is promoted all the same when the App is killed at every point of its rollout', async () => {
  const lives = points.map((step, life) => ({ step, nth: life < 4 ? 1 : 2 }));
  const { record, events, evidence, writes, wish, deaths, boots, resumes } = await playWith(lives, 0.02);

  expect(record.state.kind).toBe('succeeded');
  expect(deaths).toBe(points.length);
  expect(distinct(writes.map(({ wish }) => wish.weight))).toEqual([0, 5, 25, 50, 0]);
  expect(wish.champion).toEqual(record.release);
  // Nothing is lost, and nothing is there twice.
  expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, at) => at + 1));
  const intervals = evidence.map((line): number => JSON.parse(line).interval).filter((interval) => interval >= 0);
  expect(intervals).toEqual(intervals.map((_, at) => at));
  const ends = evidence.map((line): string => JSON.parse(line).end);
  expect(new Set(ends).size).toBe(ends.length);
  const fences = writes.map(({ wish }) => wish.fence);
  expect(fences).toEqual([...fences].sort((a, b) => a - b));
  console.log(`listening after ${boots.join(', ')} ms; asked the world after ${resumes.join(', ')} ms`);
  expect(Math.max(...resumes)).toBeLessThan(30_000);
});

it.concurrent('a harmful one is taken back all the same', async () => {
  const lives: NonNullable<Orders['dies']>[] = [
    { step: 'rollout-judged', nth: 1 },
    { step: 'rollout-intended', nth: 1 },
    { step: 'rollout-applied', nth: 1 },
    { step: 'rollout-observed', nth: 1 },
  ];
  const { record, wish, deaths, resumes } = await playWith(lives, 0.3);

  expect(record.state).toMatchObject({ kind: 'rolled-back', cause: { kind: 'harm' } });
  expect(wish).toMatchObject({ champion: record.previous, candidate: null, weight: 0 });
  expect(record.zeroAfterMs).not.toBeNull();
  expect(deaths).toBeGreaterThanOrEqual(2);
  expect(Math.max(...resumes)).toBeLessThan(30_000);
});
