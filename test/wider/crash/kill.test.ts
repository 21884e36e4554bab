import { beforeAll, describe, expect, it, vi } from 'vitest';
import { stepNames } from '../../../app/steps.ts';
import { playWith } from './stage.ts';

const isServer = process.env['SISKIN_TEST_DATABASE_URL'] !== undefined;
// Most of a story is waiting: on a server for a dead process' lanes, which nobody else takes for ten seconds.
vi.setConfig({ maxConcurrency: isServer ? 5 : 3, testTimeout: 600_000, hookTimeout: 300_000 });

let expected: object;
beforeAll(async () => {
  expected = (await playWith({ replicas: 1 })).effects;
});

describe(isServer ? 'one App on PostgreSQL' : 'the App on PGlite', { concurrent: true }, () => {
  // On a server fewer times, as each of them waits.
  const times = isServer ? [2, 9] : [1, 3, 7, 12, 20];
  const [stride, firsts] = isServer ? [11, [1, 5]] : [5, [0, 1, 2, 3, 4]];

  it.each(stepNames)('killed after some steps named %s, ends as if it never was', async (step) => {
    const lives = () => times.map((nth) => ({ step, nth }));
    const { effects, deaths } = await playWith({ replicas: 1, lives });

    expect(deaths).toBeGreaterThanOrEqual(2);
    expect(effects).toEqual(expected);
  });

  it.each(firsts.flatMap((first) => [{ first, side: 'arrived' } as const, { first, side: 'answered' } as const]))(
    'killed at some writes to GitHub from $first on, once they have $side, ends as if it never was',
    async (at) => {
      const writes = (place: number) => place % stride === at.first;
      const { effects, deaths } = await playWith({ replicas: 1, killedAt: { writes, side: at.side } });

      expect(deaths).toBeGreaterThanOrEqual(2);
      expect(effects).toEqual(expected);
    },
  );
});

describe.runIf(isServer)('three of the App on one PostgreSQL', { concurrent: true }, () => {
  // Each of the three dies at another step, so that four stories see every step.
  const groups = [0, 3, 6, 7].map((from) => stepNames.slice(from, from + 3));
  it.each(groups)('that die after steps named %s, %s and %s end as if none had', async (...steps) => {
    const lives = (place: number) => [2, 6].map((nth) => ({ step: steps[place % 3] ?? 'lane-left', nth }));
    const { effects, deaths } = await playWith({ replicas: 3, lives });

    expect(deaths).toBeGreaterThanOrEqual(3);
    expect(effects).toEqual(expected);
  });

  it.each(['arrived', 'answered'] as const)('killed together once a write has %s end as if none had', async (side) => {
    const writes = (place: number) => place % 9 === 2;
    const { effects, deaths } = await playWith({ replicas: 3, killedAt: { writes, side } });

    expect(deaths).toBeGreaterThanOrEqual(3);
    expect(effects).toEqual(expected);
  });
});
