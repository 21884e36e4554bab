import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fairnessMetrics } from '../../../src/evaluate/fairness/fairness-metric.ts';
import { disparity, type GroupCounts } from '../../../src/evaluate/fairness/group-counts.ts';
import { largestRate, rateChanges, widestChange } from '../../../src/evaluate/fairness/widest-change.ts';

const share = fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100);
/** One group: its rows by truth, and the true and false positive rate of either model. */
const group = fc.record({
  positive: fc.integer({ min: 1, max: 50 }),
  negative: fc.integer({ min: 1, max: 50 }),
  ours: fc.tuple(share, share),
  theirs: fc.tuple(share, share),
});

function countsOf(
  groups: readonly {
    readonly positive: number;
    readonly negative: number;
    readonly rates: readonly [number, number];
  }[],
): GroupCounts {
  const both = groups.map(({ positive, rates }) => Math.round(positive * rates[0]));
  return {
    rows: Float64Array.from(groups, ({ positive, negative }) => positive + negative),
    positive: Float64Array.from(groups, ({ positive }) => positive),
    selected: Float64Array.from(groups, ({ negative, rates }, at) => (both[at] ?? 0) + Math.round(negative * rates[1])),
    both: Float64Array.from(both),
  };
}

test.each(fairnessMetrics)('no measure changes by more than its groups let it: %s', (metric) => {
  fc.assert(
    fc.property(fc.array(group, { minLength: 2, maxLength: 6 }), (drawn) => {
      const candidate = countsOf(drawn.map(({ ours, ...rest }) => ({ ...rest, rates: ours })));
      const champion = countsOf(drawn.map(({ theirs, ...rest }) => ({ ...rest, rates: theirs })));
      const groups = drawn.map((_, at) => at);
      const counts = { candidate, champion };
      const of = (model: GroupCounts) => disparity(metric, { counts: model, groups, shifts: null });
      fc.pre(Number.isFinite(of(candidate)) && Number.isFinite(of(champion)));

      const changes = rateChanges(metric, { counts, groups });
      const widest = widestChange(metric, { changes, less: null, largest: largestRate(metric, { counts, groups }) });

      expect(Math.abs(of(candidate) - of(champion))).toBeLessThanOrEqual(widest + 1e-12);
    }),
  );
});
