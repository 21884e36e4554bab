import { metricDefinitions, metricNames } from '../src/evaluate/metric-name.ts';
import type { SchemaNode } from '../src/policy/json-schema.ts';
import { table } from './markdown-table.ts';

/** The reference of the policy for people: one table for each mapping, and one of the metrics. */
export function policyTables(schema: SchemaNode): string {
  const metrics = metricNames.map((name) => {
    const { title, better, tasks } = metricDefinitions[name];
    return [`\`${name}\``, title, `${better} is better`, tasks.join(', ')];
  });
  return [mappingTables(schema), `#### Metrics\n\n${table(['name', 'metric', 'direction', 'tasks'], metrics)}`].join(
    '\n\n',
  );
}

/** One table of keys for each mapping of a schema. */
export function mappingTables(schema: SchemaNode): string {
  const sections = mappings('', schema).map(({ path, node }) => {
    const title = path === '' ? '#### Top level' : `#### \`${path}\``;
    const rows = Object.entries(node.properties ?? {}).map(([key, member]) => [
      `\`${key}\`${node.required?.includes(key) ? ' (required)' : ''}`,
      kindOf(member),
      defaultOf(member),
      member.description ?? '',
    ]);
    return `${title}\n\n${table(['key', 'value', 'default', 'meaning'], rows)}`;
  });
  return sections.join('\n\n');
}

interface Mapping {
  readonly path: string;
  readonly node: SchemaNode;
}

function mappings(path: string, node: SchemaNode): readonly Mapping[] {
  const own = node.properties === undefined ? [] : [{ path, node }];
  const inner = Object.entries(node.properties ?? {}).map(([key, member]) => [join(path, key), member] as const);
  if (node.additionalProperties) {
    inner.push([join(path, path.endsWith('metrics') ? '<metric>' : '<name>'), node.additionalProperties]);
  }
  if (node.items !== undefined) inner.push([`${path}[]`, node.items]);
  return [...own, ...inner.flatMap(([place, member]) => mappings(place, member))];
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function kindOf(node: SchemaNode): string {
  if (node.anyOf !== undefined) return [...new Set(node.anyOf.map(kindOf))].join(' or ');
  if (node.const !== undefined) return `\`${String(node.const)}\``;
  if (node.enum !== undefined) return node.enum.map((option) => `\`${String(option)}\``).join(', ');
  if (node.items?.properties !== undefined) return 'list of mappings';
  if (node.items !== undefined) return `list of ${itemsOf(node.items)}`;
  if (node.type === 'object') return 'mapping';
  const name = Array.isArray(node.type) ? node.type.join(', ') : String(node.type);
  return `${name === 'string' ? 'text' : name}${range(node)}`;
}

function itemsOf(items: SchemaNode): string {
  if (items.enum !== undefined) return kindOf(items);
  if (items.anyOf !== undefined) return 'values';
  return items.type === 'number' || items.type === 'integer' ? `numbers${range(items)}` : 'texts';
}

function range(node: SchemaNode): string {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = node;
  const parts = [
    ...(minimum === undefined ? [] : [`≥ ${minimum}`]),
    ...(exclusiveMinimum === undefined ? [] : [`> ${exclusiveMinimum}`]),
    // 2^53 − 1 is the schema's word for "any whole number".
    ...(maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? [] : [`≤ ${maximum}`]),
    ...(exclusiveMaximum === undefined ? [] : [`< ${exclusiveMaximum}`]),
  ];
  return parts.length === 0 ? '' : ` ${parts.join(', ')}`;
}

function defaultOf(node: SchemaNode): string {
  if (node.default === undefined || node.type === 'object') return '';
  const values = Array.isArray(node.default) ? node.default : [node.default];
  return values.length === 0 ? 'none' : values.map((value) => `\`${String(value)}\``).join(', ');
}
