import { type Column, literal, quoted } from './column.ts';
import type { ColumnSchema } from './schema.ts';

/** One rule about the rows of one column, as SQL that is true for a row that breaks it. */
export interface Check {
  readonly column: string;
  /** The key of the schema that holds the rule. */
  readonly rule: keyof ColumnSchema;
  readonly expected: string;
  readonly broken: string;
  /** For `unique` rows cannot be judged one by one: the SQL of the number of surplus rows instead. */
  readonly surplus?: string;
}

/** The rules of a column as checks. Empty values break only `nullable`; a value of the wrong type only `type`. */
export function columnChecks(options: {
  readonly column: Column;
  readonly schema: ColumnSchema;
  /** In CSV every cell is text, so that text is never a wrong type. */
  readonly isTextFormat: boolean;
}): readonly Check[] {
  const { column, schema } = options;
  const name = quoted(column.name);
  const text = `${name}::VARCHAR`;
  const checks: Check[] = [];
  const add = (rule: Check['rule'], expected: string, broken: string) =>
    checks.push({ column: column.name, rule, expected, broken });
  if (!schema.nullable) add('nullable', 'a value in every row', `${name} IS NULL`);
  const typed = typedValue(options);
  if (schema.type !== undefined)
    add('type', `values of type ${schema.type}`, `${name} IS NOT NULL AND ${typed.isWrong}`);
  for (const [rule, sign, word] of [
    ['min', '<', 'at least'],
    ['max', '>', 'at most'],
  ] as const) {
    const bound = schema[rule];
    if (bound === undefined) continue;
    const limit = typeof bound === 'number' ? `${bound}::DOUBLE` : `${literal(bound)}::TIMESTAMP`;
    const value = typeof bound === 'number' ? `TRY_CAST(${name} AS DOUBLE)` : `TRY_CAST(${name} AS TIMESTAMP)`;
    add(rule, `${word} ${bound}`, `coalesce(${value} ${sign} ${limit}, false)`);
  }
  if (schema.pattern !== undefined) {
    add(
      'pattern',
      `text that matches ${schema.pattern}`,
      `${name} IS NOT NULL AND NOT regexp_full_match(${text}, ${literal(schema.pattern)})`,
    );
  }
  const allowed = schema['one-of'];
  if (allowed !== undefined) {
    const numbers = allowed.filter((value) => typeof value === 'number');
    const among = [
      `${text} IN (${allowed.map((value) => literal(String(value))).join(', ')})`,
      ...(numbers.length > 0 ? [`coalesce(TRY_CAST(${name} AS DOUBLE) IN (${numbers.join(', ')}), false)`] : []),
    ];
    add(
      'one-of',
      `one of ${allowed.slice(0, 20).join(', ')}${allowed.length > 20 ? ', …' : ''}`,
      `${name} IS NOT NULL AND NOT (${among.join(' OR ')})`,
    );
  }
  if (schema.unique) {
    checks.push({
      column: column.name,
      rule: 'unique',
      expected: 'every value once',
      broken: 'false',
      surplus: `count(${name}) - count(DISTINCT ${name})`,
    });
  }
  return checks;
}

function typedValue(options: {
  readonly column: Column;
  readonly schema: ColumnSchema;
  readonly isTextFormat: boolean;
}): {
  readonly isWrong: string;
} {
  const { column, schema, isTextFormat } = options;
  const name = quoted(column.name);
  const isText = column.kind === 'string';
  const unreadable = (type: string) => `TRY_CAST(${name} AS ${type}) IS NULL`;
  switch (schema.type) {
    case 'number':
      return { isWrong: isText ? unreadable('DOUBLE') : String(column.kind !== 'number') };
    case 'integer':
      if (isText) return { isWrong: `(${unreadable('DOUBLE')} OR TRY_CAST(${name} AS DOUBLE) % 1 != 0)` };
      return { isWrong: column.kind === 'number' ? `coalesce(${name}::DOUBLE % 1 != 0, true)` : 'true' };
    case 'boolean':
      return { isWrong: isText ? unreadable('BOOLEAN') : String(column.kind !== 'boolean') };
    case 'timestamp':
      return { isWrong: isText ? unreadable('TIMESTAMP') : String(column.kind !== 'timestamp') };
    default:
      return { isWrong: String(!isText && !isTextFormat) };
  }
}
