import { type Check, percentText, rowCheck } from '../check.ts';
import { type Column, literal, quoted } from '../column.ts';
import type { ColumnSchema } from './column-schema.ts';
import { numberValue, textValue, timeValue } from './column-value.ts';
import { durationSeconds } from './duration.ts';
import { secondsOfTime } from './time-text.ts';

/** A column of the data, its rules and where it stands. */
export interface CheckedColumn {
  readonly column: Column;
  readonly schema: ColumnSchema;
  /** In CSV every cell is text, so that text is never a wrong type. */
  readonly isTextFormat: boolean;
  /** Seconds since 1970. */
  readonly now: number;
}

/** The rules about single values. Missing values break only `nullable`; one of the wrong type breaks `type` and no bound. */
export function valueChecks(checked: CheckedColumn): readonly Check[] {
  const { column, schema, now } = checked;
  const name = quoted(column.name);
  const text = textValue(column);
  const number = numberValue(column);
  const checks: Check[] = [];
  const add = (rule: keyof ColumnSchema, anomaly: Check['anomaly'], expected: string, broken: string) =>
    checks.push(
      rowCheck({
        ...placed(checked, rule),
        anomaly,
        expected,
        broken,
        value: text,
        columns: [column.name],
        toleratedShare: schema['tolerated-share'],
      }),
    );
  if (!schema.nullable) add('nullable', 'missing-values', 'a value in every row', `${name} IS NULL`);
  if (schema.type !== undefined) {
    const wrong = wrongType(checked);
    add(
      'type',
      'wrong-type',
      `values of type ${schema.type}`,
      wrong === 'false' ? wrong : `${name} IS NOT NULL AND ${wrong}`,
    );
  }
  for (const [rule, sign, word] of bounds) {
    const bound = schema[rule];
    if (bound === undefined) continue;
    const limit = typeof bound === 'number' ? bound : secondsOfTime(bound);
    const value = typeof bound === 'number' && schema.type !== 'timestamp' ? number : timeValue(column);
    // To DuckDB NaN is the largest number; it keeps no bound at all.
    const broken = `${value} ${sign} ${limit}::DOUBLE OR isnan(${value})`;
    add(rule, 'out-of-range', `${word} ${bound}`, `coalesce(${broken}, false)`);
  }
  if (schema.finite) add('finite', 'out-of-range', 'finite numbers', `coalesce(NOT isfinite(${number}), false)`);
  if (schema['max-ahead'] !== undefined) {
    const latest = now + durationSeconds(schema['max-ahead']);
    const expected = `no time more than ${schema['max-ahead']} ahead of the check`;
    add('max-ahead', 'stale', expected, `coalesce(${timeValue(column)} > ${latest}::DOUBLE, false)`);
  }
  for (const [rule, sign, word] of lengths) {
    const bound = schema[rule];
    if (bound === undefined) continue;
    add(rule, 'wrong-form', `${word} ${bound} characters`, `coalesce(length(${text}) ${sign} ${bound}, false)`);
  }
  if (schema.pattern !== undefined) {
    const broken = `${name} IS NOT NULL AND NOT regexp_full_match(${text}, ${literal(schema.pattern)})`;
    add('pattern', 'wrong-form', `text that matches ${schema.pattern}`, broken);
  }
  const allowed = schema['one-of'];
  if (allowed !== undefined) {
    add(
      'one-of',
      'new-category',
      `one of ${listed(allowed)}`,
      `${name} IS NOT NULL AND NOT (${among(column, allowed)})`,
    );
  }
  const refused = schema['none-of'];
  if (refused !== undefined) {
    add('none-of', 'out-of-range', `none of ${listed(refused)}`, `${name} IS NOT NULL AND (${among(column, refused)})`);
  }
  return checks;
}

/** The rules about how many rows have a value, or the same one. */
export function countChecks(checked: CheckedColumn): readonly Check[] {
  const { column, schema } = checked;
  const name = quoted(column.name);
  const checks: Check[] = [];
  const most = schema['max-null-share'];
  if (most !== undefined) {
    checks.push({
      ...placed(checked, 'max-null-share'),
      anomaly: 'missing-values',
      expected: `at most ${percentText(most)} missing values`,
      aggregates: [`count(CASE WHEN ${name} IS NULL THEN 1 END)`],
      judge([count], rows) {
        const nulls = Number(count ?? 0);
        if (nulls <= most * rows) return null;
        return { found: `${percentText(nulls / rows)} missing, ${nulls} of ${rows} rows`, rows: nulls };
      },
      failing: { kind: 'rows', broken: `${name} IS NULL`, value: 'NULL', columns: [column.name] },
    });
  }
  if (schema.unique) {
    checks.push({
      ...placed(checked, 'unique'),
      anomaly: 'duplicates',
      expected: 'every value once',
      aggregates: [`count(${name})`, `count(DISTINCT ${name})`],
      judge: ([all, distinct], rows) => surplus(Number(all ?? 0) - Number(distinct ?? 0), rows),
      failing: { kind: 'duplicates', columns: [column.name] },
    });
  }
  const range = schema.distinct;
  if (range !== undefined) {
    checks.push({
      ...placed(checked, 'distinct'),
      anomaly: 'distribution',
      expected: `${rangeText(range)} different values`,
      aggregates: [`count(DISTINCT ${name})`],
      judge: ([distinct]) => (isWithin(Number(distinct ?? 0), range) ? null : { found: `${distinct}`, rows: null }),
      failing: null,
    });
  }
  return checks;
}

/** What is said of rows beyond the first of equal ones; null without any. */
export function surplus(count: number, rows: number): { readonly found: string; readonly rows: number } | null {
  return count === 0 ? null : { found: `${count} of ${rows} rows repeat an earlier one`, rows: count };
}

/** Where a rule of a column stands, and whether it only warns. */
export function placed(checked: Pick<CheckedColumn, 'column' | 'schema'>, rule: keyof ColumnSchema) {
  const { column, schema } = checked;
  return {
    column: column.name,
    rule,
    path: ['columns', column.name, rule],
    isWarning: schema.warn.some((name) => name === rule),
  };
}

/** `at least 3`, `at most 5` or `3 to 5`. */
export function rangeText({
  min,
  max,
}: {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}): string {
  if (min === undefined) return `at most ${max}`;
  return max === undefined ? `at least ${min}` : `${min} to ${max}`;
}

/** Whether a number lies in a range, its ends included. */
export function isWithin(
  value: number,
  { min, max }: { readonly min?: number | undefined; readonly max?: number | undefined },
): boolean {
  return (min === undefined || value >= min) && (max === undefined || value <= max);
}

const bounds = [
  ['min', '<', 'at least'],
  ['max', '>', 'at most'],
  ['above', '<=', 'more than'],
  ['below', '>=', 'less than'],
] as const;

const lengths = [
  ['min-length', '<', 'at least'],
  ['max-length', '>', 'at most'],
] as const;

type Values = NonNullable<ColumnSchema['one-of']>;

function listed(values: Values): string {
  return `${values.slice(0, 20).join(', ')}${values.length > 20 ? ', …' : ''}`.slice(0, 400);
}

/** A number matches however it is written. */
function among(column: Column, values: Values): string {
  const texts = `${textValue(column)} IN (${values.map((value) => literal(String(value))).join(', ')})`;
  const numbers = values.filter((value) => typeof value === 'number');
  if (numbers.length === 0) return texts;
  return `${texts} OR coalesce(${numberValue(column)} IN (${numbers.map((value) => `${value}::DOUBLE`).join(', ')}), false)`;
}

/** SQL that is true for a value that is not of the type that the schema declares. */
export function wrongType({ column, schema, isTextFormat }: CheckedColumn): string {
  const isText = column.kind === 'string';
  const unreadable = (type: string) => `TRY_CAST(${quoted(column.name)} AS ${type}) IS NULL`;
  switch (schema.type) {
    case 'number':
      return isText ? unreadable('DOUBLE') : String(column.kind !== 'number');
    case 'integer': {
      const number = numberValue(column);
      if (isText) return `(${unreadable('DOUBLE')} OR coalesce(${number} % 1 != 0, true))`;
      if (column.kind === 'number' && /INT/.test(column.type)) return 'false';
      return column.kind === 'number' ? `coalesce(${number} % 1 != 0, true)` : 'true';
    }
    case 'boolean':
      return isText ? unreadable('BOOLEAN') : String(column.kind !== 'boolean');
    case 'timestamp':
      return isText ? unreadable('TIMESTAMP') : String(column.kind !== 'timestamp');
    default:
      return String(!isText && !isTextFormat);
  }
}
