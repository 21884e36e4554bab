import { describe, expect, it } from 'vitest';
import { eventsNeeded, expectedSteps } from '../../../src/rollout/judge/expected-exposure.ts';
import { trafficSeen } from '../../../src/rollout/judge/traffic-seen.ts';
import { history, watching } from './evidence.ts';

describe('what a rollout is expected to need', () => {
  it.each([
    [5, [3407, 926, 267, 30], 2368],
    [25, [920, 265, 85, 15], 619],
    [50, [744, 229, 81, 19], 482],
  ])('is log(1/α) over the relative entropy, at %d percent', (weight, harm, proof) => {
    const found = [1.25, 1.5, 2, 5].map((actual) => eventsNeeded({ weight, actual, refuted: 1, alpha: 0.01 }));

    expect(found.map(Math.round)).toEqual(harm);
    expect(Math.round(eventsNeeded({ weight, actual: 1, refuted: 1.25, alpha: 0.05 }))).toBe(proof);
  });

  it('is told in requests and minutes of the traffic that was seen', () => {
    const policy = watching({}, { steps: [{ weight: 5, 'minimum-minutes': 10 }, { weight: 50 }] });
    const traffic = trafficSeen(
      history(() => 30),
      policy,
    );
    const [first, last] = expectedSteps(policy, traffic);

    expect(traffic).toEqual({
      requestsPerMinute: 3000,
      metrics: { errors: { kind: 'events', rate: 0.01, dispersion: 1 } },
    });
    expect(first).toMatchObject({
      weight: 5,
      needs: 'no-harm',
      requests: 1500,
      minutes: 10,
      because: 'minimum-minutes',
    });
    expect(last).toMatchObject({ weight: 50, needs: 'not-worse', requests: 24_116, because: 'errors' });
    expect(last?.minutes).toBeCloseTo(16.08, 2);
    expect(first?.harmMinutes.map(({ minutes }) => minutes?.toFixed(1))).toEqual(['30.1', '8.5', '0.8']);
  });

  it('is not told when nothing is known', () => {
    const policy = watching();

    expect(trafficSeen([], policy)).toBeNull();
    expect(expectedSteps(policy, null).map(({ minutes }) => minutes)).toEqual([null, null, null]);
    expect(expectedSteps(policy, { requestsPerMinute: 10, metrics: {} }).map(({ minutes }) => minutes)).toEqual([
      10,
      10,
      null,
    ]);
  });

  it('is told of values by their variance, and of latency by what is slower than the edge', () => {
    const values = { kind: 'values', variance: 4, dispersion: 2 } as const;
    const steps = [{ weight: 50 }];
    const [mean] = expectedSteps(watching({ kind: 'mean', margin: 0.5 }, { steps }), {
      requestsPerMinute: 100,
      metrics: { errors: values },
    });
    // 2 log 20 / 0.5² of information, of which a pair of requests with variances of 8 each gives 1/16.
    expect(mean?.requests).toBe(Math.ceil(((2 * Math.log(20)) / 0.25) * 16));

    const buckets: [number, number][] = [
      [0.1, 900],
      [0.2, 980],
    ];
    const champion = { n: 1000, buckets };
    const slow = history(() => 0).map((interval) => ({ ...interval, metrics: { errors: { champion } } }));
    const level = (metric: object) =>
      trafficSeen(slow, watching({ kind: 'latency-quantile', ...metric }))?.metrics['errors'];
    expect(level({ edge: 0.2 })).toMatchObject({ kind: 'events', rate: expect.closeTo(0.02, 9) });
    expect(level({ quantile: 0.9 })).toMatchObject({ rate: expect.closeTo(0.1, 9) });
  });
});
