import { AppError } from '../error.ts';

/** What may stand between braces in the texts of a policy. */
export interface FillIns {
  readonly model?: string;
  readonly arm?: string;
  readonly version?: string;
  readonly digest?: string;
  /** The length of the window. */
  readonly seconds?: string;
}

/** Writes a value so that it means itself where it is put. `before` is the text up to there. */
export type Escape = (value: string, before: string) => string;

const placeholder = /\{(model|arm|version|digest|seconds)\}/g;

/** Puts values in the place of `{model}`, `{arm}`, `{version}`, `{digest}` and `{seconds}`, each escaped for where it stands; a value that is not given leaves its placeholder. */
export function fillIn(text: string, values: FillIns, escaped: Escape): string {
  let filled = '';
  let end = 0;
  for (const match of text.matchAll(placeholder)) {
    // The pattern has exactly these five names.
    const value = values[match[1] as keyof FillIns];
    filled += text.slice(end, match.index);
    filled += value === undefined ? match[0] : escaped(value, filled);
    end = match.index + match[0].length;
  }
  return filled + text.slice(end);
}

/** For a text that is sent as a value of its own: a JSON string, a form field, a header that the caller checks. */
export function asItIs(value: string): string {
  return value;
}

/** For one segment of a path or one value of a query. AppError `bad-input` for dots alone, which would climb. */
export function inAddress(value: string): string {
  if (/^\.*$/.test(value)) {
    throw new AppError('bad-input', `expected a name that an address can hold, found \`${value}\`; name it otherwise`);
  }
  return encodeURIComponent(value);
}

/** Between quotes with backslash escapes (NRQL, KQL, filters); elsewhere only letters, digits and underscores. */
export function inQuotes(value: string, before: string): string {
  const quote = openQuote(before);
  // A verbatim string (@"…") and one in backticks know no escape.
  if (quote === null || quote.letter === '`' || before[quote.at - 1] === '@') return asName(value);
  return escaped(value, quote.letter).replaceAll(/\p{Cc}/gu, ' ');
}

/** In PromQL: as a string, in a matcher of a pattern as a pattern that means the value itself, elsewhere as part of a name. */
export function inPromql(value: string, before: string): string {
  const quote = openQuote(before);
  if (quote === null || quote.letter === '`') return asName(value);
  const isPattern = /[=!]~\s*$/.test(before.slice(0, quote.at));
  const meant = isPattern ? value.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&') : value;
  return escaped(meant, quote.letter)
    .replaceAll('\n', '\\n')
    .replaceAll(/\p{Cc}/gu, ' ');
}

/** The other quote needs no escape, and Prometheus takes none for it. */
function escaped(value: string, quote: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`);
}

/** For a language whose escapes are not documented. AppError `bad-input` for anything that could be more than a word. */
export function asPlainWord(value: string): string {
  if (/^[\w.+:@/-]*$/.test(value)) return value;
  throw new AppError('bad-input', 'expected a name of letters, digits and ._+:@/-, found another; name it otherwise');
}

function asName(value: string): string {
  return value.replaceAll(/[^A-Za-z0-9_]/g, '_');
}

/** The quote that is still open at the end of a text, or null. A backslash takes the next letter out of account. */
export function openQuote(text: string): { readonly letter: '"' | "'" | '`'; readonly at: number } | null {
  let open: { readonly letter: '"' | "'" | '`'; readonly at: number } | null = null;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    if (open !== null && letter === '\\' && open.letter !== '`') at += 1;
    else if (open !== null) open = letter === open.letter ? null : open;
    else if (letter === '"' || letter === "'" || letter === '`') open = { letter, at };
  }
  return open;
}
