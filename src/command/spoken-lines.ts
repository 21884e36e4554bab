const longestComment = 65_536;

/** What stands open at the beginning of a line; its content is not said by the writer himself. */
type Open =
  /** A code block: how its end must look, and how far in the list item that holds it stands. */
  | { readonly kind: 'fence'; readonly marker: string; readonly indent: number }
  | { readonly kind: 'comment' }
  | { readonly kind: 'preformatted' };

/**
 * The lines of a comment that its writer says himself: not in a fenced, indented or preformatted block (also of a list
 * item), not quoted, not inside an HTML comment (CommonMark 0.31 §4.4, §4.5, §4.6, §5.1). What is beyond GitHub's own
 * limit of a comment is not read.
 */
export function spokenLines(comment: string): readonly string[] {
  const spoken: string[] = [];
  let open: Open | null = null;
  for (const line of comment.slice(0, longestComment).split(/\r\n|\n|\r/)) {
    // The end of a list item ends the code block in it.
    if (open?.kind === 'fence' && line.trim() !== '' && indentOf(line) < open.indent) open = null;
    if (open !== null) {
      if (ends(open, line)) open = null;
      continue;
    }
    open = opened(line);
    if (open?.kind !== 'fence' && open?.kind !== 'preformatted' && !isQuoteOrCode(line)) {
      spoken.push(line.split('<!--', 1)[0] ?? '');
    }
  }
  return spoken;
}

function isQuoteOrCode(line: string): boolean {
  return /^(?: {0,3}>| {4}| {0,3}\t)/.test(line);
}

function opened(line: string): Open | null {
  const [, indent = '', marker] =
    /^( {0,3}(?:(?:[-+*]|\d{1,9}[.)]) {1,4}){0,9})(`{3,}(?=[^`]*$)|~{3,})/.exec(line) ?? [];
  if (marker !== undefined) return { kind: 'fence', marker, indent: indent.trim() === '' ? 0 : indent.length };
  if (isQuoteOrCode(line)) return null;
  if (/^ {0,3}<(?:pre|script|style|textarea)(?=[\s>]|$)/i.test(line)) {
    return endsPreformatted(line) ? null : { kind: 'preformatted' };
  }
  return endsHidden(line, false) ? { kind: 'comment' } : null;
}

function ends(open: Open, line: string): boolean {
  switch (open.kind) {
    case 'fence': {
      const isNear = indentOf(line) <= open.indent + 3;
      return isNear && line.trim().startsWith(open.marker) && /^(?:`+|~+)$/.test(line.trim());
    }
    case 'comment':
      return !endsHidden(line, true);
    case 'preformatted':
      return endsPreformatted(line);
    default:
      return open satisfies never;
  }
}

function indentOf(line: string): number {
  return line.length - line.replace(/^ +/, '').length;
}

function endsPreformatted(line: string): boolean {
  return /<\/(?:pre|script|style|textarea)>/i.test(line);
}

/** Whether an HTML comment is open at the end of the line. */
function endsHidden(line: string, open: boolean): boolean {
  let hidden = open;
  for (let at = 0; ; ) {
    const next = line.indexOf(hidden ? '-->' : '<!--', at);
    if (next < 0) return hidden;
    at = next + (hidden ? 3 : 4);
    hidden = !hidden;
  }
}
