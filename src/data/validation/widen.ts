import type { Check } from '../check.ts';
import { type Column, quoted } from '../column.ts';
import type { Dataset } from '../dataset.ts';
import { type CheckedColumn, wrongType } from './column-checks.ts';
import type { ColumnSchema } from './column-schema.ts';
import { numberValue, textValue, timeValue } from './column-value.ts';
import { timeOfSeconds } from './time-text.ts';

/** The new value of a rule that the data fit: `remove` takes the rule out. Null: no value of the rule does. */
export type Widened = { readonly kind: 'set'; readonly value: unknown } | { readonly kind: 'remove' } | null;

/** The narrowest value of a column's rule that the data keep. */
export async function widenedRule(options: {
  readonly dataset: Dataset;
  readonly column: Column;
  readonly schema: ColumnSchema;
  readonly rule: string;
}): Promise<Widened> {
  const { dataset, column, schema, rule } = options;
  const name = quoted(column.name);
  const one = async (sql: string): Promise<unknown> => (await dataset.query(`SELECT ${sql} AS v FROM data`))[0]?.['v'];
  const number = async (sql: string): Promise<Widened> => {
    const value = await one(sql);
    return typeof value === 'number' && Number.isFinite(value) ? { kind: 'set', value } : null;
  };
  switch (rule) {
    case 'nullable':
      return { kind: 'set', value: true };
    case 'unique':
    case 'finite':
      return { kind: 'remove' };
    case 'max-null-share': {
      const nulls = Number(await one(`count(CASE WHEN ${name} IS NULL THEN 1 END)`));
      return { kind: 'set', value: Math.min(1, Math.ceil((nulls / dataset.rows) * 1000) / 1000) };
    }
    case 'min':
    case 'max': {
      const isTime = schema.type === 'timestamp';
      const bounded = isTime ? timeValue(column) : numberValue(column);
      // NaN keeps no bound, and is the largest of all to DuckDB.
      const found = await number(
        `CASE WHEN coalesce(isnan(max(${bounded})), false) THEN NULL ELSE ${rule}(${bounded}) END`,
      );
      return isTime && found?.kind === 'set' ? { kind: 'set', value: timeOfSeconds(Number(found.value)) } : found;
    }
    case 'min-length':
    case 'max-length':
      return number(`${rule.slice(0, 3)}(length(${textValue(column)}))`);
    case 'type':
      return widenedType(options);
    case 'one-of':
      return widenedSet(options);
    case 'none-of':
      return narrowedSet(options);
    case 'distinct': {
      const count = Number(await one(`count(DISTINCT ${name})`));
      const { min, max } = schema.distinct ?? {};
      const ends = {
        ...(min !== undefined && { min: Math.min(min, count) }),
        ...(max !== undefined && { max: Math.max(max, count) }),
      };
      return { kind: 'set', value: ends };
    }
    default:
      // A pattern, a distribution, a key, an age: what they should be is for a person to say.
      return null;
  }
}

async function widenedType({
  dataset,
  column,
  schema,
}: {
  readonly dataset: Dataset;
  readonly column: Column;
  readonly schema: ColumnSchema;
}): Promise<Widened> {
  const isTextFormat = dataset.files[0]?.format === 'csv';
  const types = ['boolean', 'integer', 'number', 'timestamp'] as const;
  const counts = types.map((type, at) => {
    const checked: CheckedColumn = { column, schema: { ...schema, type }, isTextFormat, now: 0 };
    return `count(CASE WHEN ${quoted(column.name)} IS NOT NULL AND ${wrongType(checked)} THEN 1 END) AS t${at}`;
  });
  const [found] = await dataset.query(`SELECT ${counts.join(', ')} FROM data`);
  // Of 0 and 1 only, numbers stay numbers: that they also read as booleans is chance.
  const isNumeric = schema.type === 'integer' || schema.type === 'number';
  const fits = types.filter((type, at) => found?.[`t${at}`] === 0 && !(isNumeric && type === 'boolean'));
  return { kind: 'set', value: fits[0] ?? 'text' };
}

type Values = NonNullable<ColumnSchema['one-of']>;

async function widenedSet(options: {
  readonly dataset: Dataset;
  readonly column: Column;
  readonly schema: ColumnSchema;
}): Promise<Widened> {
  const { dataset, column, schema } = options;
  const old: Values = schema['one-of'] ?? [];
  const texts = await differentTexts(dataset, column, 2001);
  const known = new Set(old.map(String));
  const isNumeric = old.every((value) => typeof value === 'number');
  const numbers = new Set(old.filter((value) => typeof value === 'number'));
  const more = texts.filter((text) => !known.has(text) && !(text.trim() !== '' && numbers.has(Number(text))));
  if (old.length + more.length > 1000) return null;
  const added = more.map((text) =>
    isNumeric && text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text,
  );
  return { kind: 'set', value: [...old, ...added] };
}

async function narrowedSet(options: {
  readonly dataset: Dataset;
  readonly column: Column;
  readonly schema: ColumnSchema;
}): Promise<Widened> {
  const { dataset, column, schema } = options;
  const refused: Values = schema['none-of'] ?? [];
  const found = await dataset.query(
    `SELECT ${refused.map((value, at) => `count(CASE WHEN ${textValue(column)} = '${String(value).replaceAll("'", "''")}'${typeof value === 'number' ? ` OR ${numberValue(column)} = ${value}::DOUBLE` : ''} THEN 1 END) AS v${at}`).join(', ')} FROM data`,
  );
  const left = refused.filter((_, at) => found[0]?.[`v${at}`] === 0);
  return left.length === 0 ? { kind: 'remove' } : { kind: 'set', value: left };
}

async function differentTexts(dataset: Dataset, column: Column, most: number): Promise<readonly string[]> {
  const text = textValue(column);
  const rows = await dataset.query(
    `SELECT DISTINCT ${text} AS v FROM data WHERE ${quoted(column.name)} IS NOT NULL ORDER BY 1 LIMIT ${most}`,
  );
  return rows.map((row) => String(row['v']));
}

/** Whether --accept can change a rule without a person who says to what. */
export function isAcceptable(check: Pick<Check, 'rule'>): boolean {
  return ['required', 'other-columns', 'rows.min', 'rows.max', ...widenable].includes(check.rule);
}

const widenable = [
  'nullable',
  'unique',
  'finite',
  'max-null-share',
  'min',
  'max',
  'min-length',
  'max-length',
  'type',
  'one-of',
  'none-of',
  'distinct',
];
