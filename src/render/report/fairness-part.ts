import type { FairnessVerdict } from '../../decide/judgement.ts';
import type { FairnessReport } from '../../evaluate/fairness/fairness-report.ts';
import { html, htmlProse } from '../escape.ts';
import { fairnessLegend, fairnessRows, fairnessSummary, groupRows, rateTitles } from '../fairness-table.ts';
import { capital } from '../outcome.ts';
import { chip, type HtmlColumn, htmlTable } from './element.ts';
import { gateTone } from './tone.ts';

const measureColumns: readonly HtmlColumn[] = [
  { title: 'measure', kind: 'name' },
  { title: 'verdict', kind: 'content' },
  { title: 'gate', kind: 'content' },
  { title: 'champion', kind: 'number' },
  { title: 'candidate', kind: 'number' },
  { title: 'difference', kind: 'number' },
  { title: 'uncorrected', kind: 'number' },
];

/** How both models treat the groups: the measures with their gates, then every group with its rates. */
export function fairnessPart(report: FairnessReport, verdicts: readonly FairnessVerdict[]): string {
  const measures = fairnessRows(report, verdicts).map((row) => [
    `${html(row.title)} by ${row.columns.map((name) => `<code>${html(name, 60)}</code>`).join(' × ')}`,
    row.verdict === null ? chip('shown only', 'open') : chip(row.verdict, gateTone(row.verdict)),
    `<span class="short">${htmlProse(row.bound, 120)}</span>${row.reason === '' ? '' : `<span class="why">${htmlProse(row.reason, 200)}</span>`}`,
    htmlProse(row.champion, 120),
    htmlProse(row.candidate, 120),
    html(row.difference),
    html(row.raw),
  ]);
  const groups = groupRows(report).map(({ columns, values, rows, rates }) => [
    columns
      .map((column, place) => `<code>${html(column, 60)}</code> = <code>${html(values[place] ?? '', 60)}</code>`)
      .join(', '),
    rows,
    ...rates.map((rate) => html(rate)),
  ]);
  const groupColumns: readonly HtmlColumn[] = [
    { title: 'group', kind: 'name' },
    { title: 'rows', kind: 'number' },
    ...rateTitles.map((title) => ({ title, kind: 'number' }) as const),
  ];
  return [
    `<p>${html(capital(fairnessSummary(report, verdicts)))}.</p>`,
    htmlTable('How far the groups lie apart', measureColumns, measures),
    htmlTable('Rates of the candidate by group', groupColumns, groups),
    `<p class="meta">${htmlProse(fairnessLegend(report).join(' '), 1000)}</p>`,
  ].join('\n');
}
