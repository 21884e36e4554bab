import type { SlicesGate } from '../../policy/comparison-policy.ts';
import { type Margin, marginOf } from '../../policy/margin.ts';
import type { Gate } from '../../policy/policy.ts';
import { holm } from '../../statistics/holm.ts';
import { pooledEstimates } from '../../statistics/partial-pooling.ts';
import { type ComparedMetric, type ComparisonSettings, comparedMetric } from '../compare-metric.ts';
import type { EvaluationReport } from '../evaluation-report.ts';
import { type MetricName, metricDefinitions, metricNames } from '../metric-name.ts';
import type { ScoreMetric } from '../metrics/metric-value.ts';
import { rowsOf, type Scores, scoresOf } from '../metrics/scores.ts';
import { rowsBySlice, type SliceColumn, smallestSlice } from '../slices.ts';
import { type JointTest, jointPValues } from './joint-p-values.ts';
import { pairOf } from './pair.ts';
import { groupsByHash, mostGroups, type RowGroups } from './row-groups.ts';
import { rowKeys } from './row-keys.ts';
import type { SliceTest } from './slice-report.ts';

type Slice = EvaluationReport['slices'][number];

/** What the slices of one comparison are measured with. */
export interface SlicesRequest {
  readonly slices: readonly SliceColumn[];
  /** The metrics that are shown. */
  readonly names: readonly ScoreMetric[];
  readonly gates: Readonly<Partial<Record<MetricName, Gate>>>;
  readonly gate: SlicesGate | undefined;
  readonly candidate: Scores;
  readonly champion: Scores | null;
  readonly settings: ComparisonSettings;
}

/** The metrics in every slice; with a slices gate also how well each slice is told from its margin, all slices together. */
export function compareSlices(request: SlicesRequest): Pick<EvaluationReport, 'slices' | 'slicesGate'> {
  const measured = request.slices.flatMap((slice) => measuredSlices(slice, request));
  shrink(measured, request.names);
  const { gate } = request;
  if (gate === undefined) return { slices: measured.map(({ slice }) => slice) };
  const margins = sliceMargins(request.gates, gate);
  const tests = measured.flatMap((one) => testsOf(one, { ...request, gate, margins }));
  const adjusted = adjustedValues(tests, request, gate);
  for (const [place, { slice, metric, test }] of tests.entries()) {
    slice.tests = { ...slice.tests, [metric]: { ...test, adjusted: adjusted[place] ?? 1 } };
  }
  const left = measured.filter(({ slice }) => slice.notAssessed !== undefined);
  return {
    slices: measured.map(({ slice }) => slice),
    slicesGate: {
      method: gate.method,
      confidence: request.settings.confidence,
      minimumRows: gate['minimum-rows'],
      minimumPositives: gate['minimum-positives'],
      margins: Object.fromEntries([...margins].map(([metric, margin]) => [metric, String(margin)])),
      tests: tests.length,
      notAssessed: left.length,
      notAssessedRows: left.reduce((sum, { slice }) => sum + slice.rows, 0),
    },
  };
}

/** The margin of each metric that a policy gates in slices: the gate's own, else that of the metric. */
export function sliceMargins(
  gates: Readonly<Partial<Record<MetricName, Gate>>>,
  gate: SlicesGate,
): ReadonlyMap<MetricName, Margin> {
  const asked = gate.metrics ?? metricNames.filter((name) => gates[name]?.['not-worse-by'] !== undefined);
  return new Map(
    metricNames.flatMap((name) => {
      const margin = gate['not-worse-by'] ?? gates[name]?.['not-worse-by'];
      return asked.includes(name) && margin !== undefined ? [[name, margin] as const] : [];
    }),
  );
}

interface MeasuredSlice {
  readonly slice: Slice;
  readonly rows: Uint32Array;
  readonly compared: ReadonlyMap<ScoreMetric, ComparedMetric>;
  readonly candidate: Scores;
  readonly champion: Scores | null;
}

function measuredSlices(column: SliceColumn, request: SlicesRequest): readonly MeasuredSlice[] {
  const { names, gate, settings } = request;
  return rowsBySlice(column).flatMap((rows, place) => {
    if (rows.length === 0) return [];
    const candidate = scoresOf(request.candidate, rows);
    const champion = request.champion && scoresOf(request.champion, rows);
    const compared = new Map<ScoreMetric, ComparedMetric>();
    const own = settings.clusters && clustersOf(settings.clusters, rows);
    if (rows.length >= smallestSlice) {
      const pair = { candidate, champion, settings: { ...settings, clusters: own } };
      for (const name of names) compared.set(name, comparedMetric(name, pair));
    }
    const positives = positivesOf(candidate);
    const notAssessed = gate && unassessed(gate, { rows: rows.length, positives });
    const slice: Slice = {
      column: column.column.slice(0, 200),
      value: (column.values[place]?.value ?? '').slice(0, 200),
      rows: rows.length,
      metrics: Object.fromEntries([...compared].map(([name, { comparison }]) => [name, comparison])),
      ...(gate === undefined || positives === null ? {} : { positives }),
      ...(notAssessed === undefined ? {} : { notAssessed }),
    };
    return [{ slice, rows, compared, candidate, champion }];
  });
}

function unassessed(
  gate: SlicesGate,
  { rows, positives }: { readonly rows: number; readonly positives: number | null },
): string | undefined {
  if (rows < gate['minimum-rows']) return `${rows} rows, fewer than ${gate['minimum-rows']}`;
  if (positives === null || positives >= gate['minimum-positives']) return undefined;
  return `${positives} positive rows, fewer than ${gate['minimum-positives']}`;
}

function positivesOf(scores: Scores): number | null {
  return scores.kind === 'binary' ? scores.truth.reduce((sum, flag) => sum + flag, 0) : null;
}

function clustersOf(clusters: RowGroups, rows: Uint32Array): RowGroups {
  return { keys: clusters.keys, groupOf: Uint16Array.from(rows, (row) => clusters.groupOf[row] ?? 0) };
}

interface OpenTest extends JointTest {
  readonly slice: Slice;
  readonly test: SliceTest;
}

function testsOf(
  measured: MeasuredSlice,
  { margins, settings }: SlicesRequest & { readonly margins: ReadonlyMap<MetricName, Margin> },
): readonly OpenTest[] {
  const { slice, compared, candidate, champion, rows } = measured;
  const pair = champion && pairOf(candidate, champion);
  if (slice.notAssessed !== undefined || pair === null || settings.isSame) return [];
  return [...compared].flatMap(([metric, { comparison, found }]) => {
    const margin = margins.get(metric);
    if (margin === undefined || found === null || comparison.difference === null) return [];
    if (comparison.champion.kind !== 'value') return [];
    const size = marginOf(margin, comparison.champion.value);
    const isHigher = metricDefinitions[metric].better === 'higher';
    const pWorse = isHigher ? found.inference.pBelow(-size) : found.inference.pAbove(size);
    const gain = (isHigher ? 1 : -1) * comparison.difference.value;
    const test = { pWorse, adjusted: pWorse, margin: size };
    return [{ slice, metric, pair, rows, turn: isHigher ? 1 : -1, distance: gain + size, pWorse, test }];
  });
}

function adjustedValues(tests: readonly OpenTest[], request: SlicesRequest, gate: SlicesGate): readonly number[] {
  if (tests.length === 0) return [];
  const { candidate, champion, settings } = request;
  const pair = champion && pairOf(candidate, champion);
  if (gate.method === 'holm' || pair === null) return holm(tests.map(({ pWorse }) => pWorse));
  const groups =
    settings.clusters ??
    groupsByHash(
      rowKeys(
        pair,
        request.slices.map(({ places }) => places),
      ),
      Math.min(mostGroups, Math.max(2, rowsOf(candidate))),
    );
  return jointPValues(tests, { groups, isClustered: settings.clusters !== null });
}

/** Draws the differences of the slices of each column towards each other, for display. */
function shrink(measured: readonly MeasuredSlice[], names: readonly ScoreMetric[]): void {
  for (const column of new Set(measured.map(({ slice }) => slice.column))) {
    for (const metric of names) {
      const known = measured.flatMap(({ slice, compared }) => {
        const one = compared.get(metric);
        const isKnown = slice.column === column && one?.comparison.difference != null;
        return isKnown && one.found !== null ? [{ slice, ...one.found.inference }] : [];
      });
      if (known.length < 2) continue;
      for (const [place, value] of pooledEstimates(known).entries()) {
        const slice = known[place]?.slice;
        if (slice !== undefined && Number.isFinite(value)) slice.shrunk = { ...slice.shrunk, [metric]: value };
      }
    }
  }
}
