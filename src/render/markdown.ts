import { htmlProse } from './escape.ts';

/** A column of a table. Cells hold finished Markdown; pipes in them are escaped here and nowhere else. */
export interface TableColumn {
  readonly title: string;
  readonly align: 'left' | 'right';
}

/** A GFM table. */
export function table(columns: readonly TableColumn[], rows: readonly (readonly string[])[]): string {
  return [tableHead(columns), ...rows.map(tableRow)].join('\n');
}

/** The two lines above a table's rows. */
export function tableHead(columns: readonly TableColumn[]): string {
  const rule = columns.map((column) => (column.align === 'right' ? '---:' : '---'));
  return `${tableRow(columns.map((column) => column.title))}\n| ${rule.join(' | ')} |`;
}

/** One row. GFM takes a backslash before a pipe out again before it reads the cell, in code spans too. */
export function tableRow(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** Numbers that belong together: on a narrow screen the table scrolls instead of breaking them apart. */
export function unbroken(cell: string): string {
  return cell.replaceAll(' ', '\u00A0');
}

/** A fold: its summary is prose, its body finished Markdown. */
export function details(summary: string, body: string, state: 'open' | 'closed' = 'closed'): string {
  return `<details${state === 'open' ? ' open' : ''}><summary>${htmlProse(summary)}</summary>\n\n${body}\n\n</details>`;
}

/** A commit as people say it. */
export function shortSha(sha: string): string {
  return sha.slice(0, 7);
}

/** `14:02 UTC`, with the date when it is not the date of `now`. Both are ISO 8601 in UTC. */
export function clock(instant: string, now: string): string {
  const time = `${instant.slice(11, 16)} UTC`;
  return instant.slice(0, 10) === now.slice(0, 10) ? time : `${instant.slice(0, 10)} ${time}`;
}
