import { beforeAll, describe, expect, it, vi } from 'vitest';
import { stepNames } from '../../../app/steps.ts';
import { playWith } from './stage.ts';

const isServer = process.env['SISKIN_TEST_DATABASE_URL'] !== undefined;
// Most of a story is waiting: on a server for a dead process' lanes, which nobody else takes for ten seconds.
vi.setConfig({ maxConcurrency: isServer ? 7 : 3, testTimeout: 600_000, hookTimeout: 300_000 });

/** Where the first runs of the story are killed; on a server fewer times, as each of them waits. */
const times = isServer ? [2, 9] : [1, 3, 7, 12, 20];
const stride = isServer ? 11 : 5;
const firsts = isServer ? [1, 5] : [0, 1, 2, 3, 4];

let expected: object;
beforeAll(async () => {
  expected = (await playWith({ replicas: 1 })).effects;
});

describe.each(isServer ? [1, 3] : [1])(
  `on ${isServer ? 'PostgreSQL' : 'PGlite'} with %i of the App`,
  { concurrent: true },
  (replicas) => {
    it.each(stepNames)('killed after some steps named %s, it ends as if it never was', async (step) => {
      const lives = times.map((nth) => ({ step, nth }));
      const { effects, deaths } = await playWith({ replicas, lives });

      expect(deaths).toBeGreaterThanOrEqual(2);
      expect(effects).toEqual(expected);
    });

    it.each(firsts.flatMap((first) => [{ first, side: 'arrived' } as const, { first, side: 'answered' } as const]))(
      'killed at some writes to GitHub from $first on, once they have $side, it ends as if it never was',
      async ({ first, side }) => {
        const writes = (place: number) => place % stride === first;
        const { effects, deaths } = await playWith({ replicas, killedAt: { writes, side } });

        expect(deaths).toBeGreaterThanOrEqual(2);
        expect(effects).toEqual(expected);
      },
    );
  },
);
