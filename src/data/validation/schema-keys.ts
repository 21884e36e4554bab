import { z } from 'zod';
import type { DocumentPath } from '../../policy/yaml-document.ts';

interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | false;
  readonly items?: Node;
}

/** The keys that a schema knows in the mapping at a path; none where any name may stand. */
export function knownSchemaKeys(schema: z.ZodType, at: DocumentPath): readonly string[] {
  // zod's type for the result allows every vocabulary; these keywords are the ones that it writes for mappings and lists.
  let node: Node | undefined = z.toJSONSchema(schema, { io: 'input' }) as Node;
  for (const key of at) {
    const own: Node | undefined =
      typeof key === 'string' && node.properties && Object.hasOwn(node.properties, key)
        ? node.properties[key]
        : undefined;
    node = own ?? (typeof key === 'number' ? node.items : node.additionalProperties || undefined);
    if (node === undefined) return [];
  }
  return Object.keys(node.properties ?? {});
}
