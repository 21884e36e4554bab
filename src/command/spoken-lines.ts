const longestComment = 65_536;
const longestLine = 1000;

/**
 * The lines of a comment that its writer says himself: not in a fenced or indented code block, not quoted, not inside an
 * HTML comment (CommonMark 0.31 §4.4, §4.5, §4.6, §5.1). What is beyond GitHub's own limit of a comment is not read.
 */
export function spokenLines(comment: string): readonly string[] {
  const spoken: string[] = [];
  let fence: string | null = null;
  let hidden = false;
  for (const raw of comment.slice(0, longestComment).split(/\r\n|\n|\r/)) {
    const line = raw.slice(0, longestLine);
    const marker = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})/.exec(line)?.[1] ?? null;
    if (fence !== null) {
      if (marker?.startsWith(fence) && line.trim() === marker) fence = null;
    } else if (hidden) {
      hidden = endsHidden(raw, true);
    } else if (marker !== null) {
      fence = marker;
    } else if (!/^(?: {0,3}>| {4}| {0,3}\t)/.test(line)) {
      spoken.push(line.split('<!--', 1)[0] ?? '');
      hidden = endsHidden(raw, false);
    }
  }
  return spoken;
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
