import { describe, expect, it } from 'vitest';
import { judge, judging } from '../../../src/rollout/judge/judge.ts';
import { watching } from './evidence.ts';
import { drawn, kinds } from './kinds.ts';

describe.each(Object.entries(kinds))('the judge of a %s', (_, { metric, draw }) => {
  it('passes a candidate that is as good, and fails one that is much worse', () => {
    const policy = watching(metric);

    expect(judge(drawn({ seed: 5, intervals: 120, draw: draw(0) }), policy)).toMatchObject({
      verdict: 'pass',
      reason: 'not-worse',
    });
    expect(judge(drawn({ seed: 5, intervals: 60, draw: draw(1) }), policy)).toMatchObject({
      verdict: 'fail',
      reason: 'harm',
    });
  });

  it('gives the same bits at once, from interval to interval, and in any order', () => {
    const evidence = drawn({ seed: 3, intervals: 20, draw: draw(0.2) });
    const sequence = judging(watching(metric));
    for (const interval of evidence) {
      sequence.add(interval);
      sequence.judgement();
    }

    expect(sequence.judgement()).toEqual(judge(evidence, watching(metric)));
    expect(judge(evidence.toReversed(), watching(metric))).toEqual(judge(evidence, watching(metric)));
  });

  it('bounds the effect on both sides of its estimate', () => {
    const { effect } =
      judge(drawn({ seed: 9, intervals: 60, draw: draw(0) }), watching(metric)).metrics['errors'] ?? {};

    expect(effect?.low).toBeLessThan(effect?.estimate ?? Number.NaN);
    expect(effect?.high).toBeGreaterThan(effect?.estimate ?? Number.NaN);
    const same = effect?.scale === 'plus' ? 0 : 1;
    expect(effect?.low).toBeLessThan(same);
    expect(effect?.high).toBeGreaterThan(same);
  });
});
