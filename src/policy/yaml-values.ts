import { type Document, isAlias, isMap, isScalar, isSeq, type Node } from 'yaml';
import type { Problem } from '../error.ts';
import { quoted } from './quoted.ts';

/** Keys and indexes from the root of a document to one of its values. */
export type DocumentPath = readonly (string | number)[];

/** What is wrong at a place of a document, before the place is turned into line and column. */
export interface Mistake extends Pick<Problem, 'expected' | 'found' | 'fix'> {
  readonly path: DocumentPath;
  readonly offset: number;
}

/** The plain values of a document, and where each stands. */
export interface YamlValues {
  readonly value: unknown;
  readonly mistakes: readonly Mistake[];
  /** Where key and value of a path begin, by the path as JSON. */
  readonly offsets: ReadonlyMap<string, { readonly key: number; readonly value: number }>;
}

const limits = { aliases: 100, depth: 50 } as const;

/** Said of nesting that exhausts the reader, wherever it is noticed. */
export const tooDeep = {
  expected: `at most ${limits.depth} levels of nesting`,
  found: 'more',
  fix: 'flatten the document',
} as const;

/**
 * Turns the nodes of a document into mappings, lists, strings, numbers, booleans and null, within limits of size, depth
 * and use of aliases; beyond them the value is undefined and the limit is the one mistake.
 */
export function readYamlValues(document: Document.Parsed, mostNodes: number): YamlValues {
  const reading: Reading = { document, mostNodes, offsets: new Map(), mistakes: [], nodes: 0, aliases: 0 };
  try {
    const value = readNode(reading, { node: document.contents, path: [], offset: 0 });
    return { value, mistakes: reading.mistakes, offsets: reading.offsets };
  } catch (error) {
    if (!(error instanceof LimitError)) throw error;
    return { value: undefined, mistakes: [error.mistake], offsets: reading.offsets };
  }
}

interface Reading {
  readonly document: Document.Parsed;
  readonly mostNodes: number;
  readonly offsets: Map<string, { readonly key: number; readonly value: number }>;
  readonly mistakes: Mistake[];
  nodes: number;
  aliases: number;
}

/** A node, and where its key begins (or, without a key, what holds it). */
interface Place {
  readonly node: Node | null;
  readonly path: DocumentPath;
  readonly offset: number;
}

class LimitError extends Error {
  readonly mistake: Mistake;

  constructor(mistake: Mistake) {
    super(mistake.expected);
    this.mistake = mistake;
  }
}

function readNode(reading: Reading, { node, path, offset: keyOffset }: Place): unknown {
  const offset = node?.range?.[0] ?? keyOffset;
  const id = JSON.stringify(path);
  // An alias is shown where it stands, what is in it where its anchor stands.
  if (!reading.offsets.has(id)) reading.offsets.set(id, { key: keyOffset, value: offset });
  reading.nodes += 1;
  if (path.length > limits.depth) throw new LimitError({ path: [], offset, ...tooDeep });
  if (reading.nodes > reading.mostNodes) {
    const fix = 'shorten the document; what an alias stands for counts each time';
    throw new LimitError({ path: [], offset, expected: `at most ${reading.mostNodes} values`, found: 'more', fix });
  }
  if (isAlias(node)) {
    return readAlias(reading, { name: node.source, node: node.resolve(reading.document) ?? null, path, offset });
  }
  // The parser makes no other items than these.
  if (isMap(node)) return readMapping(reading, { items: node.items as readonly Item[], path, offset });
  if (isSeq(node)) {
    return node.items.map((item, index) => readNode(reading, { node: item as Node, path: [...path, index], offset }));
  }
  return isScalar(node) ? plain(node.value) : null;
}

function readAlias(reading: Reading, { name, node, path, offset }: Place & { readonly name: string }): unknown {
  reading.aliases += 1;
  if (reading.aliases > limits.aliases) {
    const expected = `at most ${limits.aliases} aliases`;
    throw new LimitError({ path: [], offset, expected, found: 'more', fix: 'write the values out' });
  }
  if (node !== null) return readNode(reading, { node, path, offset });
  const expected = `an anchor ${quoted(`&${name}`)} above`;
  reading.mistakes.push({ path, offset, expected, found: 'none', fix: 'write the value out' });
  return null;
}

interface Item {
  readonly key: Node | null;
  readonly value: Node | null;
}

function readMapping(
  reading: Reading,
  {
    items,
    path,
    offset: start,
  }: { readonly items: readonly Item[]; readonly path: DocumentPath; readonly offset: number },
): Readonly<Record<string, unknown>> {
  const result: Record<string, unknown> = {};
  for (const { key, value } of items) {
    const offset = key?.range?.[0] ?? start;
    if (!isScalar(key)) {
      const fix = 'write a name before the colon';
      reading.mistakes.push({ path, offset, expected: 'a plain text as key', found: 'something else', fix });
      continue;
    }
    const name = String(plain(key.value));
    const inner = [...path, name];
    if (name === '__proto__') {
      reading.mistakes.push({ path: inner, offset, expected: 'a known key', found: quoted(name), fix: 'remove it' });
    } else if (Object.hasOwn(result, name)) {
      const fix = 'keep one of them';
      reading.mistakes.push({ path: inner, offset, expected: 'each key once', found: `${quoted(name)} again`, fix });
    } else {
      result[name] = readNode(reading, { node: value, path: inner, offset });
    }
  }
  return result;
}

/** Explicit tags can make dates, bytes or big integers; their text is what a strict schema then refuses. */
function plain(value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return String(value);
}
