/** A text from a stranger's file as a code span: bounded, on one line, with nothing in it that could end the span. */
export function quoted(text: string): string {
  return `\`${oneLine(text, 60)}\``;
}

/** A text on one line of at most `most` letters, without backticks, control and formatting characters. */
export function oneLine(text: string, most: number): string {
  const line = text
    .slice(0, most * 4)
    .replaceAll(/[\s`\p{Cc}\p{Cf}]+/gu, ' ')
    .trim();
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}

/** Keys and indexes as the dotted path that a problem shows. */
export function dotted(path: readonly (string | number)[]): string {
  return path.map((key) => oneLine(String(key), 60)).join('.');
}
