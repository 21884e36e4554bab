import { code, htmlProse, prose } from './escape.ts';
import { table, unbroken } from './markdown.ts';
import { chip, htmlCode, htmlLongTable } from './report/element.ts';
import type { Tone } from './report/tone.ts';

/**
 * A cell of a table that comment and report share: a sentence of ours (backticks are code in it), a name that came from
 * outside, a word on a coloured ground (in Markdown
 * after its icon), or a plot, which only a page can show.
 */
export type Cell =
  | string
  | { readonly name: string }
  | { readonly word: string; readonly tone: Tone; readonly icon?: string }
  | { readonly plot: string };

/** A column of such a table. */
export interface WordColumn {
  readonly title: string;
  readonly kind: 'name' | 'number' | 'words' | 'plot';
  /** What a page shows under the title; finished HTML. */
  readonly under?: string;
}

/** A table as words, before it is Markdown or HTML. */
export interface WordTable {
  /** What it is about, for who cannot see it. No name from outside. */
  readonly caption: string;
  readonly columns: readonly WordColumn[];
  readonly rows: readonly (readonly Cell[])[];
  /** What a row is, e.g. `features`. */
  readonly things: string;
}

/** The table as GFM, without its plots; beyond `shown` rows it says how many there are in the report. */
export function markdownOf({ columns, rows, things }: WordTable, shown: number): string {
  const seen = columns.flatMap(({ title, kind }, index) => (kind === 'plot' ? [] : [{ title, kind, index }]));
  const lines = rows.slice(0, shown).map((row) =>
    seen.map(({ kind, index }) => {
      const cell = markdownCell(row[index] ?? '');
      return kind === 'number' ? unbroken(cell) : cell;
    }),
  );
  const body = table(
    seen.map(({ title, kind }) => ({ title, align: kind === 'number' ? 'right' : 'left' })),
    lines,
  );
  const more = rows.length - lines.length;
  return more > 0 ? `${body}\n\n${more} more ${things} in the report.` : body;
}

/** The table as HTML; beyond `open` rows the rest is folded. */
export function htmlOf({ caption, columns, rows, things }: WordTable, open: number = 40): string {
  return htmlLongTable({
    caption,
    columns: columns.map(({ title, kind, under = '' }) => ({
      title,
      kind: kind === 'name' || kind === 'number' ? kind : 'content',
      under,
    })),
    rows: rows.map((row) => row.map(htmlCell)),
    open,
    things,
  });
}

function markdownCell(cell: Cell): string {
  if (typeof cell === 'string') return prose(cell, 300);
  if ('name' in cell) return code(cell.name, 60);
  if ('plot' in cell) return '';
  return cell.icon === undefined ? cell.word : unbroken(`${cell.icon} ${cell.word}`);
}

function htmlCell(cell: Cell): string {
  // A sentence beside numbers that do not break would be pressed into a column of single words on a phone.
  if (typeof cell === 'string')
    return cell.length > 30 ? `<span class="words">${htmlProse(cell, 500)}</span>` : htmlProse(cell, 500);
  if ('name' in cell) return htmlCode(cell.name, 80);
  return 'word' in cell ? chip(cell.word, cell.tone) : cell.plot;
}
