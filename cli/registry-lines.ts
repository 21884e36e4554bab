import { AppError } from '../src/error.ts';
import type { Invocation } from './command.ts';
import { shownText } from './shown-text.ts';

/** Rows as columns of the terminal, two spaces apart; what files or tags say cannot forge a line. */
export function columns(rows: readonly (readonly string[])[]): string {
  const shown = rows.map((row) => row.map((cell) => shownText(cell, 200)));
  const widths = shown.reduce<readonly number[]>(
    (most, row) => row.map((cell, index) => Math.max(cell.length, most[index] ?? 0)),
    [],
  );
  return shown
    .map(
      (row) =>
        `${row
          .map((cell, index) => cell.padEnd(widths[index] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** An instant of ISO 8601 to the minute, in UTC. */
export function dayAndTime(instant: string): string {
  return instant.slice(0, 16).replace('T', ' ');
}

/** Refuses words that a command does not know what to do with. AppError `bad-input`. */
export function refuseWords(
  { positionals }: Invocation,
  { most, usage }: { readonly most: number; readonly usage: string },
): void {
  const extra = positionals[most];
  if (extra === undefined) return;
  throw new AppError(
    'bad-input',
    `expected \`${usage}\`, found ${JSON.stringify(extra.slice(0, 100))} as well; leave it out`,
  );
}
