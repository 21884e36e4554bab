import type { RolloutFacts } from '../../../src/facts/rollout-facts.ts';
import { courseOf } from '../../../src/rollout/course.ts';
import type { Interval } from '../../../src/rollout/evidence.ts';
import { judge } from '../../../src/rollout/judge/judge.ts';
import type { RolloutTraces } from '../../../src/rollout/rollout-effect.ts';
import type { RolloutRecord, RolloutState } from '../../../src/rollout/rollout-record.ts';
import { aRollout } from '../../rollout/rollout-builder.ts';
import { repository } from '../../world.ts';

export const start = Date.parse('2026-03-01T12:00:00.000Z');

/** An instant so many minutes after the rollout was asked for. */
export function minute(after: number): string {
  return new Date(start + after * 60_000).toISOString();
}

/** Thirty minutes of a champion alone, then so many minutes at 5 %, in which the candidate errs as often as told. */
export function evidence(minutes: number, errors: number): readonly Interval[] {
  return Array.from({ length: 30 + minutes }, (_, at): Interval => {
    const interval = at - 30;
    const end = minute(interval + 1);
    const wobble = (interval * 7 + 210) % 5;
    if (interval < 0) {
      return { interval, end, weight: 0, metrics: { errors: { champion: { n: 3000, x: 28 + wobble } } } };
    }
    return {
      interval,
      end,
      weight: 5,
      step: 0,
      attempt: 1,
      metrics: {
        errors: { candidate: { n: 150, x: errors + (interval % 2) }, champion: { n: 2850, x: 26 + wobble } },
      },
    };
  });
}

/** A rollout as it is shown, in this state, with a judgement of its evidence. */
export function shown(
  state: RolloutState,
  options: {
    readonly record?: Partial<RolloutRecord>;
    readonly evidence?: readonly Interval[];
    readonly facts?: Partial<RolloutFacts>;
    readonly traces?: RolloutTraces;
    readonly now?: string;
  } = {},
): RolloutFacts {
  const sealed = options.evidence ?? [];
  const rollout = aRollout({ rules: { 'interval-seconds': 60, url: 'https://shop.example' } });
  const judgement = sealed.length === 0 ? null : judge(sealed, rollout.policy);
  const lines = sealed.map((interval) => JSON.stringify(interval));
  return {
    rollout: { ...rollout, judgement, state, ...options.record },
    course: courseOf(lines, rollout.policy),
    traces: options.traces ?? {},
    repository,
    revertNews: null,
    earlier: null,
    isPast: false,
    branch: null,
    now: options.now ?? minute(10),
    ...options.facts,
  };
}
