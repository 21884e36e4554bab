import type { ArmCounts, Interval } from '../../../src/rollout/evidence.ts';
import { randomNumbers } from '../../data/profile-of.ts';
import { endOf } from './evidence.ts';

type Draw = (arm: 'candidate' | 'champion', random: () => number) => ArmCounts;

/** Intervals of a metric, the history included, at 25 percent. */
export function drawn(options: {
  readonly seed: number;
  readonly intervals: number;
  readonly draw: Draw;
}): readonly Interval[] {
  const { seed, intervals, draw } = options;
  const random = randomNumbers(seed);
  return Array.from({ length: 30 + intervals }, (_, at) => {
    const interval = at - 30;
    const champion = draw('champion', random);
    const errors = interval < 0 ? { champion } : { candidate: draw('candidate', random), champion };
    return { interval, end: endOf(interval), weight: interval < 0 ? 0 : 25, metrics: { errors } };
  });
}

function values(n: number, draw: () => number): ArmCounts {
  let [sum, sumsq] = [0, 0];
  for (let at = 0; at < n; at += 1) {
    const value = draw();
    sum += value;
    sumsq += value * value;
  }
  return { n, sum, sumsq };
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

const sizes = { candidate: 100, champion: 300 } as const;

/** A kind of metric: its policy, and draws in which the candidate is worse by so much (0: not). */
export const kinds: Readonly<Record<string, { readonly metric: object; readonly draw: (worse: number) => Draw }>> = {
  mean: {
    metric: { kind: 'mean', margin: 0.2 },
    draw: (worse) => (arm, random) => values(sizes[arm], () => 5 + normal(random) + (arm === 'candidate' ? worse : 0)),
  },
  'bounded mean': {
    metric: { kind: 'mean', margin: 0.1, bounds: [0, 2] },
    draw: (worse) => (arm, random) =>
      values(sizes[arm], () => Math.min(2, 1.2 * random() + (arm === 'candidate' ? worse : 0))),
  },
  ratio: {
    metric: { kind: 'ratio', margin: 1.25 },
    draw: (worse) => (arm, random) => ({
      n: sizes[arm],
      x: 7 * sizes[arm] * (1 + 0.05 * normal(random)) * (arm === 'candidate' ? 1 + worse : 1),
    }),
  },
  conversion: {
    metric: { kind: 'conversion', margin: 1.25 },
    draw: (worse) => (arm, random) => {
      const chance = arm === 'candidate' ? 0.3 * (1 - worse) : 0.3;
      return { n: sizes[arm], x: Array.from({ length: sizes[arm] }, random).filter((one) => one < chance).length };
    },
  },
  latency: {
    metric: { kind: 'latency-quantile', quantile: 0.9 },
    draw: (worse) => (arm, random) => {
      const n = sizes[arm];
      const slow = Array.from({ length: n }, random).filter(
        (one) => one < (arm === 'candidate' ? 0.1 * (1 + worse) : 0.1),
      );
      const within = n - slow.length;
      return {
        n,
        buckets: [
          [0.05, Math.floor(within / 2)],
          [0.1, within],
          ['+Inf', n],
        ],
      };
    },
  },
};
