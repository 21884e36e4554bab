import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { Problem } from '../error.ts';
import { dotted, oneLine, quoted } from './quoted.ts';

/** Keys and indexes from the root of a document to one of its values. */
export type DocumentPath = readonly (string | number)[];

/** A YAML document that a person wrote: plain values, and where each stands in the text. */
export interface YamlDocument {
  /** Mappings, lists, strings, numbers, booleans and null only; `undefined` when nothing could be read. */
  readonly value: unknown;
  /** Syntax problems, duplicate keys and exceeded limits. */
  readonly problems: readonly Problem[];
  /** The line of the first syntax error: what stands before it was read as it was written. */
  readonly brokenFrom: number;
  /** Line and column, from 1, of a key or of its value; of the nearest enclosing one when there is no such path. */
  positionOf(path: DocumentPath, part: 'key' | 'value'): { readonly line: number; readonly column: number };
}

const limits = { bytes: 100_000, nodes: 20_000, aliases: 100, depth: 50 } as const;

/** Reads a YAML text of a person; nothing that stands in it makes this throw, grow or run long. */
export function parseYamlDocument(options: { readonly text: string; readonly file: string }): YamlDocument {
  const { text, file } = options;
  const unfit = unfitness(text);
  if (unfit !== null) return unreadable({ file, path: '', line: 0, column: 0, ...unfit });
  try {
    return read(text, file);
  } catch (error) {
    // The composer of the yaml package recurses: thousands of nested brackets exhaust the stack.
    if (!(error instanceof RangeError)) throw error;
    return unreadable({ file, path: '', line: 0, column: 0, ...tooDeep });
  }
}

type Finding = Pick<Problem, 'expected' | 'found' | 'fix'>;

const tooDeep: Finding = {
  expected: `at most ${limits.depth} levels of nesting`,
  found: 'more',
  fix: 'flatten the document',
};

function unfitness(text: string): Finding | null {
  const bytes = Buffer.byteLength(text);
  if (bytes > limits.bytes) {
    return { expected: `at most ${limits.bytes} bytes`, found: `${bytes} bytes`, fix: 'shorten the file' };
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\0-\x08\x0e-\x1f\ufffd]/.test(text)) {
    return {
      expected: 'UTF-8 text',
      found: 'binary content or another encoding',
      fix: 'save the file as UTF-8 text',
    };
  }
  return null;
}

function unreadable(problem: Problem): YamlDocument {
  return { value: undefined, problems: [problem], brokenFrom: 0, positionOf: () => ({ line: 1, column: 1 }) };
}

function read(text: string, file: string): YamlDocument {
  const lines = new LineCounter();
  // Duplicates are found below: the package's own check compares every key with every other.
  const document = parseDocument(text, {
    lineCounter: lines,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'error',
  });
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const syntax = onePerLine(
    [...document.errors, ...document.warnings].map((error) => ({
      file,
      path: '',
      ...place(error.pos[0]),
      expected: 'valid YAML',
      found: error.code === 'MULTIPLE_DOCS' ? 'a second document' : firstSentence(error.message),
      fix: syntaxFixes[error.code] ?? 'check indentation, quotes and colons here',
    })),
  );
  const offsets = new Map<string, { readonly key: number; readonly value: number }>();
  const problems: Problem[] = [];
  const counts = { nodes: 0, aliases: 0 };
  const report = (path: DocumentPath, offset: number, finding: Finding) =>
    problems.push({ file, path: dotted(path), ...place(offset), ...finding });

  function readNode(node: Node | null, path: DocumentPath, keyOffset: number): unknown {
    const offset = node?.range?.[0] ?? keyOffset;
    const id = JSON.stringify(path);
    // Below an alias the positions are those of the alias itself, which is where the reader must look.
    if (!offsets.has(id)) offsets.set(id, { key: keyOffset, value: offset });
    counts.nodes += 1;
    if (counts.nodes > limits.nodes)
      throw new LimitError(offset, {
        expected: `at most ${limits.nodes} values`,
        found: 'more',
        fix: 'shorten the document; aliases count as often as they are used',
      });
    if (path.length > limits.depth) throw new LimitError(offset, tooDeep);
    if (isAlias(node)) return aliased(node.source, node.resolve(document), path, offset);
    if (isMap(node)) return mapping(node.items as readonly MapItem[], path, offset);
    if (isSeq(node)) return node.items.map((item, index) => readNode(item as Node | null, [...path, index], offset));
    return isScalar(node) ? plain(node.value) : null;
  }

  function aliased(name: string, target: Node | undefined, path: DocumentPath, offset: number): unknown {
    counts.aliases += 1;
    if (counts.aliases > limits.aliases) {
      throw new LimitError(offset, {
        expected: `at most ${limits.aliases} aliases`,
        found: 'more',
        fix: 'write the values out',
      });
    }
    if (target === undefined) {
      report(path, offset, {
        expected: `an anchor ${quoted(`&${name}`)} above`,
        found: 'none',
        fix: 'write the value out',
      });
      return null;
    }
    return readNode(target, path, offset);
  }

  function mapping(items: readonly MapItem[], path: DocumentPath, offset: number): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    const seen = new Map<string, number>();
    for (const item of items) {
      const keyOffset = item.key?.range?.[0] ?? offset;
      const key = isScalar(item.key) ? plain(item.key.value) : undefined;
      if (!isName(key)) {
        report(path, keyOffset, {
          expected: 'a plain text as key',
          found: 'something else',
          fix: 'write a name before the colon',
        });
        continue;
      }
      const name = String(key);
      const first = seen.get(name);
      if (name === '__proto__') {
        report([...path, name], keyOffset, { expected: 'a known key', found: '`__proto__`', fix: 'remove it' });
      } else if (first !== undefined) {
        report([...path, name], keyOffset, {
          expected: 'each key once',
          found: `${quoted(name)} again (first on line ${place(first).line})`,
          fix: 'keep one of them',
        });
      } else {
        seen.set(name, keyOffset);
        result[name] = readNode(item.value, [...path, name], keyOffset);
      }
    }
    return result;
  }

  let value: unknown;
  try {
    value = readNode(document.contents, [], 0);
  } catch (error) {
    if (!(error instanceof LimitError)) throw error;
    return unreadable({ file, path: '', ...place(error.offset), ...error.finding });
  }
  return {
    value,
    problems: [...syntax, ...problems],
    brokenFrom: Math.min(Number.POSITIVE_INFINITY, ...syntax.map((problem) => problem.line)),
    positionOf(path, part) {
      for (let length = path.length; length >= 0; length -= 1) {
        const offset = offsets.get(JSON.stringify(path.slice(0, length)));
        // Of an enclosing mapping the key is shown: its value may begin lines below.
        if (offset !== undefined) return place(length === path.length && part === 'value' ? offset.value : offset.key);
      }
      return { line: 1, column: 1 };
    },
  };
}

/** The parser stumbles on after an error; what it then says of the same line is noise. */
function onePerLine(problems: readonly Problem[]): readonly Problem[] {
  return problems.filter((problem, index) => problems.findIndex(({ line }) => line === problem.line) === index);
}

interface MapItem {
  readonly key: Node | null;
  readonly value: Node | null;
}

class LimitError extends Error {
  readonly offset: number;
  readonly finding: Finding;

  constructor(offset: number, finding: Finding) {
    super(finding.expected);
    this.offset = offset;
    this.finding = finding;
  }
}

/** Explicit tags can make dates, bytes or big integers; their text is what a strict schema then refuses. */
function plain(value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return String(value);
}

function isName(key: unknown): key is string | number | boolean | null {
  return key !== undefined;
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
