import { RolloutPolicy } from '../../../src/policy/rollout-policy.ts';
import type { Interval } from '../../../src/rollout/evidence.ts';
import type { JudgePolicy } from '../../../src/rollout/judge/judge.ts';

/** A policy that watches one metric, with what is given changed. */
export function watching(metric: object = {}, rest: object = {}): JudgePolicy {
  return RolloutPolicy.parse({ metrics: { errors: { kind: 'error-rate', ...metric } }, ...rest });
}

/** The minute of an interval as the end on the grid. */
export function endOf(interval: number): string {
  return new Date(Date.UTC(2026, 5, 1, 12, interval + 1)).toISOString();
}

/** An interval with the counts of both arms of one metric. */
export function counted(
  interval: number,
  weight: number,
  [n, x]: readonly [number, number],
  [championN, championX]: readonly [number, number],
): Interval {
  const errors = { candidate: { n, x }, champion: { n: championN, x: championX } };
  return { interval, end: endOf(interval), weight, metrics: { errors } };
}

/** Thirty intervals before any traffic moved, of a champion with so many events in each. */
export function history(events: (at: number) => number, n = 3000): readonly Interval[] {
  return Array.from({ length: 30 }, (_, at) => ({
    interval: at - 30,
    end: endOf(at - 30),
    weight: 0,
    metrics: { errors: { champion: { n, x: events(at) } } },
  }));
}
