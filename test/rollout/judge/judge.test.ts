import { describe, expect, it } from 'vitest';
import { judge, judging } from '../../../src/rollout/judge/judge.ts';
import { counted, history, watching } from './evidence.ts';

const golden = [counted(0, 5, [150, 6], [2850, 30]), counted(1, 25, [750, 20], [2250, 25])];
/** Varies as independent events would, or a little less. */
const calm = history((at) => [30, 26, 33, 29, 36, 27][at % 6] ?? 30);

describe('the judge', () => {
  it('gives the e-values of the stratified reference case', () => {
    const { harm, nonInferiority, dispersion } = judge(golden, watching()).metrics['errors'] ?? {};

    expect(harm?.e).toBeCloseTo(197.458302, 6);
    expect(harm?.logE).toBeCloseTo(5.285527, 6);
    expect(harm?.crossedAt).toBe(1);
    expect(nonInferiority?.e).toBeCloseTo(0.136134581, 9);
    expect(dispersion).toEqual({ value: 1, source: 'none' });
  });

  it('calls no counts harmful of which nobody knows how much they vary, but asks for a person', () => {
    expect(judge(golden, watching())).toMatchObject({
      verdict: 'inconclusive',
      reason: 'no-history',
      metric: 'errors',
      decidedAt: null,
    });
    expect(judge(golden, watching({ dispersion: 1 }))).toMatchObject({ verdict: 'fail', reason: 'harm', decidedAt: 1 });
    expect(judge([...calm, ...golden], watching())).toMatchObject({ verdict: 'fail', reason: 'harm', decidedAt: 1 });
  });

  it('takes the dispersion from thirty intervals of history, and not from fewer', () => {
    const bursts = history((at) => (at % 3 === 0 ? 90 : 0));

    expect(judge([...bursts, ...golden], watching()).metrics['errors']?.dispersion).toMatchObject({
      source: 'history',
    });
    expect(judge([...bursts, ...golden], watching()).metrics['errors']?.dispersion.value).toBeGreaterThan(20);
    expect(judge([...bursts, ...golden], watching()).verdict).toBe('inconclusive');
    expect(judge([...calm, ...golden], watching()).metrics['errors']?.dispersion).toEqual({
      value: 1,
      source: 'history',
    });
    expect(judge([...calm.slice(1), ...golden], watching()).metrics['errors']?.dispersion.source).toBe('none');
    expect(judge([...calm.slice(1), ...golden], watching({ dispersion: 3 })).metrics['errors']?.dispersion).toEqual({
      value: 3,
      source: 'policy',
    });
  });

  it('gives the same bits whatever the order, and from interval to interval', () => {
    const evidence = [...calm, ...golden, counted(2, 50, [1500, 20], [1500, 14])];
    const policy = watching({ role: 'target' });
    const sequence = judging(policy);
    for (const interval of evidence) {
      sequence.add(interval);
      sequence.judgement();
    }

    expect(sequence.judgement()).toEqual(judge(evidence, policy));
    expect(judge(evidence.toReversed(), policy)).toEqual(judge(evidence, policy));
    expect(judge([...evidence, ...golden], policy)).toEqual(judge(evidence, policy));
  });

  it('judges by a plan where the traffic is known, and has no more to say after its end', () => {
    const planned = (events: number) => watching({ 'group-sequential': { events, spending: 'pocock' } });
    const even = (from: number) => Array.from({ length: 6 }, (_, at) => counted(from + at, 25, [750, 20], [2250, 20]));

    const inTime = judge([...calm, ...even(0)], planned(240)).metrics['errors']?.harm;
    const over = judge(
      [...calm, ...Array.from({ length: 6 }, (_, at) => counted(at, 25, [750, 8], [2250, 24])), ...even(6)],
      planned(120),
    );

    expect(inTime?.crossedAt).not.toBeNull();
    expect(inTime?.e).toBeCloseTo(100, 9);
    expect(over.metrics['errors']?.harm).toMatchObject({ e: 1, crossedAt: null });
  });
});
