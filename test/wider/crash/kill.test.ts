import { beforeAll, describe, expect, it, vi } from 'vitest';
import { stepNames } from '../../../app/steps.ts';
import { playWith } from './stage.ts';

const isServer = process.env['SISKIN_TEST_DATABASE_URL'] !== undefined;
// Most of a story is waiting: on a server for a dead process' lanes, which nobody else takes for ten seconds.
vi.setConfig({ maxConcurrency: isServer ? 5 : 4, testTimeout: 600_000, hookTimeout: 300_000 });

let expected: object;
beforeAll(async () => {
  expected = (await playWith({ replicas: 1 })).effects;
});

describe.runIf(!isServer)('the App on PGlite', { concurrent: true }, () => {
  it.each(stepNames)('killed after some steps named %s, ends as if it never was', async (step) => {
    const lives = () => [1, 3, 7, 12, 20].map((nth) => ({ step, nth }));
    const { effects, deaths } = await playWith({ replicas: 1, lives });

    expect(deaths).toBeGreaterThanOrEqual(2);
    expect(effects).toEqual(expected);
  });

  it.each(
    [0, 1, 2, 3, 4].flatMap((first) => [{ first, side: 'arrived' } as const, { first, side: 'answered' } as const]),
  )('killed at every fifth write to GitHub from $first on, once it has $side, ends as if it never was', async (at) => {
    const writes = (place: number) => place % 5 === at.first;
    const { effects, deaths } = await playWith({ replicas: 1, killedAt: { writes, side: at.side } });

    expect(deaths).toBeGreaterThanOrEqual(2);
    expect(effects).toEqual(expected);
  });
});

// Each kill waits here, so that one story sees several steps: one replica dies at one after the other, or each of three
// at another one.
describe.runIf(isServer).each([1, 3])('%i of the App on one PostgreSQL', { concurrent: true }, (replicas) => {
  const groups = [0, 3, 6, 7].map((from) => stepNames.slice(from, from + 3));
  it.each(groups)('that die after steps named %s, %s and %s end as if none had', async (...steps) => {
    const lives = (place: number) =>
      replicas === 1
        ? steps.map((step, life) => ({ step, nth: 2 + 3 * life }))
        : [2, 6].map((nth) => ({ step: steps[place % 3] ?? 'lane-left', nth }));
    const { effects, deaths } = await playWith({ replicas, lives });

    expect(deaths).toBeGreaterThanOrEqual(2);
    expect(effects).toEqual(expected);
  });

  it.each(['arrived', 'answered'] as const)('killed together once a write has %s end as if none had', async (side) => {
    const writes = (place: number) => place % 9 === 2;
    const { effects, deaths } = await playWith({ replicas, killedAt: { writes, side } });

    expect(deaths).toBeGreaterThanOrEqual(2);
    expect(effects).toEqual(expected);
  });
});
