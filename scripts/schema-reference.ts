import { z } from 'zod';
import { DataSchema } from '../src/data/schema.ts';
import { functionReference } from '../src/data/validation/expression-functions.ts';
import type { SchemaNode } from '../src/policy/json-schema.ts';
import { table } from './markdown-table.ts';
import { mappingTables } from './policy-reference.ts';

/** The reference of the schema of data for people: one table for each mapping. */
export function schemaTables(): string {
  // zod's own type for the result allows every vocabulary; what it makes of DataSchema uses these keywords only.
  return mappingTables(z.toJSONSchema(DataSchema, { io: 'input', target: 'draft-7' }) as SchemaNode);
}

/** The functions of the language of expressions. */
export function expressionTable(): string {
  const rows = functionReference().map(([call, result, meaning]) => [`\`${call}\``, result, meaning]);
  return table(['function', 'gives', 'meaning'], rows);
}
