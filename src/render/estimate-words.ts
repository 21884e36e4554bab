import { estimatedMetrics, type MetricEstimate, type PerformanceEstimate } from '../drift/estimate/estimate-report.ts';
import { count, counted, fixed, withInterval } from './number.ts';
import type { Cell, WordTable } from './word-table.ts';

/** How each estimated metric is called. */
export const estimateTitles = {
  'roc-auc': 'ROC AUC',
  accuracy: 'accuracy',
  f1: 'F1',
  precision: 'precision',
  recall: 'recall',
  specificity: 'specificity',
} as const satisfies Readonly<Record<(typeof estimatedMetrics)[number], string>>;

/** The metrics that were estimated, in the order of reports. */
export function estimates({
  metrics,
}: PerformanceEstimate): readonly (readonly [(typeof estimatedMetrics)[number], MetricEstimate])[] {
  return estimatedMetrics.flatMap((name) => {
    const found = metrics[name];
    return found === undefined ? [] : [[name, found] as const];
  });
}

/** `accuracy is expected to be 0.71, below what chance explains`. */
export function estimateSummary(report: PerformanceEstimate): string {
  const all = estimates(report);
  const moved = all.filter(([, { verdict }]) => verdict === 'moved').map(([name]) => estimateTitles[name]);
  if (moved.length > 0) return `${moved.join(', ')} expected beyond what chance explains`;
  return all.some(([, { verdict }]) => verdict === 'steady') ? 'as before, as far as it can be told' : 'not assessed';
}

/** How the model is expected to do on rows without labels. */
export function estimateTable(report: PerformanceEstimate): WordTable {
  return {
    caption: 'Performance estimated without labels',
    things: 'metrics',
    columns: [
      { title: 'metric', kind: 'name' },
      { title: 'verdict', kind: 'words' },
      { title: 'on the reference', kind: 'number' },
      { title: 'estimated now', kind: 'number' },
      { title: 'usual by chance', kind: 'number' },
      { title: 'chunks with an alert', kind: 'number' },
    ],
    rows: estimates(report).map(([name, { reference, estimate, threshold, chunks, verdict }]): readonly Cell[] => [
      estimateTitles[name],
      { word: verdict.replace('-', ' '), tone: verdict === 'moved' ? 'warn' : verdict === 'steady' ? 'good' : 'open' },
      fixed(reference, 4),
      withInterval(estimate),
      `${fixed(threshold.low, 4)} … ${fixed(threshold.high, 4)}`,
      `${count(chunks.filter((chunk) => chunk?.alert === true).length)} of ${count(chunks.length)}`,
    ]),
  };
}

/** What was estimated from what, and what it assumes. */
export function estimateNote({ rows, calibrated, target }: PerformanceEstimate): string {
  const passed =
    rows.passedOver === 0 ? '' : ` ${counted(rows.passedOver, 'row')} without a score or label were passed over.`;
  const fitted = calibrated.length === 0 ? '' : ' Scores were calibrated on the reference first.';
  return `Estimated from the scores of ${counted(rows.current, 'row')} without \`${target.replaceAll('`', ' ')}\` (confidence-based performance estimation, CBPE), against ${counted(rows.reference, 'row')} with it.${fitted}${passed} It holds while the scores mean what they meant: it sees a change of the inputs, not one of how the truth depends on them.`;
}
