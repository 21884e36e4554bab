import type { FairnessVerdict } from '../../decide/judgement.ts';
import { groupRates } from '../../evaluate/fairness/fairness-metric.ts';
import type { FairnessAttribute, FairnessReport } from '../../evaluate/fairness/fairness-report.ts';
import { html, htmlProse } from '../escape.ts';
import { fairnessLegend, fairnessRows, fairnessSummary, rateTitles } from '../fairness-table.ts';
import { count, percent } from '../number.ts';
import { capital } from '../outcome.ts';
import { chip, type HtmlColumn, htmlCode, htmlLongTable, htmlTable, type Scope } from './element.ts';
import { sharePlot } from './plot/interval.ts';
import { gateTone } from './tone.ts';

const openRows = 40;
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
export function fairnessPart(report: FairnessReport, verdicts: readonly FairnessVerdict[], scope: Scope): string {
  const measures = fairnessRows(report, verdicts).map((row) => [
    `${html(row.title)} by ${row.columns.map((name) => htmlCode(name, 60)).join(' × ')}`,
    row.verdict === null ? chip('shown only', 'open') : chip(row.verdict, gateTone(row.verdict)),
    `<span class="short">${htmlProse(row.bound, 120)}</span>${row.reason === '' ? '' : `<span class="why">${htmlProse(row.reason, 200)}</span>`}`,
    htmlProse(row.champion, 120),
    htmlProse(row.candidate, 120),
    html(row.difference),
    html(row.raw),
  ]);
  return [
    `<p>${html(capital(fairnessSummary(report, verdicts)))}.</p>`,
    htmlTable('How far the groups lie apart', measureColumns, measures),
    '<ul class="key"><li><span class="now round"></span>candidate with its interval</li><li><span class="before ring"></span>champion</li></ul>',
    ...report.attributes.map((attribute, index) =>
      groupTable(attribute, { ...scope, prefix: `${scope.prefix}group-${index}-` }),
    ),
    `<p class="meta">${htmlProse(fairnessLegend(report).join(' '), 1000)}</p>`,
  ].join('\n');
}

function groupTable({ columns, groups, otherRows }: FairnessAttribute, { prefix }: Scope): string {
  const rows = groups.map(({ values, rows: size, candidate, champion }, group) => [
    columns.map((column, place) => `${htmlCode(column, 60)} = ${htmlCode(values[place] ?? '', 60)}`).join(', '),
    count(size),
    ...groupRates.map((rate, place) => {
      const found = candidate[rate];
      if (found === undefined) return '<span class="quiet">not assessed</span>';
      const words = `${percent(found.value)} (${percent(found.low)} … ${percent(found.high)})`;
      const plot = sharePlot({
        id: `${prefix}${group}-${place}`,
        title: `${values.join(', ')}: ${rateTitles[place] ?? rate}`,
        description: `Candidate ${words}${champion?.[rate] === undefined ? '' : `, champion ${percent(champion[rate].value)}`}, from none to all.`,
        candidate: found,
        champion: champion?.[rate]?.value ?? null,
        top: 1,
      });
      return `${plot}<span class="short">${html(words)}</span>`;
    }),
  ]);
  const titles: readonly HtmlColumn[] = [
    { title: 'group', kind: 'name' },
    { title: 'rows', kind: 'number' },
    ...rateTitles.map((title) => ({ title, kind: 'content' }) as const),
  ];
  const caption = 'Rates of the candidate by group';
  const others = otherRows > 0 ? `<p>${count(otherRows)} rows of other groups are not assessed.</p>` : '';
  return `${htmlLongTable({ caption, columns: titles, rows, open: openRows, things: 'groups' })}${others}`;
}
