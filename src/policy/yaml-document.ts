import { LineCounter, parseDocument, type YAMLError } from 'yaml';
import type { Problem } from '../error.ts';
import { dotted, oneLine } from './quoted.ts';
import { type DocumentPath, readYamlValues, tooDeep } from './yaml-values.ts';

export type { DocumentPath } from './yaml-values.ts';

/** A YAML document that a person wrote: plain values, and where each stands in the text. */
export interface YamlDocument {
  /** Mappings, lists, strings, numbers, booleans and null only; `undefined` when nothing could be read. */
  readonly value: unknown;
  /** Syntax problems, duplicate keys and exceeded limits. */
  readonly problems: readonly Problem[];
  /** The line of the first syntax error, else infinity: what stands before it was read as it was written. */
  readonly brokenFrom: number;
  /** Line and column, from 1, of a key or of its value; of the nearest enclosing one when there is no such path. */
  positionOf(path: DocumentPath, part: 'key' | 'value'): { readonly line: number; readonly column: number };
}

/** What a text may cost at most. */
export interface YamlLimits {
  readonly bytes: number;
  readonly nodes: number;
}

const usualLimits: YamlLimits = { bytes: 100_000, nodes: 20_000 };

/** Reads a YAML text of a person; nothing that stands in it makes this throw, grow or run long. */
export function parseYamlDocument(options: {
  readonly text: string;
  readonly file: string;
  /** Default: 100 kB and 20 000 values. */
  readonly limits?: YamlLimits;
}): YamlDocument {
  const { text, file, limits = usualLimits } = options;
  const whole = { file, path: '', line: 0, column: 0 };
  const unfit = unfitness(text, limits.bytes);
  if (unfit !== null) return unreadable([{ ...whole, ...unfit }]);
  try {
    return read({ text, file, mostNodes: limits.nodes });
  } catch (error) {
    // The composer of the yaml package recurses: thousands of nested brackets exhaust the stack.
    if (!(error instanceof RangeError)) throw error;
    return unreadable([{ ...whole, ...tooDeep }]);
  }
}

function unfitness(text: string, mostBytes: number): Pick<Problem, 'expected' | 'found' | 'fix'> | null {
  const bytes = Buffer.byteLength(text);
  if (bytes > mostBytes) {
    return { expected: `at most ${mostBytes} bytes`, found: `${bytes} bytes`, fix: 'shorten the file' };
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\0-\x08\x0e-\x1f\ufffd]/.test(text)) {
    const found = 'binary content or another encoding';
    return { expected: 'UTF-8 text', found, fix: 'save the file as UTF-8 text' };
  }
  return null;
}

function unreadable(problems: readonly Problem[]): YamlDocument {
  return { value: undefined, problems, brokenFrom: 0, positionOf: () => ({ line: 1, column: 1 }) };
}

function read(options: { readonly text: string; readonly file: string; readonly mostNodes: number }): YamlDocument {
  const { text, file, mostNodes } = options;
  const lines = new LineCounter();
  // Duplicates are found with the values: the package's own check compares every key with every other.
  const reading = { lineCounter: lines, uniqueKeys: false, prettyErrors: false, logLevel: 'error' } as const;
  const document = parseDocument(text, reading);
  const { value, mistakes, offsets } = readYamlValues(document, mostNodes);
  const found = mistakes.map(({ path, offset, ...words }) => ({
    file,
    path: dotted(path),
    ...place(offset),
    ...words,
  }));
  if (value === undefined) return unreadable(found);
  const syntax = onePerLine([...document.errors, ...document.warnings].map(syntaxProblem));
  return {
    value,
    problems: [...syntax, ...found],
    brokenFrom: syntax.reduce((first, { line }) => Math.min(first, line), Number.POSITIVE_INFINITY),
    positionOf(path, part) {
      for (let length = path.length; length >= 0; length -= 1) {
        const offset = offsets.get(JSON.stringify(path.slice(0, length)));
        // Of an enclosing mapping the key is shown: its value may begin lines below.
        if (offset !== undefined) return place(length === path.length && part === 'value' ? offset.value : offset.key);
      }
      return { line: 1, column: 1 };
    },
  };

  function place(offset: number) {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }

  function syntaxProblem(error: YAMLError): Problem {
    return {
      file,
      path: '',
      ...place(error.pos[0]),
      expected: 'valid YAML',
      found: error.code === 'MULTIPLE_DOCS' ? 'a second document' : firstSentence(error.message),
      fix: syntaxFixes[error.code] ?? 'check indentation, quotes and colons here',
    };
  }
}

/** The parser stumbles on after an error; what it then says of the same line is noise. */
function onePerLine(problems: readonly Problem[]): readonly Problem[] {
  const first = new Map<number, Problem>();
  for (const problem of problems) if (!first.has(problem.line)) first.set(problem.line, problem);
  return [...first.values()];
}

function firstSentence(message: string): string {
  const line = oneLine(message.split('\n')[0] ?? '', 160);
  return line.charAt(0).toLowerCase() + line.slice(1);
}

const syntaxFixes: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'indent with spaces',
  BAD_INDENT: 'indent this line like its neighbours',
  MISSING_CHAR: 'close the quote, bracket or brace, or add the colon',
  MULTIPLE_DOCS: 'keep one document, without `---` in the middle',
  MULTILINE_IMPLICIT_KEY: 'put the key and its colon on one line',
  BLOCK_AS_IMPLICIT_KEY: 'put the nested key on its own, indented line',
  TAG_RESOLVE_FAILED: 'remove the tag',
};
