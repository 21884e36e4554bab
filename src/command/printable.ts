/**
 * What a stranger wrote, fit for a code span: printable, at most so many letters, and without the back-tick that would
 * end the span. What is printable stays as it is, also a second time.
 */
export function printable(text: string, limit: number = 80): string {
  const shown = text
    .normalize('NFC')
    .replaceAll(/[^\p{L}\p{N}\p{P}\p{S}\p{M} ]|\p{Default_Ignorable_Code_Point}|`/gu, ' ')
    .replaceAll(/(\p{M}{2})\p{M}+/gu, '$1');
  const letters = [...shown];
  return letters.length > limit ? `${letters.slice(0, limit - 1).join('')}…` : shown;
}
