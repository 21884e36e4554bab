import type { ColumnDrift, DriftReport, DriftTest } from '../../src/drift/drift-report.ts';

function numberColumn(options: {
  readonly reference: readonly number[];
  readonly current: readonly number[];
  readonly labels: readonly string[];
  readonly mean: readonly [number, number];
  readonly psi: number;
  readonly jensenShannon: number;
  readonly verdict: ColumnDrift['verdict'];
  readonly reason: string;
}): ColumnDrift {
  const q = options.verdict === 'moved' ? 1e-40 : 0.03;
  const statistic = (value: number, spread: number) => ({
    value,
    pValue: q,
    qValue: q,
    effect: { low: value - spread, high: value + spread },
  });
  const statistics: Partial<Record<DriftTest, ReturnType<typeof statistic>>> = {
    psi: statistic(options.psi, 0.002),
    'jensen-shannon': statistic(options.jensenShannon, 0.001),
  };
  return {
    kind: 'number',
    statistics,
    nulls: { reference: 0, current: 0, pValue: null, qValue: null },
    unseen: null,
    mean: { reference: options.mean[0], current: options.mean[1] },
    bars: { labels: [...options.labels], reference: [...options.reference], current: [...options.current] },
    verdict: options.verdict,
    reason: options.reason,
  };
}

const delayLabels = ['< −15', '−15', '−10', '−5', '0', '5', '10', '20', '40', '80', '≥ 160'];
const hourLabels = ['0', '5', '6', '8', '10', '12', '14', '16', '18', '20', '22'];

/** January to May against June: two of five columns moved. */
export function drift(): DriftReport {
  return {
    reference: { rows: 2_574_183, digest: `sha256:${'a'.repeat(64)}` },
    current: { rows: 3_076_405, digest: `sha256:${'b'.repeat(64)}` },
    columns: {
      delay: numberColumn({
        labels: delayLabels,
        reference: [0.04, 0.09, 0.17, 0.22, 0.16, 0.1, 0.08, 0.06, 0.04, 0.03, 0.01],
        current: [0.02, 0.06, 0.12, 0.17, 0.16, 0.13, 0.12, 0.09, 0.07, 0.04, 0.02],
        mean: [6.412, 9.037],
        psi: 0.141,
        jensenShannon: 0.132,
        verdict: 'moved',
        reason: 'the distribution moved',
      }),
      hour: numberColumn({
        labels: hourLabels,
        reference: [0.01, 0.04, 0.13, 0.13, 0.12, 0.12, 0.12, 0.13, 0.11, 0.07, 0.02],
        current: [0.01, 0.06, 0.16, 0.13, 0.11, 0.11, 0.11, 0.12, 0.1, 0.07, 0.02],
        mean: [13.42, 13.11],
        psi: 0.021,
        jensenShannon: 0.061,
        verdict: 'moved',
        reason: 'the distribution moved',
      }),
      distance: numberColumn({
        labels: ['0', '250', '500', '750', '1000', '1500', '2000', '2500'],
        reference: [0.19, 0.29, 0.2, 0.12, 0.11, 0.05, 0.03, 0.01],
        current: [0.19, 0.28, 0.2, 0.12, 0.11, 0.06, 0.03, 0.01],
        mean: [734.1, 741.9],
        psi: 0.002,
        jensenShannon: 0.016,
        verdict: 'steady',
        reason: 'too small to matter',
      }),
      origin: {
        kind: 'category',
        statistics: {
          psi: { value: 0.0041, pValue: 1e-9, qValue: 2e-9, effect: { low: 0.004, high: 0.0043 } },
          'jensen-shannon': { value: 0.023, pValue: 1e-9, qValue: 2e-9, effect: { low: 0.022, high: 0.024 } },
        },
        nulls: { reference: 0, current: 0, pValue: null, qValue: null },
        unseen: { share: 0.0004, examples: ['ACK'] },
        mean: null,
        bars: {
          labels: ['ATL', 'ORD', 'DFW', 'LAX', 'PHX', 'DTW', 'others'],
          reference: [0.05, 0.06, 0.06, 0.04, 0.03, 0.03, 0.73],
          current: [0.05, 0.05, 0.06, 0.04, 0.03, 0.03, 0.74],
        },
        verdict: 'steady',
        reason: 'too small to matter',
      },
      destination: {
        kind: 'category',
        statistics: {},
        nulls: { reference: 0, current: 0.0021, pValue: 0.2, qValue: 0.3 },
        unseen: null,
        mean: null,
        bars: { labels: [], reference: [], current: [] },
        verdict: 'not-assessed',
        reason: 'fewer than 30 values on one side',
      },
    },
    added: [],
    removed: [],
    scope: 'all',
    alpha: 0.01,
    minimumEffect: 0.05,
    verdict: 'moved',
  };
}

/** The same data on both sides. */
export function steadyDrift(): DriftReport {
  const moved = drift();
  const columns = Object.entries(moved.columns).map(([name, column]): [string, ColumnDrift] => [
    name,
    {
      ...column,
      statistics: {},
      mean: column.mean === null ? null : { reference: column.mean.reference, current: column.mean.reference },
      bars: { ...column.bars, current: column.bars.reference },
      verdict: 'steady',
      reason: 'no difference beyond chance',
    },
  ]);
  return { ...moved, current: moved.reference, columns: Object.fromEntries(columns), verdict: 'steady' };
}
