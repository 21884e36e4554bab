import { parse, stringify } from 'yaml';

/** How a YAML file is written: what is added to it looks like what is there. */
export interface YamlStyle {
  readonly indent: number;
  readonly indentSeq: boolean;
  readonly padded: boolean;
}

/** The style of a text; two spaces, lists indented and `{ padded }` where it shows none. */
export function yamlStyle(text: string): YamlStyle {
  const indents = [...text.matchAll(/^( +)[^\s#]/gm)].map((match) => match[1]?.length ?? 2);
  const isListFlush = /^( *)[^\s#-][^\n]*:[ \t]*\r?\n\1- /m.test(text);
  return {
    indent: indents.length === 0 ? 2 : Math.min(8, Math.max(2, Math.min(...indents.slice(0, 1000)))),
    indentSeq: !isListFlush,
    padded: !/\{[^\s}]/.test(text),
  };
}

/** A mapping or list as lines of block style, not indented. */
export function blockLines(value: unknown, style: YamlStyle): readonly string[] {
  const text = stringify(value, {
    lineWidth: 0,
    blockQuote: false,
    // Readers of the older YAML take `yes` for a truth value and dates for dates.
    compat: 'yaml-1.1',
    indent: style.indent,
    indentSeq: style.indentSeq,
    flowCollectionPadding: style.padded,
    aliasDuplicateObjects: false,
  });
  return text.replace(/\n$/, '').split('\n').map(withPoint);
}

/** Readers of the older YAML take `1e-7` for a text. */
function withPoint(line: string): string {
  return line.replace(/^(\s*(?:- )*(?:(?:"(?:[^"\\]|\\.)*"|[^\s"':][^"':]*): )?-?\d+)e([+-]\d+)$/, '$1.0e$2');
}

/** A value on one line, fit to stand inside brackets. */
export function flowText(value: unknown, style: YamlStyle): string {
  const pad = style.padded ? ' ' : '';
  if (Array.isArray(value)) return `[${value.map((item) => flowText(item, style)).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, inner]) => `${scalarText(key, null)}: ${flowText(inner, style)}`);
    return entries.length === 0 ? '{}' : `{${pad}${entries.join(', ')}${pad}}`;
  }
  return scalarText(value, null);
}

/** A text, number, truth value or null on one line, with the quotes that the earlier value had where they can be kept. */
export function scalarText(value: unknown, before: string | null | undefined): string {
  if (typeof value !== 'string') return withPoint(JSON.stringify(value ?? null));
  if (before === 'QUOTE_SINGLE' && /^[\x20-\x7e]*$/.test(value)) return `'${value.replaceAll("'", "''")}'`;
  if (before !== 'QUOTE_DOUBLE' && isPlain(value)) return value;
  return JSON.stringify(value).replaceAll(
    /[\x7f-\xa0\u2028\u2029\ufeff\ufffd-\uffff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function isPlain(text: string): boolean {
  return (
    /^[A-Za-z0-9][\w./+@:~%=-]*(?: [\w./+@~%=;-]+)*$/.test(text) &&
    !text.endsWith(':') &&
    [parse(text), parse(text, { version: '1.1' })].every((read) => read === text)
  );
}
