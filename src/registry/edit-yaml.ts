import { isDeepStrictEqual } from 'node:util';
import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { endOfContent, endOfLine, lineBreak, startOfLine } from './text-lines.ts';
import { blockLines, flowText, scalarText, type YamlStyle, yamlStyle } from './yaml-text.ts';

type Path = readonly (string | number)[];

/** A replacement of a part of a text. */
interface Splice {
  readonly from: number;
  readonly to: number;
  readonly by: string;
}

/** The text, its nodes, and how it is written. */
interface Source {
  readonly text: string;
  readonly document: Document.Parsed;
  readonly style: YamlStyle;
}

/**
 * Changes a YAML text (without anchors, aliases and tags) so that it reads as `value`, by as few replacements as lead
 * there: what does not change keeps its bytes with its comments, order, quotes and spaces. Each replacement is read
 * again; where the text is written in a way that a small one does not fit, what encloses it is written anew.
 */
export function editYaml(text: string, value: Readonly<Record<string, unknown>>): string {
  // What JSON cannot say, YAML need not say either.
  const wanted: Readonly<Record<string, unknown>> = JSON.parse(JSON.stringify(value));
  let current = text;
  // Each round makes one place of the document right, for good.
  for (;;) {
    const source = sourceOf(current);
    const read: unknown = source.document.toJS();
    const difference = firstDifference(read, wanted, []);
    if (difference === null) return current;
    const next = nextText(source, { read, value: wanted, difference });
    if (next === null) return blockLines(wanted, source.style).join(lineBreak(text)) + lineBreak(text);
    current = next;
  }
}

function sourceOf(text: string): Source {
  return { text, document: parseDocument(text, { logLevel: 'error' }), style: yamlStyle(text) };
}

interface Wish {
  readonly read: unknown;
  readonly value: Readonly<Record<string, unknown>>;
  readonly difference: Path;
}

/** Tries the difference itself, then what encloses it; null when nothing less than the whole text will do. */
function nextText(source: Source, { read, value, difference }: Wish): string | null {
  for (let length = difference.length; length > 0; length -= 1) {
    const path = difference.slice(0, length);
    const wanted = withValueAt(read, path, valueAt(value, path));
    for (const splices of candidates(source, path, valueAt(value, path))) {
      const text = spliced(source.text, splices);
      if (isReadAs(text, wanted)) return text;
    }
  }
  return null;
}

function isReadAs(text: string, wanted: unknown): boolean {
  const document = parseDocument(text, { logLevel: 'silent' });
  return document.errors.length === 0 && isDeepStrictEqual(document.toJS(), wanted);
}

const absent: unique symbol = Symbol('absent');

/** Of a collection in which more entries change, all is written anew: each change is read twice. */
const mostSingleChanges = 30;

/** Where two values first differ, as deep as one entry of mappings and lists alone can be changed; null when nowhere. */
function firstDifference(old: unknown, wanted: unknown, path: Path): Path | null {
  if (isDeepStrictEqual(old, wanted)) return null;
  if (Array.isArray(old) && Array.isArray(wanted) && old.length > 0 && wanted.length > 0) {
    const both = Math.min(old.length, wanted.length);
    const changed = wanted.filter((item, index) => !isDeepStrictEqual(item, old[index])).length;
    if (changed > mostSingleChanges || old.length - both > mostSingleChanges) return path;
    for (let index = 0; index < both; index += 1) {
      const inner = firstDifference(old[index], wanted[index], [...path, index]);
      if (inner !== null) return inner;
    }
    return [...path, old.length > both ? old.length - 1 : both];
  }
  if (!isRecord(old) || !isRecord(wanted)) return path;
  const [before, after] = [Object.keys(old), Object.keys(wanted)];
  if (before.length === 0 || after.length === 0) return path;
  const keys = [...new Set([...before, ...after])];
  const changed = keys.filter((key) => !isDeepStrictEqual(ownValue(old, key), ownValue(wanted, key))).length;
  if (changed > mostSingleChanges) return path;
  for (const key of keys) {
    const inner = firstDifference(ownValue(old, key), ownValue(wanted, key), [...path, key]);
    if (inner !== null) return inner;
  }
  return path;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function ownValue(record: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : absent;
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inner, key) => {
    if (Array.isArray(inner)) return Number(key) < inner.length ? inner[Number(key)] : absent;
    return isRecord(inner) ? ownValue(inner, String(key)) : absent;
  }, value);
}

/** A copy of a value in which one place is another value, or is gone. */
function withValueAt(value: unknown, path: Path, wanted: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return wanted;
  if (Array.isArray(value)) {
    const inner = withValueAt(value[Number(key)], rest, wanted);
    return inner === absent
      ? value.toSpliced(Number(key), 1)
      : [...value.slice(0, Number(key)), inner, ...value.slice(Number(key) + 1)];
  }
  const record = isRecord(value) ? value : {};
  const inner = withValueAt(record[String(key)], rest, wanted);
  const others = Object.entries(record).filter(([name]) => name !== key);
  return Object.fromEntries(inner === absent ? others : [...others, [String(key), inner]]);
}

/** The ways to bring one place of the document to a value, the gentlest first. */
function* candidates(source: Source, path: Path, wanted: unknown): Generator<readonly Splice[]> {
  const parentPath = path.slice(0, -1);
  // The yaml package gives the document's content for an empty path, and nodes because it is told to keep them.
  const parent = source.document.getIn(parentPath, true);
  const key = path.at(-1);
  if (key === undefined || (!isMap(parent) && !isSeq(parent))) return;
  const node = source.document.getIn(path, true) as Node | undefined;
  const isThere = isMap(parent) ? pairOf(parent, String(key)) !== null : Number(key) < parent.items.length;
  if (wanted === absent) {
    yield* removals(source, parent, key);
  } else if (!isThere) {
    yield* additions(source, parent, { key, wanted });
  } else {
    if (isScalar(node)) yield* scalarChanges(source, node, wanted);
    if (isMap(parent)) yield* rewrites(source, parent, { key: String(key), wanted });
    if (node?.range && (parent.flow || !isBlock(wanted))) {
      yield [{ from: node.range[0], to: node.range[1], by: flowText(wanted, source.style) }];
    }
  }
}

function isBlock(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

function* scalarChanges({ text, style }: Source, node: Node, wanted: unknown): Generator<readonly Splice[]> {
  if (!isScalar(node) || !node.range || isBlock(wanted)) return;
  const [from, to] = node.range;
  const by = isBlock(wanted) ? flowText(wanted, style) : scalarText(wanted, node.type);
  // A text of several lines ends with its last line break; one without any text stands behind its colon.
  if (to > from && text[to - 1] === '\n') yield [{ from, to, by: `${by}${lineBreak(text)}` }];
  yield [{ from, to, by }];
  if (from === to) yield [{ from, to, by: ` ${by}` }];
}

type Collection = YAMLMap | YAMLSeq;

function pairOf(map: YAMLMap, key: string): Pair<Node, Node | null> | null {
  // The composer makes pairs of nodes; a key that a person wrote is a scalar.
  const items = map.items as readonly Pair<Node, Node | null>[];
  return items.find((item) => isScalar(item.key) && String(item.key.value) === key) ?? null;
}

/** Where an entry of a collection begins and ends. */
function extent(item: unknown): { readonly from: number; readonly to: number } | null {
  const pair = item as Partial<Pair<Node, Node | null>>; // checked by the ranges below
  const first = pair?.key ?? (item as Node | null);
  const from = first?.range?.[0];
  const to = endOfContent(item);
  return from === undefined || to === null ? null : { from, to };
}

function* removals(source: Source, parent: Collection, key: string | number): Generator<readonly Splice[]> {
  const { text } = source;
  const index = isMap(parent) ? (parent.items as readonly unknown[]).indexOf(pairOf(parent, String(key))) : Number(key);
  const items = parent.items as readonly unknown[];
  const place = extent(items[index]);
  if (place === null) return;
  if (!parent.flow) {
    yield [{ from: startOfLine(text, place.from), to: endOfLine(text, place.to), by: '' }];
    return;
  }
  const [before, after] = [extent(items[index - 1]), extent(items[index + 1])];
  if (before !== null) yield [{ from: before.to, to: place.to, by: '' }];
  else if (after !== null) yield [{ from: place.from, to: after.from, by: '' }];
}

interface Entry {
  readonly key: string | number;
  readonly wanted: unknown;
}

function* additions(source: Source, parent: Collection, { key, wanted }: Entry): Generator<readonly Splice[]> {
  const { text, style } = source;
  const items = parent.items as readonly unknown[];
  const last = extent(items.at(-1));
  if (last === null) return;
  const entry = isMap(parent) ? { [String(key)]: wanted } : [wanted];
  if (parent.flow) {
    const by = flowText(entry, style).slice(1, -1).trim();
    yield [{ from: last.to, to: last.to, by: `, ${by}` }];
    return;
  }
  const first = extent(items[0]);
  const start = isMap(parent) ? (first?.from ?? 0) : (parent.range?.[0] ?? 0);
  const column = start - startOfLine(text, start);
  const end = endOfLine(text, last.to);
  const newLine = lineBreak(text);
  const lines = blockLines(entry, style).map((line) => `${' '.repeat(column)}${line}`);
  const isCut = end === text.length && !text.endsWith('\n');
  yield [{ from: end, to: end, by: `${isCut ? newLine : ''}${lines.join(newLine)}${newLine}` }];
}

/** Writes the value of an entry of a block anew; a comment behind its key stays there. */
function* rewrites(
  source: Source,
  parent: YAMLMap,
  { key, wanted }: { readonly key: string; readonly wanted: unknown },
): Generator<readonly Splice[]> {
  const { text, style } = source;
  const pair = pairOf(parent, key);
  const place = extent(pair);
  const keyEnd = pair?.key.range?.[1];
  if (parent.flow || pair === null || place === null || keyEnd === undefined) return;
  const column = place.from - startOfLine(text, place.from);
  const newLine = lineBreak(text);
  const lines = blockLines({ [key]: wanted }, style).map((line) => `${' '.repeat(column)}${line}`);
  const [head = '', ...body] = lines;
  const keyText = text.slice(place.from, keyEnd);
  const rest = head.slice(head.indexOf(':') + 1);
  const colon = text.indexOf(':', keyEnd) + 1;
  const value = pair.value?.range;
  const inLine = value ? text.slice(value[0], place.to).includes('\n') : true;
  if (body.length > 0 && value && !inLine && value[0] > colon) {
    const end = endOfLine(text, place.to);
    const isCut = end === text.length && !text.endsWith('\n');
    yield [
      { from: colon, to: place.to, by: rest },
      { from: end, to: end, by: `${isCut ? newLine : ''}${body.join(newLine)}${newLine}` },
    ];
  }
  const tail = text[place.to - 1] === '\n' ? newLine : '';
  yield [{ from: place.from, to: place.to, by: [`${keyText}:${rest}`, ...body].join(newLine) + tail }];
}

function spliced(text: string, splices: readonly Splice[]): string {
  return [...splices]
    .sort((a, b) => b.from - a.from)
    .reduce((current, { from, to, by }) => current.slice(0, from) + by + current.slice(to), text);
}
