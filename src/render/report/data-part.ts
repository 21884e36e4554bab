import type { ColumnDrift, DriftReport } from '../../drift/drift-report.ts';
import type { Result } from '../../result.ts';
import {
  meanWords,
  movedSentence,
  nullWords,
  orderedColumns,
  qWords,
  rowsSentence,
  statisticWords,
  unseenSentence,
} from '../data-section.ts';
import { html, htmlProse } from '../escape.ts';
import { unbroken } from '../markdown.ts';
import { counted } from '../number.ts';
import { chip, type HtmlColumn, htmlTable } from './element.ts';
import { pairedHistogram } from './plot.ts';

const shownCards = 12;
const shownNames = 20;
const tones = { moved: 'warn', steady: 'good', 'not-assessed': 'open', ignored: 'open' } as const;

/** How the data differ from the champion's: the moved columns as pictures, all columns as a table, schema problems. */
export function dataPart({ drift, validation }: Result): string {
  const parts = [drift === null ? '' : driftPart(drift), validation === null ? '' : schemaPart(validation)];
  return parts.filter((part) => part !== '').join('\n');
}

function driftPart(report: DriftReport): string {
  const columns = orderedColumns(report);
  const moved = columns.filter(([, column]) => column.verdict === 'moved');
  const cards = moved.slice(0, shownCards).map(([name, column], index) => card(name, column, index));
  const more = moved.length - cards.length;
  return [
    `<p>${html(rowsSentence(report))} ${driftWords(report)}</p>`,
    `<ul class="key"><li><span style="background:var(--before)"></span>reference, outlined</li><li><span style="background:var(--now)"></span>now, filled</li></ul>`,
    cards.length === 0 ? '' : `<div class="cards">${cards.join('\n')}</div>`,
    more > 0 ? `<p>${counted(more, 'more column')} moved; the table has all.</p>` : '',
    columnTable(columns),
    `<p class="meta">A column has moved when the lower bound of its Jensen–Shannon distance reaches ${report.minimumEffect} and its q-value is at most ${report.alpha} (Benjamini–Hochberg over all columns).</p>`,
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function driftWords(report: DriftReport): string {
  const names = (title: string, list: readonly string[]) => {
    const shown = list.slice(0, shownNames).map((name) => `<code>${html(name, 60)}</code>`);
    const more = list.length > shown.length ? ` and ${list.length - shown.length} more` : '';
    return list.length === 0 ? '' : ` ${title}: ${shown.join(', ')}${more}.`;
  };
  return `${html(movedSentence(report))}${names('New columns', report.added)}${names('Columns that are gone', report.removed)}`;
}

function card(name: string, column: ColumnDrift, index: number): string {
  const facts = [
    `PSI ${statisticWords(column, 'psi')}`,
    `Jensen–Shannon ${statisticWords(column, 'jensen-shannon')}`,
    ...(column.mean === null ? [] : [unbroken(`mean ${meanWords(column)}`)]),
  ];
  return `<figure class="card"><figcaption><code>${html(name, 80)}</code> ${chip(column.verdict, tones[column.verdict])}</figcaption>${histogram(name, column, { id: `moved-${index}`, size: 'large' })}<p>${html(facts.join(' · '))}</p><p class="quiet">${htmlProse(column.reason, 200)}${html(unseenSentence(column))}</p></figure>`;
}

const tableColumns: readonly HtmlColumn[] = [
  { title: 'column', kind: 'name' },
  { title: 'verdict', kind: 'content' },
  { title: 'reference and now', kind: 'content' },
  { title: 'PSI', kind: 'number' },
  { title: 'Jensen–Shannon', kind: 'number' },
  { title: 'q', kind: 'number' },
  { title: 'mean', kind: 'number' },
  { title: 'missing', kind: 'number' },
  { title: 'why', kind: 'content' },
];

function columnTable(columns: readonly (readonly [string, ColumnDrift])[]): string {
  if (columns.length === 0) return '';
  const rows = columns.map(([name, column], index) => [
    `<code>${html(name, 80)}</code>`,
    chip(column.verdict.replace('-', ' '), tones[column.verdict]),
    histogram(name, column, { id: `column-${index}`, size: 'small' }),
    statisticWords(column, 'psi'),
    statisticWords(column, 'jensen-shannon'),
    html(qWords(column)),
    meanWords(column),
    nullWords(column),
    `<span class="why">${htmlProse(column.reason, 200)}</span>`,
  ]);
  return htmlTable('Every column, the moved ones first', tableColumns, rows);
}

function histogram(
  name: string,
  column: ColumnDrift,
  place: { readonly id: string; readonly size: 'large' | 'small' },
): string {
  const { labels, reference, current } = column.bars;
  if (labels.length < 2) return '<span class="quiet">no plot</span>';
  return pairedHistogram({
    ...place,
    title: `${name}: reference and now`,
    description: `${labels.length} bars from ${labels[0]} to ${labels.at(-1)}. The reference is highest at ${labels[peak(reference)]}, the current data at ${labels[peak(current)]}.`,
    labels,
    reference,
    current,
  });
}

function peak(shares: readonly number[]): number {
  return shares.indexOf(Math.max(...shares));
}

function schemaPart(validation: NonNullable<Result['validation']>): string {
  const { problems, schema, verdict, checks } = validation;
  if (schema === 'absent')
    return '<h3>Schema</h3><p>No schema file is named in the policy, so nothing was checked.</p>';
  if (problems.length === 0) {
    const words = verdict === 'pass' ? `${counted(checks, 'check')} hold.` : 'The schema could not be checked.';
    return `<h3>Schema</h3><p>${words}</p>`;
  }
  const rows = problems.map((problem) => [
    `<code>${html(problem.column, 80)}</code>`,
    html(problem.check),
    htmlProse(problem.expected, 200),
    htmlProse(problem.found, 200),
    problem.rows === null ? '—' : counted(problem.rows, 'row'),
    problem.file === null
      ? '—'
      : `<code>${html(problem.file, 120)}${problem.line === null ? '' : `:${problem.line}`}</code>`,
  ]);
  const columns: readonly HtmlColumn[] = [
    { title: 'column', kind: 'name' },
    { title: 'check', kind: 'content' },
    { title: 'expected', kind: 'content' },
    { title: 'found', kind: 'content' },
    { title: 'rows', kind: 'number' },
    { title: 'where', kind: 'content' },
  ];
  return `<h3>${counted(problems.length, 'schema problem')}</h3>${htmlTable('Schema problems', columns, rows)}`;
}
