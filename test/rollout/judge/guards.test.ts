import { describe, expect, it } from 'vitest';
import type { Interval } from '../../../src/rollout/evidence.ts';
import { judge } from '../../../src/rollout/judge/judge.ts';
import { counted, history, watching } from './evidence.ts';

const calm = history((at) => [30, 26, 33, 29, 36, 27][at % 6] ?? 30);

/** So many intervals at five percent, with what an interval has changed. */
function run(count: number, change: (at: number) => Partial<Interval> = () => ({}), weight = 5): readonly Interval[] {
  return Array.from({ length: count }, (_, at) => ({ ...counted(at, weight, [150, 1], [2850, 28]), ...change(at) }));
}

function split(candidate: number, champion: number): Partial<Interval> {
  return { requests: { candidate, champion } };
}

const wrong = split(240, 2760);

describe('the guard on the split', () => {
  it('holds when another share is sent than was set, and calls nothing harmful from then on', () => {
    const harmful = run(30, (at) => ({
      ...wrong,
      ...(at > 5 ? { metrics: counted(at, 5, [240, 40], [2760, 28]).metrics } : {}),
    }));
    const { verdict, reason, sampleRatio } = judge([...calm, ...harmful], watching());

    expect([verdict, reason]).toEqual(['error', 'sample-ratio']);
    expect(sampleRatio.crossedAt).toBeLessThan(3);
    expect(sampleRatio.seen).toBeCloseTo(8, 6);
  });

  it('lets harm stand that was shown before the split went wrong', () => {
    const both = run(30, (at) => (at < 5 ? { metrics: counted(at, 5, [150, 30], [2850, 28]).metrics } : wrong));

    expect(judge([...calm, ...both], watching())).toMatchObject({ verdict: 'fail', reason: 'harm' });
  });

  it('does not judge an interval in which a counter began again', () => {
    expect(judge([...calm, ...run(30, () => ({ ...wrong, reset: true }))], watching()).sampleRatio).toMatchObject({
      e: 1,
      seen: null,
    });
  });

  it('lets proxies round their weights', () => {
    // HAProxy gives 13 of 256 for five percent.
    const { sampleRatio, reason } = judge([...calm, ...run(30, () => split(15_234, 284_766))], watching());

    expect(sampleRatio.e).toBeGreaterThan(1000);
    expect(sampleRatio.crossedAt).toBeNull();
    expect(reason).not.toBe('sample-ratio');
  });

  it('begins again when a person looked and let it go on', () => {
    const later = run(12, (at) => (at < 6 ? wrong : { attempt: 2 }));

    expect(judge([...calm, ...later], watching())).toMatchObject({
      reason: 'undecided',
      sampleRatio: { crossedAt: null },
    });
  });

  it('begins again at each step that a person lets go on', () => {
    const places = [{ step: 0 }, { step: 0, attempt: 2 }, { step: 1, attempt: 1 }, { step: 1, attempt: 2 }] as const;
    const crossings = places.map((_, last) => {
      const evidence = run(4 * (last + 1), (at) => ({ ...wrong, ...places[Math.floor(at / 4)] }));
      return judge([...calm, ...evidence], watching()).sampleRatio.crossedAt;
    });

    expect(crossings.map((at) => (at === null ? null : Math.floor(at / 4)))).toEqual([0, 1, 1, 3]);
  });

  it('says nothing of a split by a header, which is no share of all requests', () => {
    const policy = watching({}, { audience: { header: 'x-beta', value: 'yes' } });

    expect(judge([...calm, ...run(30, () => wrong)], policy).sampleRatio).toMatchObject({ e: 1, crossedAt: null });
  });

  it('does not count the requests that a candidate missed before a person let it go on', () => {
    const broken = run(6, () => ({ metrics: counted(0, 5, [0, 0], [2850, 28]).metrics }));
    const mended = run(6, () => ({ attempt: 2 })).map((interval, at) => ({ ...interval, interval: 6 + at }));

    expect(judge([...calm, ...broken, ...mended], watching()).sampleRatio).toMatchObject({ seen: 5, crossedAt: null });
  });

  it('promises no share of the requests to a candidate that only a header leads to', () => {
    const policy = watching({}, { audience: { header: 'x-beta', value: 'yes' } });
    const none = (count: number) => run(count, (at) => ({ metrics: counted(at, 5, [0, 0], [3000, 30]).metrics }));

    expect(judge([...calm, ...none(9)], policy).reason).toBe('undecided');
    expect(judge([...calm, ...none(10)], policy).reason).toBe('no-traffic');
  });

  it('takes a candidate that never answered for one without traffic', () => {
    const none = run(5, (at) => ({ metrics: counted(at, 5, [0, 0], [3000, 30]).metrics }));

    expect(judge([...calm, ...none], watching())).toMatchObject({
      verdict: 'inconclusive',
      reason: 'no-traffic',
      metric: 'errors',
      metrics: { errors: { missing: 'the candidate had no requests', harm: { e: 1 } } },
    });
  });
});

describe('a ratio', () => {
  it('is measured where both arms are the same, as on a quiet day', () => {
    const policy = watching({ kind: 'ratio', margin: 1.25 });
    const { reason, metrics } = judge(
      run(10, () => ({ metrics: counted(0, 5, [150, 0], [2850, 0]).metrics })),
      policy,
    );

    expect(reason).toBe('undecided');
    expect(metrics['errors']).toMatchObject({ missing: null, harm: { e: 1 } });
  });
});

describe('what could not be measured', () => {
  const failed = { missing: 'failed', reason: 'connection refused' } as const;
  const silent = { missing: 'no-series', reason: 'nothing matched' } as const;
  const last = (from: number, champion: typeof failed | typeof silent) =>
    run(10, (at) => (at >= from ? { metrics: { errors: { candidate: { n: 1, x: 0 }, champion } } } : {}));

  it('is a finding only when it lasts', () => {
    expect(judge([...calm, ...last(8, failed)], watching()).reason).toBe('undecided');
    expect(judge([...calm, ...last(7, failed)], watching())).toMatchObject({ verdict: 'error', reason: 'source-down' });
    expect(judge([...calm, ...last(7, silent)], watching())).toMatchObject({
      verdict: 'inconclusive',
      reason: 'no-series',
    });
  });

  it('is no finding when a quiet service has a few minutes without anybody for the candidate', () => {
    const quiet = (count: number, champion: number) =>
      judge([...calm, ...run(count, (at) => ({ metrics: counted(at, 5, [0, 0], [champion, 0]).metrics }))], watching())
        .reason;

    expect([quiet(5, 10), quiet(9, 10), quiet(10, 10)]).toEqual(['undecided', 'undecided', 'no-traffic']);
    expect([quiet(2, 2000), quiet(3, 2000)]).toEqual(['undecided', 'no-traffic']);
    expect([quiet(9, 0), quiet(10, 0)]).toEqual(['undecided', 'no-traffic']);
  });

  it('neither passes a step nor undoes what was shown', () => {
    const steps = [{ weight: 5, 'minimum-minutes': 0 }, { weight: 50 }];
    const never = judge([...calm, ...last(0, silent)], watching({}, { steps }));
    const harmed = judge(
      [
        ...calm,
        ...run(10, (at) => ({
          metrics: at < 5 ? counted(at, 5, [150, 40], [2850, 28]).metrics : (last(0, failed)[at]?.metrics ?? {}),
        })),
      ],
      watching(),
    );

    expect(never.steps).toMatchObject([{ verdict: 'inconclusive', reason: 'no-series' }]);
    expect(harmed).toMatchObject({ verdict: 'fail', reason: 'harm' });
  });

  it('is said when a count is no number, or the histograms differ', () => {
    const broken = run(2, (at) => ({ metrics: counted(at, 5, [Number.NaN, 1], [2850, 28]).metrics }));
    const buckets = run(4, () => ({
      metrics: {
        errors: {
          candidate: {
            n: 10,
            buckets: [
              [0.1, 5],
              [0.3, 9],
            ],
          },
          champion: {
            n: 100,
            buckets: [
              [0.1, 50],
              [0.2, 90],
            ],
          },
        },
      },
    }));

    expect(judge(broken, watching()).metrics['errors']).toMatchObject({
      missing: 'a count is no number, or below zero',
    });
    expect(judge(buckets, watching({ kind: 'latency-quantile' })).metrics['errors']?.missing).toBe(
      'the edges of the histograms differ: 0.1 0.3 of the candidate, 0.1 0.2 of the champion',
    );
  });
});

describe('a step', () => {
  const steps = [{ weight: 5, 'minimum-exposure': 600, 'minimum-minutes': 3 }, { weight: 50 }];

  it('passes on no harm once it has lasted and answered enough', () => {
    const at = (count: number) => judge([...calm, ...run(count)], watching({}, { steps })).steps;

    expect(at(3)).toMatchObject([
      { step: 0, verdict: 'inconclusive', reason: 'too-few', exposure: 450, decidedAt: null },
    ]);
    expect(at(9)).toMatchObject([{ step: 0, verdict: 'pass', reason: 'no-harm', exposure: 1350, decidedAt: 3 }]);
  });

  it('needs proof when it is the last', () => {
    const last = (count: number) =>
      run(count, (at) => ({ interval: at + 10, metrics: counted(at, 50, [15_000, 150], [15_000, 150]).metrics }), 50);
    const found = (count: number) => judge([...calm, ...run(10), ...last(count)], watching({}, { steps })).steps[1];

    expect(found(1)).toMatchObject({ step: 1, verdict: 'inconclusive', reason: 'undecided' });
    expect(found(9)).toMatchObject({ step: 1, verdict: 'pass', reason: 'not-worse' });
  });

  it('at a hundred percent compares with nobody, and leaves what was shown', () => {
    const alone = Array.from({ length: 6 }, (_, at) => counted(at + 10, 100, [3000, 30], [0, 0]));
    const [before, after] = [
      [...calm, ...run(10)],
      [...calm, ...run(10), ...alone],
    ].map((all) => judge(all, watching()));

    expect(after?.metrics).toEqual(before?.metrics);
    expect(after?.verdict).toBe(before?.verdict);
  });
});

describe('several metrics', () => {
  it('share the α of harm, and must all be proven', () => {
    const two = { ...watching().metrics, slow: { ...watching().metrics['errors'], kind: 'error-rate' } };
    const policy = { ...watching(), metrics: two } as ReturnType<typeof watching>;
    const evidence = [...calm, counted(0, 5, [150, 6], [2850, 30]), counted(1, 25, [750, 20], [2250, 25])].map(
      (interval) => ({
        ...interval,
        metrics: { ...interval.metrics, slow: interval.metrics['errors'] ?? { champion: { n: 1, x: 0 } } },
      }),
    );

    // e = 197 is above 1/.01, but not above 2/.01.
    expect(judge(evidence, policy).metrics['errors']?.harm).toMatchObject({ crossedAt: null });
    expect(judge(evidence, watching()).metrics['errors']?.harm).toMatchObject({ crossedAt: 1 });
    expect(judge(evidence, policy).verdict).toBe('inconclusive');
  });

  it('that are only shown decide nothing', () => {
    const evidence = [...calm, counted(0, 5, [150, 90], [2850, 30])];

    expect(judge(evidence, watching({ role: 'info' }))).toMatchObject({ verdict: 'inconclusive', reason: 'undecided' });
    expect(judge(evidence, watching()).verdict).toBe('fail');
  });
});
