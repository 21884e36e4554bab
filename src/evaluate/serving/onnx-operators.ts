import { fieldsOf, ProtobufError } from '../runtime/protobuf.ts';
import type { Operators } from './serving-report.ts';

const deepestGraph = 64;
const defaultDomains = ['', 'ai.onnx'];

/**
 * The operators of an ONNX model at any depth, by the field numbers of onnx.proto3, and the operator sets that it asks for.
 * Null when the bytes are not an ONNX model.
 */
export function onnxOperators(model: Uint8Array): Operators | null {
  const counts = new Map<string, number>();
  const opsets: { domain: string; version: number }[] = [];
  try {
    for (const { number, bytes } of fieldsOf(model)) {
      if (bytes === null) continue;
      if (number === 7) countGraph(bytes, { counts, depth: 0 });
      if (number === 8) opsets.push(opsetOf(bytes));
      if (number === 25) countNodes(bytes, { counts, depth: 0, nodeField: 7 });
    }
  } catch (error) {
    if (error instanceof ProtobufError) return null;
    throw error;
  }
  return operatorsOf(counts, opsets);
}

/** Operators by how often they occur, the most frequent first. */
export function operatorsOf(counts: ReadonlyMap<string, number>, opsets: Operators['opsets'] = []): Operators {
  const kinds = [...counts]
    .map(([name, count]) => ({ name: name.slice(0, 200), count }))
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
  const total = kinds.reduce((sum, { count }) => sum + count, 0);
  return { total, kinds: kinds.slice(0, 500), opsets: opsets.slice(0, 50) };
}

interface Counting {
  readonly counts: Map<string, number>;
  readonly depth: number;
}

function countGraph(graph: Uint8Array, counting: Counting): void {
  countNodes(graph, { ...counting, nodeField: 1 });
}

function countNodes(message: Uint8Array, { nodeField, ...counting }: Counting & { readonly nodeField: number }): void {
  if (counting.depth > deepestGraph) throw new ProtobufError(`graphs more than ${deepestGraph} deep`);
  for (const { number, bytes } of fieldsOf(message))
    if (number === nodeField && bytes !== null) countNode(bytes, counting);
}

function countNode(node: Uint8Array, { counts, depth }: Counting): void {
  let operator = '';
  let domain = '';
  for (const { number, bytes } of fieldsOf(node)) {
    if (bytes === null) continue;
    if (number === 4) operator = text(bytes);
    if (number === 7) domain = text(bytes);
    if (number !== 5) continue;
    for (const field of fieldsOf(bytes)) {
      const isGraph = field.number === 6 || field.number === 11;
      if (isGraph && field.bytes !== null) countGraph(field.bytes, { counts, depth: depth + 1 });
    }
  }
  const name = defaultDomains.includes(domain) ? operator : `${domain}:${operator}`;
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function opsetOf(message: Uint8Array): { readonly domain: string; readonly version: number } {
  let domain = '';
  let version = 0;
  for (const { number, bytes, integer } of fieldsOf(message)) {
    if (number === 1 && bytes !== null) domain = text(bytes);
    if (number === 2 && bytes === null) version = integer;
  }
  return { domain: domain === '' ? 'ai.onnx' : domain.slice(0, 200), version };
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
