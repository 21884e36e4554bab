import type { SliceTest } from '../evaluate/comparison/slice-report.ts';
import type { Difference } from '../evaluate/difference.ts';
import type { EvaluationReport } from '../evaluate/evaluation-report.ts';
import { type MetricName, metricNames } from '../evaluate/metric-name.ts';
import { holm } from '../statistics/holm.ts';
import { normalQuantile, normalTwoSided } from '../statistics/normal.ts';
import { code } from './escape.ts';
import { table, unbroken } from './markdown.ts';
import { type MetricWords, metricWords } from './metric-table.ts';
import { count } from './number.ts';
import type { Tone } from './report/tone.ts';

const shownSlices = 40;

/** One slice under the metric that tells most about it: the first of the policy's order that was compared. */
export interface SliceRow {
  readonly column: string;
  readonly value: string;
  readonly rows: number;
  readonly metric: MetricName;
  readonly words: MetricWords;
  readonly difference: Difference | null;
  /** How it was held against the gate on slices; null without one. */
  readonly test: SliceTest | null;
  /** Whether it is worse by more than the gate allows, beyond chance. */
  readonly isBroken: boolean;
  /** Why it could not be held against that gate; null when it was, or there is none. */
  readonly notAssessed: string | null;
}

/**
 * The slices, worse ones first, then by rows. Of many slices some look worse by chance: one is called worse or better only
 * when its difference holds among all of them (Holm). The interval that is shown is that of the slice alone.
 */
export function sliceRows(evaluation: EvaluationReport): readonly SliceRow[] {
  const rank = { worse: 0, unknown: 1, same: 2, better: 3 } as const;
  const rows = evaluation.slices.flatMap((slice) => {
    const metric =
      metricNames.find((name) => slice.tests?.[name] !== undefined) ??
      metricNames.find((name) => slice.metrics[name]?.difference) ??
      metricNames.find((name) => name in slice.metrics);
    if (metric === undefined) return [];
    const comparison = slice.metrics[metric] ?? null;
    const { column, value, rows: size } = slice;
    return [
      {
        column,
        value,
        rows: size,
        metric,
        words: metricWords({ metric, comparison }),
        difference: comparison?.difference ?? null,
        ...testOf(slice, metric, evaluation),
        notAssessed: slice.notAssessed ?? null,
      },
    ];
  });
  const adjusted = holm(rows.map(({ difference }) => (difference === null ? 1 : pValueOf(difference))));
  return rows
    .map((row, at): SliceRow => {
      const { difference } = row;
      const isSure = difference === null || (adjusted[at] ?? 1) <= 1 - difference.confidence;
      return isSure || row.words.direction === 'same' ? row : { ...row, words: { ...row.words, direction: 'unknown' } };
    })
    .sort(
      (a, b) =>
        Number(b.isBroken) - Number(a.isBroken) || rank[a.words.direction] - rank[b.words.direction] || b.rows - a.rows,
    );
}

/** What a person makes of a slice, with the colour that says the same. */
export function readingOf({ words, isBroken, notAssessed }: SliceRow): { readonly word: string; readonly tone: Tone } {
  if (isBroken) return { word: 'beyond its margin', tone: 'bad' };
  if (notAssessed !== null) return { word: 'not assessed', tone: 'open' };
  const tones = { worse: 'bad', better: 'good', same: 'open', unknown: 'open' } as const;
  const word = words.direction === 'unknown' ? 'not decided' : words.direction;
  return { word, tone: tones[words.direction] };
}

function testOf(
  { tests }: EvaluationReport['slices'][number],
  metric: MetricName,
  { slicesGate }: EvaluationReport,
): Pick<SliceRow, 'test' | 'isBroken'> {
  const test = tests?.[metric] ?? null;
  return { test, isBroken: test !== null && test.adjusted <= 1 - (slicesGate?.confidence ?? 1) };
}

/** Where the method gives no p-value, that of a normal law with the interval's width. */
function pValueOf({ value, low, high, confidence, pValue }: Difference): number {
  if (pValue !== null) return pValue;
  const error = (high - low) / (2 * normalQuantile((1 + confidence) / 2));
  return error > 0 ? normalTwoSided(value / error) : value === 0 ? 1 : 0;
}

/** `2 of 14 worse`. */
export function sliceSummary(rows: readonly SliceRow[]): string {
  const worse = rows.filter((row) => row.isBroken || row.words.direction === 'worse').length;
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
      readingOf(row).word,
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
