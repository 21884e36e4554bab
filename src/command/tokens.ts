/** One word of a line: `name`, `name=value`, or a quotation. */
export interface Token {
  /** What stands before the first `=`, or all of it. */
  readonly head: string;
  /** What stands behind the first `=`; null without one. */
  readonly value: string | null;
  /** The whole word stood in quotation marks: it is a value and never a flag. */
  readonly quoted: boolean;
  /** As it was typed, but for dashes and spaces. */
  readonly raw: string;
}

/** The words of a line, or what is wrong with it: a sentence without its subject. */
export type Tokens =
  | { readonly kind: 'tokens'; readonly tokens: readonly Token[] }
  | { readonly kind: 'refused'; readonly reason: string };

const mostTokens = 40;

/**
 * The words of a line as phones and keyboards type them: any quotation marks, with `\"` for one inside; a dash or two of
 * any length before a flag; full stops and commas behind words. Linear in the length of the text.
 */
export function tokensOf(text: string): Tokens {
  const tokens: Token[] = [];
  const line = plainSpaces(text);
  for (let at = wordFrom(line, 0); at < line.length; at = wordFrom(line, at)) {
    if (tokens.length === mostTokens) return { kind: 'refused', reason: `has more than ${mostTokens} words` };
    const read = tokenAt(line, at);
    if (read === null) return { kind: 'refused', reason: 'has a quotation that does not end' };
    if (read.token.raw !== '') tokens.push(read.token);
    at = read.end;
  }
  return { kind: 'tokens', tokens };
}

/** The text with every blank, and every mark that nobody sees, as a simple space. */
export function plainSpaces(text: string): string {
  return text.replaceAll(/[\s\p{C}\p{Z}]/gu, ' ');
}

function wordFrom(line: string, from: number): number {
  let at = from;
  while (line[at] === ' ') at += 1;
  return at;
}

function tokenAt(line: string, at: number): { readonly token: Token; readonly end: number } | null {
  const whole = quotationAt(line, at);
  if (whole === 'open') return null;
  if (whole !== null) {
    const raw = line.slice(at, whole.end);
    return { token: { head: whole.content, value: null, quoted: true, raw }, end: whole.end };
  }
  const space = line.indexOf(' ', at);
  const end = space < 0 ? line.length : space;
  const equals = line.indexOf('=', at);
  if (equals < 0 || equals >= end) return { token: bare(line.slice(at, end)), end };
  const head = dashed(line.slice(at, equals));
  const quotation = quotationAt(line, equals + 1);
  if (quotation === 'open') return null;
  if (quotation !== null) {
    const raw = head + line.slice(equals, quotation.end);
    return { token: { head, value: quotation.content, quoted: false, raw }, end: quotation.end };
  }
  const value = withoutStop(line.slice(equals + 1, end));
  return { token: { head, value, quoted: false, raw: `${head}=${value}` }, end };
}

function bare(word: string): Token {
  const head = withoutStop(dashed(word));
  return { head, value: null, quoted: false, raw: head };
}

const families = [`"“”„‟«»`, `'‘’‚‛`] as const;
const stops = '.,;:!?)';

/**
 * The quotation that begins here, null where none does, `open` where it has no end. It ends with a mark of its family
 * that a blank follows, or the line's end, or full stops and the like before these: an apostrophe ends nothing.
 */
function quotationAt(line: string, at: number): { readonly content: string; readonly end: number } | 'open' | null {
  const first = line[at];
  const marks = first === undefined ? undefined : families.find((family) => family.includes(first));
  if (marks === undefined) return null;
  for (let close = at + 1; close < line.length; close += 1) {
    if (line[close] === '\\') close += 1;
    else if (marks.includes(line[close] ?? ' ')) {
      let end = close + 1;
      while (end < line.length && stops.includes(line[end] ?? ' ')) end += 1;
      if (end === line.length || line[end] === ' ') {
        return { content: line.slice(at + 1, close).replaceAll(/\\(["“”„‟«»'‘’‚‛\\])/g, '$1'), end };
      }
      // What was passed over holds no mark, so that no letter is looked at a third time.
      close = end - 1;
    }
  }
  return 'open';
}

/** A word that begins with dashes of any kind, as a flag: one letter has one dash, a name has two. */
function dashed(word: string): string {
  const [, name] = /^[-‐‑‒–—―−]+(?=\p{L})(.*)$/u.exec(word) ?? [];
  if (name === undefined) return word;
  return /^\p{L}(?:$|[^\p{L}-])/u.test(name) ? `-${name}` : `--${name}`;
}

function withoutStop(word: string): string {
  let end = word.length;
  while (end > 0 && stops.includes(word[end - 1] ?? ' ')) end -= 1;
  return word.slice(0, end);
}
