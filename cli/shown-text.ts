/** Text on one line of the terminal: control characters could hide or forge output. */
export function shownText(text: string, width: number): string {
  const plain = text.replace(/\p{C}/gu, '�');
  const points = [...plain];
  return points.length > width ? `${points.slice(0, width - 1).join('')}…` : plain;
}
