import { sliceMargins } from '../evaluate/comparison/compare-slices.ts';
import type { EvaluationReport } from '../evaluate/evaluation-report.ts';
import { type MetricName, metricDefinitions } from '../evaluate/metric-name.ts';
import { type Margin, marginOf } from '../policy/margin.ts';
import type { ModelPolicy } from '../policy/policy.ts';
import { counted } from '../render/number.ts';
import { type Verdict, worst } from '../verdict.ts';
import { decidingRows } from './deciding-rows.ts';
import type { GateVerdict, SlicesVerdict } from './judgement.ts';

/**
 * The slices gate, one verdict for each metric, once the metric's own gate has passed: overall first. A slice fails when it
 * is told to be worse by more than the margin among all slices and metrics together. The gate passes when every assessed
 * slice alone is shown to keep the margin: that all do is one claim, which needs no correction (Berger 1982). Slices that are
 * too small are named in `note`; when none could be assessed nothing is known.
 */
export function judgeSlices(options: {
  readonly policy: Pick<ModelPolicy, 'metrics' | 'slices-gate'>;
  readonly evaluation: EvaluationReport | null;
  /** The gates of the metrics overall, overrides and all. */
  readonly gates: readonly GateVerdict[];
  /** What stands for a measurement that is not there. */
  readonly absent: { readonly verdict: 'error'; readonly reason: string };
}): readonly SlicesVerdict[] {
  const { policy, evaluation, gates, absent } = options;
  const gate = policy['slices-gate'];
  if (gate === undefined) return [];
  const margins = sliceMargins(policy.metrics, gate);
  return [...margins].map(([metric, margin]) => {
    const question = { metric, bound: `not worse by ${marginWords(margin)} in any slice` };
    const report = evaluation?.slicesGate;
    if (evaluation === null || report === undefined) return { ...question, ...absent, failing: [], note: '' };
    const isAsked =
      report.method === gate.method &&
      report.minimumRows === gate['minimum-rows'] &&
      report.minimumPositives === gate['minimum-positives'] &&
      report.margins[metric] === String(margin);
    if (!isAsked) {
      const reason = 'it was measured for another slices gate';
      return { ...question, verdict: 'error', reason, failing: [], note: '' };
    }
    const note = unassessedWords(report);
    const overall = gates.find((one) => one.metric === metric);
    if (overall !== undefined && overall.verdict !== 'pass' && overall.override === undefined) {
      const reason = 'slices are looked at once the metric has passed overall';
      return { ...question, verdict: 'inconclusive', reason, failing: [], note };
    }
    return { ...question, ...judged(metric, { margin, evaluation, confidence: report.confidence }), note };
  });
}

interface SliceFinding {
  readonly slice: { readonly column: string; readonly value: string };
  readonly verdict: Verdict;
  readonly reason: string;
}

function judged(
  metric: MetricName,
  options: { readonly margin: Margin; readonly evaluation: EvaluationReport; readonly confidence: number },
): Pick<SlicesVerdict, 'verdict' | 'reason' | 'failing'> {
  const { evaluation } = options;
  if (evaluation.champion === null) return { verdict: 'inconclusive', reason: 'no champion yet', failing: [] };
  const findings = evaluation.slices.flatMap((slice) => sliceFinding(metric, { ...options, slice }) ?? []);
  if (findings.length === 0) {
    return { verdict: 'inconclusive', reason: 'no slice is large enough to be assessed', failing: [] };
  }
  const verdict = worst(findings.map((one) => one.verdict));
  const deciding = findings.filter((one) => one.verdict === verdict);
  const [first] = deciding;
  if (first === undefined || verdict === 'pass') return { verdict, reason: '', failing: [] };
  const more = deciding.length === 1 ? '' : ` (and ${counted(deciding.length - 1, 'more slice')})`;
  const named = `${first.slice.column} = ${first.slice.value}: ${first.reason}${more}`;
  return {
    verdict,
    reason: named.slice(0, 500),
    failing: verdict === 'fail' ? deciding.map(({ slice }) => slice) : [],
  };
}

/** Null for a slice that is not assessed. */
function sliceFinding(
  metric: MetricName,
  options: {
    readonly margin: Margin;
    readonly confidence: number;
    readonly slice: EvaluationReport['slices'][number];
  },
): SliceFinding | null {
  const { margin, confidence } = options;
  const { column, value, notAssessed, metrics, tests } = options.slice;
  if (notAssessed !== undefined) return null;
  const slice = { column, value };
  const comparison = metrics[metric];
  if (comparison === undefined) return { slice, verdict: 'error', reason: 'it was not measured' };
  const { candidate, champion, difference } = comparison;
  if (candidate.kind !== 'value') return { slice, verdict: 'inconclusive', reason: candidate.reason };
  if (champion.kind !== 'value') return { slice, verdict: 'inconclusive', reason: champion.reason };
  if (difference === null) return { slice, verdict: 'inconclusive', reason: 'too few rows for an interval' };
  const isHigher = metricDefinitions[metric].better === 'higher';
  const gain = isHigher ? difference.value : 0 - difference.value;
  const low = isHigher ? difference.low : 0 - difference.high;
  const limit = 0 - marginOf(margin, champion.value);
  if (low >= limit) return { slice, verdict: 'pass', reason: '' };
  const adjusted = tests?.[metric]?.adjusted;
  if (adjusted !== undefined && adjusted <= (1 - confidence) / 2 && gain < limit) {
    const words = `worse by ${(0 - gain).toPrecision(3)} (limit ${marginWords(margin)}, p ${adjusted.toPrecision(2)})`;
    return { slice, verdict: 'fail', reason: words };
  }
  const high = isHigher ? difference.high : 0 - difference.low;
  const width = gain > limit ? gain - low : high - gain;
  const reason = decidingRows({ rows: comparison.rows, width, distance: Math.abs(gain - limit) });
  return { slice, verdict: 'inconclusive', reason };
}

function marginWords(margin: Margin): string {
  return typeof margin === 'string' ? `${margin} of the champion’s` : String(margin);
}

function unassessedWords(report: NonNullable<EvaluationReport['slicesGate']>): string {
  const { notAssessed, notAssessedRows } = report;
  if (notAssessed === 0) return '';
  return `not assessed: ${counted(notAssessed, 'slice')} of ${counted(notAssessedRows, 'row')} in all`;
}
