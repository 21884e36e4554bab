import { html } from '../escape.ts';
import { styleHash } from './style-hash.ts';
import type { Tone } from './tone.ts';

/** A column of a table in a page. `content` cells are finished HTML. */
export interface HtmlColumn {
  readonly title: string;
  readonly kind: 'name' | 'number' | 'content';
  /** What stands under the title, e.g. an axis; finished HTML. */
  readonly under?: string;
}

/**
 * Where in a page something stands: what its ids begin with, so that two models can be on one page, and the level of the
 * headings of its sections.
 */
export interface Scope {
  readonly prefix: string;
  readonly level: 2 | 3;
}

/** A table that scrolls inside its own frame. The first column names its row, for a screen reader too. */
export function htmlTable(
  caption: string,
  columns: readonly HtmlColumn[],
  rows: readonly (readonly string[])[],
): string {
  const head = columns.map(
    ({ title, kind, under = '' }) =>
      `<th scope="col"${kind === 'number' ? ' class="number"' : ''}>${html(title)}${under}</th>`,
  );
  const body = rows.map((row) => {
    const cells = row.map((cell, index) => {
      if (index === 0) return `<th scope="row">${cell}</th>`;
      return columns[index]?.kind === 'number' ? `<td class="number">${cell}</td>` : `<td>${cell}</td>`;
    });
    return `<tr>${cells.join('')}</tr>`;
  });
  return `<div class="scroll" role="group" aria-label="${html(caption)}" tabindex="0"><table><thead><tr>${head.join('')}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>`;
}

/** A table of which only the first rows stand open; the rest is folded under a line that says how many they are. */
export function htmlLongTable(options: {
  readonly caption: string;
  readonly columns: readonly HtmlColumn[];
  readonly rows: readonly (readonly string[])[];
  readonly open: number;
  /** What a row is, e.g. `slices`. */
  readonly things: string;
}): string {
  const { caption, columns, rows, open, things } = options;
  // A fold for a handful of rows hides more than it spares.
  if (rows.length <= open + 5) return htmlTable(caption, columns, rows);
  const rest = rows.slice(open);
  return `${htmlTable(caption, columns, rows.slice(0, open))}\n${htmlFold(`${rest.length} more ${things}`, htmlTable(`${caption}, the rest`, columns, rest))}`;
}

/** Something that a person unfolds. Paper shows it open. */
export function htmlFold(summary: string, body: string): string {
  return `<details><summary>${html(summary)}</summary>\n${body}\n</details>`;
}

/** A section with its heading; nothing when there is nothing in it. */
export function htmlSection(
  scope: Scope,
  id: string,
  section: { readonly title: string; readonly body: string },
): string {
  const { title, body } = section;
  if (body === '') return '';
  const name = `${scope.prefix}${id}`;
  // Of several models each section is told apart by the model, too.
  const label = scope.prefix === '' ? `${name}-title` : `${scope.prefix}title ${name}-title`;
  return `<section id="${name}" aria-labelledby="${label}"><h${scope.level} id="${name}-title">${html(title)}</h${scope.level}>\n${body}\n</section>`;
}

/** A heading inside a section. */
export function htmlHeading(scope: Scope, title: string): string {
  return `<h${scope.level + 1}>${html(title)}</h${scope.level + 1}>`;
}

/** Names and values, as a description list. Values are finished HTML. */
export function htmlFacts(facts: readonly (readonly [string, string])[]): string {
  return `<dl>${facts.map(([name, value]) => `<dt>${html(name)}</dt><dd>${value}</dd>`).join('\n')}</dl>`;
}

/** A word on a ground whose colour says the same. */
export function chip(word: string, tone: Tone): string {
  return `<span class="chip ${tone}">${html(word)}</span>`;
}

/** A name that came from outside. */
export function htmlCode(raw: string, limit: number = 80): string {
  return `<code>${html(raw, limit)}</code>`;
}

/** A whole page that needs nothing from anywhere and runs nothing; browsers are told to enforce both. */
export function htmlPage(options: { readonly title: string; readonly style: string; readonly body: string }): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '${styleHash(options.style)}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${html(options.title)}</title>
<style>${options.style}</style>
</head>
<body>
${options.body}
</body>
</html>
`;
}
