import type { EvaluationReport } from '../evaluate/evaluation-report.ts';
import { metricNames } from '../evaluate/metric-name.ts';
import { code } from './escape.ts';
import { table, unbroken } from './markdown.ts';
import { type MetricWords, metricWords } from './metric-table.ts';
import { count } from './number.ts';

const shownSlices = 40;

/** One slice under the metric that tells most about it: the first of the policy's order that was compared. */
export interface SliceRow {
  readonly column: string;
  readonly value: string;
  readonly rows: number;
  readonly words: MetricWords;
}

/** The slices, worse ones first, then by rows. */
export function sliceRows(evaluation: EvaluationReport): readonly SliceRow[] {
  const rank = { worse: 0, unknown: 1, same: 2, better: 3 } as const;
  return evaluation.slices
    .flatMap((slice): SliceRow[] => {
      const metric =
        metricNames.find((name) => slice.metrics[name]?.difference) ??
        metricNames.find((name) => name in slice.metrics);
      if (metric === undefined) return [];
      const words = metricWords({ metric, comparison: slice.metrics[metric] ?? null });
      return [{ column: slice.column, value: slice.value, rows: slice.rows, words }];
    })
    .sort((a, b) => rank[a.words.direction] - rank[b.words.direction] || b.rows - a.rows);
}

/** `2 of 14 worse`: worse only where the interval says so. */
export function sliceSummary(rows: readonly SliceRow[]): string {
  const worse = rows.filter((row) => row.words.direction === 'worse').length;
  return worse === 0 ? `none of ${rows.length} worse` : `${worse} of ${rows.length} worse`;
}

/** The slice table of the comment. */
export function sliceTable(rows: readonly SliceRow[]): string {
  const shown = rows
    .slice(0, shownSlices)
    .map((row) => [
      `${code(row.column, 60)} = ${code(row.value, 60)}`,
      count(row.rows),
      row.words.title,
      row.words.champion,
      row.words.candidate,
      unbroken(row.words.difference),
      row.words.direction === 'unknown' ? 'not decided' : row.words.direction,
    ]);
  const left = { align: 'left' } as const;
  const right = { align: 'right' } as const;
  const head = [
    { title: 'slice', ...left },
    { title: 'rows', ...right },
    { title: 'metric', ...left },
    { title: 'champion', ...right },
    { title: 'this', ...right },
    { title: 'difference', ...right },
    { title: 'reading', ...left },
  ];
  const more = rows.length - shown.length;
  return `${table(head, shown)}${more > 0 ? `\n\n${more} more in the report.` : ''}`;
}
