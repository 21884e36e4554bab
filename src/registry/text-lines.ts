import { isCollection, isNode, isPair, isScalar } from 'yaml';

/** Where the line of a place begins. */
export function startOfLine(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1;
}

/** Where the line after a place begins; a place that follows a line break is at the end of its line already. */
export function endOfLine(text: string, at: number): number {
  if (at > 0 && text[at - 1] === '\n') return at;
  const found = text.indexOf('\n', at);
  return found === -1 ? text.length : found + 1;
}

/** The line break that a text uses. */
export function lineBreak(text: string): '\n' | '\r\n' {
  return /\r\n/.test(text) ? '\r\n' : '\n';
}

/** Where the last thing of a node or entry ends, before comments and empty lines; null when it stands nowhere. */
export function endOfContent(item: unknown): number | null {
  if (isPair(item)) return endOfContent(item.value) ?? endOfContent(item.key);
  if (!isNode(item) || !item.range) return null;
  if (isCollection(item) && !item.flow && item.items.length > 0) return endOfContent(item.items.at(-1));
  if (isScalar(item) && item.range[0] === item.range[1] && item.source === '') return null;
  return item.range[1];
}
