import { z } from 'zod';
import { Policy } from './policy.ts';

/** The part of JSON Schema that the schemas of documents people write are made of. */
export interface SchemaNode {
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minLength?: number;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly propertyNames?: SchemaNode;
  readonly additionalProperties?: SchemaNode | false;
}

// zod's own type for the result allows every vocabulary; what it makes of Policy uses the keywords above only.
const schema = z.toJSONSchema(Policy, { io: 'input', target: 'draft-7' }) as SchemaNode;

/** The JSON Schema (draft 7, which editors understand) of a policy as people write it. */
export function policyJsonSchema(): SchemaNode {
  return schema;
}

/** The schema of what stands at a path, or null when the root's schema knows no such place. */
export function schemaAt(path: readonly PropertyKey[], root: SchemaNode): SchemaNode | null {
  let node: SchemaNode | undefined = root;
  for (const key of path) {
    if (typeof key === 'number') node = node.items ?? node.anyOf?.find((option) => option.items)?.items;
    else node = propertyOf(node, String(key)) ?? (node.additionalProperties || undefined);
    if (node === undefined) return null;
  }
  return node;
}

function propertyOf(node: SchemaNode, key: string): SchemaNode | undefined {
  return node.properties && Object.hasOwn(node.properties, key) ? node.properties[key] : undefined;
}

/** The keys that may stand in the mapping at a path; empty where any name may. */
export function knownKeys(path: readonly PropertyKey[], root: SchemaNode): readonly string[] {
  const node = schemaAt(path, root);
  if (node?.properties) return Object.keys(node.properties);
  return (node?.propertyNames?.enum ?? []).map(String);
}

/** The mapping in which a key is known, written with `<name>` for a free name, or null. */
export function homeOf(key: string, root: SchemaNode): string | null {
  return search(root, '', key);
}

function search(node: SchemaNode, path: string, key: string): string | null {
  if (path !== '' && node.properties && Object.hasOwn(node.properties, key)) return path;
  const inner = Object.entries(node.properties ?? {});
  if (node.additionalProperties && node.propertyNames?.enum === undefined) {
    inner.push(['<name>', node.additionalProperties]);
  }
  for (const [name, child] of inner) {
    const found = search(child, path === '' ? name : `${path}.${name}`, key);
    if (found !== null) return found;
  }
  return null;
}
