import { html } from '../escape.ts';

/** A column of a table in a page. `content` cells are finished HTML. */
export interface HtmlColumn {
  readonly title: string;
  readonly kind: 'name' | 'number' | 'content';
}

/** A table that scrolls inside its own frame. The first column names its row, for a screen reader too. */
export function htmlTable(
  caption: string,
  columns: readonly HtmlColumn[],
  rows: readonly (readonly string[])[],
): string {
  const head = columns.map(
    ({ title, kind }) => `<th scope="col"${kind === 'number' ? ' class="number"' : ''}>${html(title)}</th>`,
  );
  const body = rows.map((row) => {
    const cells = row.map((cell, index) => {
      if (index === 0) return `<th scope="row">${cell}</th>`;
      return columns[index]?.kind === 'number' ? `<td class="number">${cell}</td>` : `<td>${cell}</td>`;
    });
    return `<tr>${cells.join('')}</tr>`;
  });
  return `<div class="scroll" role="region" aria-label="${html(caption)}" tabindex="0"><table><thead><tr>${head.join('')}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>`;
}

/** A section with its heading; nothing when there is nothing in it. */
export function htmlSection(id: string, title: string, body: string): string {
  if (body === '') return '';
  return `<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${html(title)}</h2>\n${body}\n</section>`;
}

/** Names and values, as a description list. Values are finished HTML. */
export function htmlFacts(facts: readonly (readonly [string, string])[]): string {
  return `<dl>${facts.map(([name, value]) => `<dt>${html(name)}</dt><dd>${value}</dd>`).join('\n')}</dl>`;
}

/** A word on a ground whose colour says the same. */
export function chip(word: string, tone: 'good' | 'bad' | 'warn' | 'open' | 'busy'): string {
  return `<span class="chip ${tone}">${html(word)}</span>`;
}

/** A whole page that needs nothing from anywhere and runs nothing. */
export function htmlPage(options: { readonly title: string; readonly style: string; readonly body: string }): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${html(options.title)}</title>
<style>${options.style}</style>
</head>
<body>
${options.body}
</body>
</html>
`;
}
