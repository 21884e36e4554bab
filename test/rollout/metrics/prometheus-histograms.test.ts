import { describe, expect, it } from 'vitest';
import { counter, from, measure } from './prometheus-measure.ts';

describe('histograms of Prometheus', () => {
  const latency = { kind: 'latency-quantile', quantile: 0.95 };

  it('reads classic histograms, in which a restart begins all buckets again', async () => {
    const series = [bucket('0.1', [90, 95, 3]), bucket('1', [98, 106, 4]), bucket('+Inf', [100, 110, 5])];

    const { measured } = await measure({ series, query: { buckets: 'sum by (le) (seconds_bucket)' }, metric: latency });

    const buckets = [
      [0.1, 8],
      [1, 12],
      ['+Inf', 15],
    ];
    expect(measured).toEqual({ kind: 'value', counts: { n: 15, buckets }, reset: true });

    function bucket(le: string, [before, middle, after]: readonly [number, number, number]) {
      return counter(
        'seconds_bucket',
        [
          [-10, before],
          [20, middle],
          [50, after],
        ],
        { le },
      );
    }
  });

  it('reads native histograms on the same edges for everyone, also when their resolution was reduced in between', async () => {
    const [low, middle, high] = [1, 2 ** (1 / 8), 2 ** (1 / 4)].map(String);
    const histograms = [
      native(-10, 10, [
        [0, low, middle, '2'],
        [0, middle, high, '8'],
      ]),
      native(50, 16, [[0, low, high, '16']]),
    ];
    const series = [{ labels: { __name__: 'seconds', version: 'v1.4.0' }, samples: [], histograms }];

    const { measured } = await measure({ series, query: { buckets: 'seconds' }, metric: latency });
    const off = await measure({ series, query: { buckets: 'seconds' }, metric: { ...latency, edge: 0.3 } });

    const buckets = measured.kind === 'value' && 'buckets' in measured.counts ? measured.counts.buckets : [];
    expect(measured).toMatchObject({ kind: 'value', counts: { n: 6 }, reset: false });
    expect(buckets).toHaveLength(138);
    expect(buckets.filter(([edge]) => edge === 1 || edge === Number(high) || edge === 2)).toEqual([
      [1, 0],
      [Number(high), 6],
      [2, 6],
    ]);
    expect(off.checked).toEqual([expect.stringContaining('expected the edge 0.3 in the histogram')]);
  });

  it('refuses native histograms that are too coarse, and processes whose edges differ', async () => {
    const coarse = [
      {
        labels: { __name__: 's' },
        samples: [],
        histograms: [native(-10, 1, [[0, '1', '2', '1']]), native(50, 2, [[0, '1', '2', '2']])],
      },
    ];
    const bucket = (instance: string, le: string) =>
      counter(
        's_bucket',
        [
          [-10, 1],
          [50, 2],
        ],
        { instance, le },
      );
    const mixed = [bucket('a', '1'), bucket('a', '+Inf'), bucket('b', '2'), bucket('b', '+Inf')];

    const [one, two] = [
      await measure({ series: coarse, query: { buckets: 's' }, metric: latency }),
      await measure({ series: mixed, query: { buckets: 'sum by (le) (s_bucket)' }, metric: latency }),
    ];

    expect(one.measured).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('four buckets per doubling'),
    });
    expect(two.measured).toMatchObject({ kind: 'failed', reason: expect.stringContaining('found 2 sets of edges') });
  });

  function native(seconds: number, count: number, buckets: readonly unknown[]) {
    return [from + seconds * 1000, { count: String(count), sum: '1', buckets }] as const;
  }
});
