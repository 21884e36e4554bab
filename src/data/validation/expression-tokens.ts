/** One word of an expression, with the place in the text where it begins. */
export interface Token {
  readonly kind: 'number' | 'text' | 'name' | 'quoted-name' | 'sign' | 'end';
  /** Without quotes. */
  readonly text: string;
  /** From 0. */
  readonly at: number;
}

/** What is wrong with an expression, and where (characters from 1). */
export class ExpressionError extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at + 1;
  }
}

const patterns: readonly (readonly [Token['kind'] | 'space', RegExp])[] = [
  ['space', /[ \t\r\n]+/y],
  ['number', /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\p{L}\p{N}_])/uy],
  ['name', /[\p{L}_][\p{L}\p{N}_]*/uy],
  ['text', /'(?:[^']|'')*'|"(?:[^"]|"")*"/y],
  ['quoted-name', /`(?:[^`]|``)+`/y],
  ['sign', /<=|>=|!=|[-=<>+*/%(),]/y],
];

/** The words of an expression, ending with one of kind `end`. Throws ExpressionError. */
export function expressionTokens(source: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < source.length) {
    const found = match(source, at);
    if (found === null) {
      const rest = source[at] ?? '';
      const isOpen = rest === "'" || rest === '"' || rest === '`';
      throw new ExpressionError(isOpen ? `a closing ${rest}, found none` : `a word or a sign, found ${rest}`, at);
    }
    if (found.kind !== 'space') tokens.push({ kind: found.kind, text: bare(found.kind, found.text), at });
    at += found.text.length;
  }
  return [...tokens, { kind: 'end', text: 'the end', at: source.length }];
}

function match(source: string, at: number): { readonly kind: Token['kind'] | 'space'; readonly text: string } | null {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at;
    const [text] = pattern.exec(source) ?? [];
    if (text !== undefined) return { kind, text };
  }
  return null;
}

function bare(kind: Token['kind'], text: string): string {
  if (kind !== 'text' && kind !== 'quoted-name') return text;
  const quote = text.slice(0, 1);
  return text.slice(1, -1).replaceAll(quote + quote, quote);
}
