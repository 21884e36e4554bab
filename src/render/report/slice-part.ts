import type { EvaluationReport } from '../../evaluate/evaluation-report.ts';
import { metricDefinitions } from '../../evaluate/metric-name.ts';
import { html, htmlProse } from '../escape.ts';
import { count, counted } from '../number.ts';
import { capital } from '../outcome.ts';
import { sliceGateNote } from '../slice-gate-words.ts';
import { readingOf, type SliceRow, sliceRows, sliceSummary } from '../slice-table.ts';
import { chip, type HtmlColumn, htmlCode, htmlLongTable, type Scope } from './element.ts';
import { intervalAxis, intervalPlot, reachOf } from './plot/interval.ts';

const openRows = 40;

/** The slices, worse ones first, as a forest plot for each metric: one axis for all, so that rows can be compared. */
export function slicePart(evaluation: EvaluationReport, scope: Scope): string {
  const slices = sliceRows(evaluation);
  const unmeasured = evaluation.slices.length - slices.length;
  const small =
    unmeasured > 0
      ? `<p>${counted(unmeasured, 'slice')} had too few rows to be measured: ${smallNames(evaluation)}.</p>`
      : '';
  if (slices.length === 0) return small;
  const hint =
    'A slice is called worse or better only where its difference holds among all slices; its interval is that of the slice alone.';
  const gate = sliceGateNote(evaluation);
  const forests = [...Map.groupBy(slices, ({ metric }) => metric).values()].map((rows, index) =>
    forest(rows, { ...scope, prefix: `${scope.prefix}slice-${index}-` }),
  );
  return `<p>${html(capital(sliceSummary(slices)))}. ${hint}</p>${gate === '' ? '' : `<p>${htmlProse(gate)}</p>`}\n${forests.join('\n')}${small}`;
}

function forest(slices: readonly SliceRow[], { prefix }: Scope): string {
  const [first] = slices;
  if (first === undefined) return '';
  const { better } = metricDefinitions[first.metric];
  const intervals = slices.flatMap(({ difference }) => difference ?? []);
  // One slice of a few rows must not press all others into a point: the axis ends where most intervals do.
  const reach = reachOf(mostOf(intervals));
  const columns: readonly HtmlColumn[] = [
    { title: 'slice', kind: 'name' },
    { title: 'rows', kind: 'number' },
    { title: 'champion', kind: 'number', under: `<span class="sub">${html(first.words.title)}</span>` },
    { title: 'candidate', kind: 'number', under: `<span class="sub">${html(first.words.title)}</span>` },
    { title: 'difference', kind: 'number' },
    { title: 'worse ← → better', kind: 'content', under: intervals.length === 0 ? '' : intervalAxis(reach, better) },
    { title: 'reading', kind: 'content' },
  ];
  const rows = slices.map((slice, index) => {
    const { column, value, rows: size, words, difference, test } = slice;
    const { word, tone } = readingOf(slice);
    return [
      `${htmlCode(column, 60)} = ${htmlCode(value, 60)}`,
      count(size),
      htmlProse(words.champion, 60),
      htmlProse(words.candidate, 60),
      html(words.difference),
      difference === null
        ? '<span class="quiet">no interval</span>'
        : intervalPlot({
            ...difference,
            id: `${prefix}${index}`,
            title: `${column} = ${value}`,
            description: `${words.title} ${words.difference}, ${word}.`,
            limit: test === null ? null : better === 'higher' ? -test.margin : test.margin,
            better,
            tone,
            reach,
          }),
      chip(word, tone),
    ];
  });
  return htmlLongTable({
    caption: `${first.words.title} by slice`,
    columns,
    rows,
    open: openRows,
    things: 'slices',
  });
}

/** Without the widest tenth, where there are many. */
function mostOf<Interval extends { readonly low: number; readonly high: number }>(
  intervals: readonly Interval[],
): readonly Interval[] {
  if (intervals.length < 10) return intervals;
  const width = ({ low, high }: Interval) => Math.max(Math.abs(low), Math.abs(high));
  return [...intervals].sort((a, b) => width(a) - width(b)).slice(0, Math.ceil(intervals.length * 0.9));
}

function smallNames({ slices }: EvaluationReport): string {
  const small = slices.filter(({ metrics }) => Object.keys(metrics).length === 0);
  const shown = small
    .slice(0, 20)
    .map(({ column, value, rows }) => `${htmlCode(column, 60)} = ${htmlCode(value, 60)} (${count(rows)})`);
  return `${shown.join(', ')}${small.length > shown.length ? ` and ${small.length - shown.length} more` : ''}`;
}
