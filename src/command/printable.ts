/** What a stranger wrote, fit for a code span: printable, short, and without the back-tick that would end the span. */
export function printable(text: string): string {
  const shown = text.replaceAll(/[^\p{L}\p{N}\p{P}\p{S} ]|`/gu, ' ');
  return shown.length > 80 ? `${shown.slice(0, 79)}…` : shown;
}
