import { beforeAll, describe, expect, it, vi } from 'vitest';
import { stepNames } from '../../../app/steps.ts';
import { playWith } from './stage.ts';

// Most of a story is waiting, so several are told at the same time.
vi.setConfig({ maxConcurrency: 4, testTimeout: 400_000, hookTimeout: 120_000 });

const isServer = process.env['SISKIN_TEST_DATABASE_URL'] !== undefined;
const counts = isServer ? [1, 3] : [1];

let expected: object;
beforeAll(async () => {
  expected = (await playWith({ replicas: 1 })).effects;
});

describe.each(counts)(
  `on ${isServer ? 'PostgreSQL' : 'PGlite'} with %i of the App`,
  { concurrent: true },
  (replicas) => {
    it.each(stepNames)('killed after some steps named %s, it ends as if it never was', async (step) => {
      const lives = [1, 3, 7, 12, 20].map((nth) => ({ step, nth }));
      const { effects, deaths } = await playWith({ replicas, lives });

      expect(deaths).toBeGreaterThanOrEqual(3);
      expect(effects).toEqual(expected);
    });

    it.each(
      [0, 1, 2, 3, 4].flatMap((from) => [{ from, side: 'arrived' } as const, { from, side: 'answered' } as const]),
    )(
      'killed at every fifth write to GitHub from $from on, once it has $side, it ends as if it never was',
      async ({ from, side }) => {
        const writes = (place: number) => place % 5 === from;
        const { effects, deaths } = await playWith({ replicas, killedAt: { writes, side } });

        expect(deaths).toBeGreaterThanOrEqual(3);
        expect(effects).toEqual(expected);
      },
    );
  },
);
