import { asNumber, type Column, quoted } from '../column.ts';
import type { ColumnSchema } from './column-schema.ts';

/** What a value is in a rule. A time is its seconds since 1970 (UTC). */
export type ValueType = 'number' | 'text' | 'boolean' | 'time';

/** The SQL of a value; null where there is none or where it does not read as the type. */
export interface TypedValue {
  readonly type: ValueType;
  readonly sql: string;
}

/** A column as the schema's type says, else as what it holds. */
export function columnValue(column: Column, declared: ColumnSchema['type']): TypedValue {
  switch (declared) {
    case 'number':
    case 'integer':
      return { type: 'number', sql: numberValue(column) };
    case 'boolean':
      return { type: 'boolean', sql: column.kind === 'boolean' ? quoted(column.name) : cast(column, 'BOOLEAN') };
    case 'timestamp':
      return { type: 'time', sql: timeValue(column) };
    case 'text':
      return { type: 'text', sql: textValue(column) };
    case undefined:
      break;
    default:
      declared satisfies never;
  }
  if (column.kind === 'number') return { type: 'number', sql: numberValue(column) };
  if (column.kind === 'boolean') return { type: 'boolean', sql: quoted(column.name) };
  if (column.kind === 'timestamp') return { type: 'time', sql: timeValue(column) };
  return { type: 'text', sql: textValue(column) };
}

/** A column as DOUBLE, whatever it holds. */
export function numberValue(column: Column): string {
  return column.kind === 'number' ? `${quoted(column.name)}::DOUBLE` : cast(column, 'DOUBLE');
}

/** A column as seconds since 1970. */
export function timeValue(column: Column): string {
  if (column.kind === 'timestamp') return asNumber(column);
  const time = cast(column, 'TIMESTAMP');
  return `CASE WHEN isfinite(${time}) THEN epoch_us(${time})::DOUBLE / 1000000 END`;
}

/** A column as the text that it prints as. */
export function textValue(column: Column): string {
  return `${quoted(column.name)}::VARCHAR`;
}

/** By way of the text: not every type has a cast to every other. */
function cast(column: Column, type: string): string {
  return `TRY_CAST(${textValue(column)} AS ${type})`;
}
