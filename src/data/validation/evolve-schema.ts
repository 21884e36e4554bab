import { type Document, isMap, isSeq, parseDocument } from 'yaml';
import type { Column } from '../column.ts';
import type { Dataset } from '../dataset.ts';
import { columnPair } from '../infer-schema.ts';
import type { ColumnProfile } from '../profile-document.ts';
import type { SchemaDocument } from '../schema.ts';
import type { SchemaProblem } from '../validation-report.ts';
import { isAcceptable, widenedRule } from './widen.ts';

/** One change of a schema: `siskin validate --update` and `--accept` say each. */
export interface SchemaChange {
  /** `COLUMN.CHECK`, or the name of a new column. */
  readonly what: string;
  readonly before: string;
  readonly after: string;
}

/** A schema after its changes, and what a person has to change. */
export interface EvolvedSchema {
  readonly text: string;
  readonly changes: readonly SchemaChange[];
  /** `COLUMN.CHECK` of broken rules that have no value which the data fit. */
  readonly left: readonly string[];
}

/**
 * Changes a schema as little as the data ask for: broken rules get the narrowest value that holds, columns without an
 * entry get one. Comments, order and spacing of the file stay.
 */
export async function evolveSchema(options: {
  readonly text: string;
  readonly document: SchemaDocument;
  readonly dataset: Dataset;
  /** The broken rules to change. */
  readonly broken: readonly Pick<SchemaProblem, 'column' | 'check'>[];
  /** Profiles of the columns to add. */
  readonly added: readonly ColumnProfile[];
  /** The columns with the types that their values suggest. */
  readonly columns: readonly Column[];
}): Promise<EvolvedSchema> {
  const { text, broken, added, columns } = options;
  const yaml = parseDocument(text);
  const changes: SchemaChange[] = [];
  const left: string[] = [];
  for (const { column, check } of broken) {
    const what = `${column === '' ? '' : `${column}.`}${check}`;
    if (check === 'other-columns') continue;
    const change = isAcceptable({ rule: check }) ? await changeOf({ ...options, yaml, column, check }) : null;
    if (change === null) left.push(what);
    else changes.push({ what, ...change });
  }
  for (const profile of added) changes.push(addColumn({ yaml, profile, columns }));
  return { text: changes.length === 0 ? text : yaml.toString(style(text)), changes, left };
}

/** How the file is written now; what the yaml package would otherwise change of it. */
function style(text: string) {
  const indent = /^( +)\S/m.exec(text)?.[1]?.length ?? 2;
  const isListIndented = !/^( *)[^\s#-][^\n]*:[ \t]*\n\1- /m.test(text);
  const isPadded = !/\{[^\s}]/.test(text);
  return {
    lineWidth: 0,
    indent: Math.min(8, indent),
    indentSeq: isListIndented,
    flowCollectionPadding: isPadded,
  } as const;
}

async function changeOf(options: {
  readonly yaml: Document;
  readonly document: SchemaDocument;
  readonly dataset: Dataset;
  readonly column: string;
  readonly check: string;
}): Promise<Omit<SchemaChange, 'what'> | null> {
  const { yaml, document, dataset, column: name, check } = options;
  if (check === 'rows.min' || check === 'rows.max') return put(yaml, ['rows', check.slice(5)], dataset.rows);
  if (check === 'required') return put(yaml, ['columns', name, 'required'], false);
  const column = dataset.columns.find((one) => one.name === name);
  const schema = Object.hasOwn(document.schema.columns, name) ? document.schema.columns[name] : undefined;
  if (column === undefined || schema === undefined) return null;
  const widened = await widenedRule({ dataset, column, schema, rule: check });
  if (widened === null) return null;
  const path = ['columns', name, check];
  if (widened.kind === 'set') return put(yaml, path, widened.value);
  const before = shown(yaml, path);
  yaml.deleteIn(path);
  return { before, after: 'no rule' };
}

/** Sets a value; of a list only what is new or gone, so that its form and the comments between its entries stay. */
function put(yaml: Document, path: readonly string[], value: unknown): Omit<SchemaChange, 'what'> {
  const before = shown(yaml, path);
  const old = yaml.getIn(path);
  if (isSeq(old) && Array.isArray(value)) {
    const known: readonly unknown[] = old.toJSON();
    for (let at = known.length - 1; at >= 0; at -= 1) if (!value.includes(known[at])) old.delete(at);
    for (const item of value) if (!known.includes(item)) old.add(yaml.createNode(item));
  } else {
    // `gone:` without anything behind it is an empty mapping too.
    if (yaml.getIn(path.slice(0, -1)) === null) yaml.setIn(path.slice(0, -1), yaml.createNode({}));
    yaml.setIn(path, value);
  }
  return { before, after: shown(yaml, path) };
}

function shown(yaml: Document, path: readonly string[]): string {
  const node: unknown = yaml.getIn(path);
  if (node === undefined) return 'no rule';
  const value: unknown = isSeq(node) || isMap(node) ? node.toJSON() : node;
  return JSON.stringify(value) ?? 'no rule';
}

function addColumn(options: {
  readonly yaml: Document;
  readonly profile: ColumnProfile;
  readonly columns: readonly Column[];
}): SchemaChange {
  const { yaml, profile, columns } = options;
  const mapping = yaml.get('columns');
  if (isMap<unknown, unknown>(mapping)) {
    // A mapping that was written as {} grows into lines.
    if (mapping.items.length === 0) mapping.flow = false;
    mapping.add(columnPair({ document: yaml, profile, columns }));
  }
  return { what: profile.name, before: 'not named', after: shown(yaml, ['columns', profile.name]) };
}
