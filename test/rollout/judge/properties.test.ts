import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Interval } from '../../../src/rollout/evidence.ts';
import { judge, judging } from '../../../src/rollout/judge/judge.ts';
import { Judgement } from '../../../src/rollout/judgement.ts';
import { endOf, watching } from './evidence.ts';

const events = fc
  .record({ n: fc.nat(5000), share: fc.double({ min: 0, max: 0.2, noNaN: true }) })
  .map(({ n, share }) => ({ n, x: Math.floor(n * share) }));
const absent = fc.constantFrom(
  { missing: 'no-series', reason: 'nothing matched' } as const,
  { missing: 'no-traffic', reason: 'nobody came' } as const,
  { missing: 'failed', reason: 'timed out' } as const,
);
const arm = fc.oneof({ weight: 9, arbitrary: events }, { weight: 1, arbitrary: absent });

/** Evidence of any length: a history, then three weights, with holes and resets. */
const evidence: fc.Arbitrary<readonly Interval[]> = fc
  .record({
    history: fc.array(events, { maxLength: 35 }),
    moved: fc.array(
      fc.record({ candidate: arm, champion: arm, reset: fc.boolean(), weight: fc.constantFrom(0, 5, 25, 50, 100) }),
      {
        maxLength: 25,
      },
    ),
  })
  .map(({ history, moved }) => [
    ...history.map((champion, at) => ({
      interval: at - history.length,
      end: endOf(at - history.length),
      weight: 0,
      metrics: { errors: { champion } },
    })),
    ...moved.map(({ candidate, champion, reset, weight }, interval) => ({
      interval,
      end: endOf(interval),
      weight,
      ...(reset ? { reset: true as const } : {}),
      metrics: { errors: { candidate, champion } },
    })),
  ]);

const policies = fc
  .record({
    role: fc.constantFrom('guardrail', 'target', 'info'),
    direction: fc.constantFrom('lower-is-better', 'higher-is-better'),
    kind: fc.constantFrom('error-rate', 'ratio', 'conversion'),
    dispersion: fc.constantFrom(undefined, 1, 4),
  })
  .map(({ dispersion, ...metric }) => watching({ ...metric, ...(dispersion === undefined ? {} : { dispersion }) }));

describe('a judgement', () => {
  it('is the same, to the bit, in any order, and whether judged at once or interval by interval', () => {
    fc.assert(
      fc.property(evidence, policies, (intervals, policy) => {
        const sequence = judging(policy);
        for (const interval of intervals) {
          sequence.add(interval);
          sequence.judgement();
        }
        expect(sequence.judgement()).toEqual(judge(intervals, policy));
        expect(judge(intervals.toReversed(), policy)).toEqual(judge(intervals, policy));
      }),
      { numRuns: 60 },
    );
  });

  it('never takes back a crossing when more evidence comes', () => {
    fc.assert(
      fc.property(evidence, policies, fc.nat(40), (intervals, policy, cut) => {
        const early = judge(intervals.slice(0, cut), policy).metrics['errors'];
        const late = judge(intervals, policy).metrics['errors'];
        for (const test of ['harm', 'nonInferiority', 'superiority'] as const) {
          const crossedAt = early?.[test]?.crossedAt ?? null;
          if (crossedAt !== null) expect(late?.[test]?.crossedAt).toBe(crossedAt);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('is whole whatever the evidence: no number is missing from its JSON', () => {
    fc.assert(
      fc.property(evidence, policies, (intervals, policy) => {
        const judgement = judge(intervals, policy);
        expect(Judgement.parse(JSON.parse(JSON.stringify(judgement)))).toEqual(judgement);
      }),
      { numRuns: 60 },
    );
  });
});
