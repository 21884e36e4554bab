import type { ColumnDrift, DriftReport } from '../../drift/drift-report.ts';
import { drawnBars } from '../column-shapes.ts';
import {
  meanWords,
  movedSentence,
  nullWords,
  orderedColumns,
  qWords,
  roleWords,
  rowsSentence,
  statisticWords,
  unseenSentence,
  vanishedSentence,
} from '../data-section.ts';
import { html, htmlProse } from '../escape.ts';
import { unbroken } from '../markdown.ts';
import { counted, percent, significant } from '../number.ts';
import type { Detail } from './detail.ts';
import { chip, type HtmlColumn, htmlCode, htmlFold, htmlLongTable, htmlTable, type Scope } from './element.ts';
import { pairedHistogram } from './plot/histogram.ts';

type Named = readonly [string, ColumnDrift];

const shownCards = 12;
const shownNames = 20;
const openRows = 40;
const tones = { moved: 'warn', steady: 'good', 'not-assessed': 'open', ignored: 'open' } as const;

/** How the data differ from the reference: the moved columns as pictures, all columns as a table. */
export function driftPart(report: DriftReport, scope: Scope, detail: Detail): string {
  const columns = orderedColumns(report);
  const moved = columns.filter(([, column]) => column.verdict === 'moved');
  const cards = moved.slice(0, shownCards);
  const more = moved.length - cards.length;
  return [
    `<p>${html(rowsSentence(report))} ${driftWords(report)}</p>`,
    columns.length === 0
      ? ''
      : '<ul class="key"><li><span class="before"></span>reference, outlined</li><li><span class="now"></span>now, filled</li></ul>',
    cards.length === 0
      ? ''
      : `<div class="cards">${cards.map((named, index) => card(named, `${scope.prefix}moved-${index}`)).join('\n')}</div>`,
    more > 0 ? `<p>${counted(more, 'more column')} moved; the table has all.</p>` : '',
    barTable(cards),
    columnTable(columns, scope, detail),
    `<p class="meta">A column has moved when the lower bound of its Jensen–Shannon distance reaches ${report.minimumEffect} and its q-value is at most ${report.alpha} (Benjamini–Hochberg over all columns).${blockWords(report)}</p>`,
  ]
    .filter((part) => part !== '')
    .join('\n');
}

/** Where rows hang together, intervals are over groups of them. */
function blockWords({ blocks }: DriftReport): string {
  if (blocks === undefined) return '';
  const { column, size, reference, current } = blocks;
  const what = size === 'value' ? 'value' : size;
  return ` Rows of one ${what} of ${htmlCode(column)} hang together: the bounds are over ${counted(reference, 'group')} before and ${counted(current, 'group')} now.`;
}

function driftWords(report: DriftReport): string {
  const names = (title: string, list: readonly string[]) => {
    const shown = list.slice(0, shownNames).map((name) => htmlCode(name, 60));
    const more = list.length > shown.length ? ` and ${list.length - shown.length} more` : '';
    return list.length === 0 ? '' : ` ${title}: ${shown.join(', ')}${more}.`;
  };
  return `${html(movedSentence(report))}${names('Critical and moved', report.criticalMoved ?? [])}${names('New columns', report.added)}${names('Columns that are gone', report.removed)}`;
}

function card([name, column]: Named, id: string): string {
  const facts = [
    `PSI ${effectWords(column, 'psi')}`,
    `Jensen–Shannon ${effectWords(column, 'jensen-shannon')}`,
    ...(column.mean === null ? [] : [unbroken(`mean ${meanWords(column)}`)]),
    ...otherFact(column),
    ...(column.nulls.reference === column.nulls.current ? [] : [unbroken(`missing ${nullWords(column)}`)]),
  ];
  return `<figure class="card"><figcaption>${htmlCode(name)} ${chip(column.verdict, tones[column.verdict])}</figcaption>${histogram([name, column], { id, size: 'large' })}<p>${html(facts.join(' · '))}</p><p class="quiet">${htmlProse(column.reason, 200)}${html(unseenSentence(column))}${html(vanishedSentence(column))}</p></figure>`;
}

/** What the drawn categories leave over. */
function otherFact(column: ColumnDrift): readonly string[] {
  const { labels, reference, current } = column.bars;
  if (drawnBars(column) === labels.length) return [];
  return [unbroken(`all other values ${percent(reference.at(-1) ?? 0)} → ${percent(current.at(-1) ?? 0)}`)];
}

/** One statistic with its interval, where it has one. */
function effectWords(column: ColumnDrift, test: 'psi' | 'jensen-shannon'): string {
  const effect = column.statistics[test]?.effect ?? null;
  const value = statisticWords(column, test);
  return effect === null
    ? value
    : unbroken(`${value} (${significant(effect.low, 2)} … ${significant(effect.high, 2)})`);
}

/** The numbers behind the pictures, for who does not see them. */
function barTable(cards: readonly Named[]): string {
  const rows = cards.flatMap(([name, { bars }]) =>
    bars.labels.map((label, bar) => [
      htmlCode(name),
      html(label, 60),
      percent(bars.reference[bar] ?? 0),
      percent(bars.current[bar] ?? 0),
    ]),
  );
  if (rows.length === 0) return '';
  const columns: readonly HtmlColumn[] = [
    { title: 'column', kind: 'name' },
    { title: 'bar', kind: 'content' },
    { title: 'reference', kind: 'number' },
    { title: 'now', kind: 'number' },
  ];
  return htmlFold('The bars as numbers', htmlTable('Shares of rows in each bar', columns, rows));
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

function columnTable(columns: readonly Named[], { prefix }: Scope, detail: Detail): string {
  if (columns.length === 0) return '';
  const rows = columns
    .slice(0, detail.rows)
    .map(([name, column], index) => [
      `${htmlCode(name)}${roleWords(column) === '' ? '' : ` <span class="quiet">${roleWords(column)}</span>`}`,
      chip(column.verdict.replace('-', ' '), tones[column.verdict]),
      index < detail.drawnColumns
        ? histogram([name, column], { id: `${prefix}column-${index}`, size: 'small' })
        : '<span class="quiet">not drawn</span>',
      statisticWords(column, 'psi'),
      statisticWords(column, 'jensen-shannon'),
      html(qWords(column)),
      meanWords(column),
      nullWords(column),
      `<span class="why">${htmlProse(column.reason, 200)}</span>`,
    ]);
  const more = columns.length - rows.length;
  const caption = 'Every column, the moved ones first';
  return `${htmlLongTable({ caption, columns: tableColumns, rows, open: openRows, things: 'columns' })}${more > 0 ? `<p>${counted(more, 'more column')} left out.</p>` : ''}`;
}

function histogram([name, column]: Named, place: { readonly id: string; readonly size: 'large' | 'small' }): string {
  const shown = drawnBars(column);
  const labels = column.bars.labels.slice(0, shown);
  const reference = column.bars.reference.slice(0, shown);
  const current = column.bars.current.slice(0, shown);
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
