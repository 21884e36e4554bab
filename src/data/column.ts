/** What a column holds, as statistics see it. Text and category are both strings: a profile tells them apart by their values. */
export type ColumnKind = 'number' | 'boolean' | 'string' | 'timestamp';

/** A column of a dataset: its name, DuckDB's type for it and what that means to us. */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly kind: ColumnKind;
}

const numbers = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(.*\)|BIGNUM)$/;

/** Every type has a kind: what is neither number, boolean nor a point in time is looked at as the text it prints as. */
export function columnKind(type: string): ColumnKind {
  if (numbers.test(type)) return 'number';
  if (type === 'BOOLEAN') return 'boolean';
  if (type === 'DATE' || type.startsWith('TIMESTAMP')) return 'timestamp';
  return 'string';
}

/** A name as an SQL identifier. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as an SQL literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * The SQL of a column as DOUBLE: numbers as they are, booleans as 0 and 1, points in time as seconds since 1970 (UTC).
 * Text that does not read as a number is null.
 */
export function asNumber(column: Column): string {
  const name = quoted(column.name);
  if (column.kind === 'timestamp') return `epoch_us(${name}::TIMESTAMP)::DOUBLE / 1000000`;
  if (column.kind === 'string') return `TRY_CAST(${name} AS DOUBLE)`;
  return `${name}::DOUBLE`;
}
