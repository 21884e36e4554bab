import type { AddedLine } from './change-facts.ts';

/**
 * The lines that the hunks of one file add. GitHub leaves the end of long patches out, so the number of additions that
 * it counted is asked for: null when the patch does not hold them all.
 */
export function linesOfPatch(patch: string, additions: number): readonly AddedLine[] | null {
  const added: AddedLine[] = [];
  let number = 0;
  for (const line of patch.split('\n')) {
    const hunk = /^@@ -\d+(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(line);
    if (hunk !== null) number = Number(hunk[1]);
    else if (line.startsWith('+')) added.push({ number: number++, text: withoutReturn(line.slice(1)) });
    else if (!line.startsWith('-') && !line.startsWith('\\')) number += 1;
  }
  return added.length === additions ? added : null;
}

/** The lines of a text that another one does not hold, or not so often: all that was added, in time linear in both. */
export function linesBeyond(before: string, after: string): readonly AddedLine[] {
  const known = new Map<string, number>();
  for (const line of before.split('\n')) known.set(line, (known.get(line) ?? 0) + 1);
  const added: AddedLine[] = [];
  for (const [index, line] of after.split('\n').entries()) {
    const left = known.get(line) ?? 0;
    if (left > 0) known.set(line, left - 1);
    else added.push({ number: index + 1, text: withoutReturn(line) });
  }
  return added;
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
