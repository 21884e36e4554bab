/** What a column holds, as statistics see it. Text and category are both strings: a profile tells them apart by their values. */
export type ColumnKind = 'number' | 'boolean' | 'string' | 'timestamp' | 'embedding';

/** A column of a dataset: its name, DuckDB's type for it and what that means to us. */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly kind: ColumnKind;
  /** Of a column of vectors of one length: that length, and the columns that hold its elements where each has its own. */
  readonly embedding?: { readonly dimension: number; readonly parts?: readonly string[] };
}

const numbers = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(.*\)|BIGNUM)$/;
const vectors = /^(U?(?:TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\([^)]*\))\[(\d*)\]$/;
const times = /^(DATE|TIMESTAMP(_S|_MS|_NS)?( WITH TIME ZONE)?)$/;

/** Every type has a kind: what is neither number, boolean nor a point in time is looked at as the text it prints as. */
export function columnKind(type: string): ColumnKind {
  if (numbers.test(type)) return 'number';
  if (type === 'BOOLEAN') return 'boolean';
  if (times.test(type)) return 'timestamp';
  return 'string';
}

/** Whether a type is a list of numbers, and how long one is where the type says so. Null: no list of numbers. */
export function vectorType(type: string): { readonly dimension: number | null } | null {
  const match = vectors.exec(type);
  if (match === null) return null;
  return { dimension: match[2] === '' ? null : Number(match[2]) };
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
 * Text that does not read as a number, infinite times, dates beyond what a timestamp holds (some 290 000 years) and
 * embeddings are null.
 */
export function asNumber(column: Column): string {
  const name = quoted(column.name);
  if (column.kind === 'timestamp') {
    const time = column.type.endsWith('ZONE') ? name : `TRY_CAST(${name} AS TIMESTAMP)`;
    return `CASE WHEN isfinite(${time}) THEN epoch_us(${time})::DOUBLE / 1000000 END`;
  }
  if (column.kind === 'embedding') return 'NULL::DOUBLE';
  if (column.kind === 'string') return `TRY_CAST(${name} AS DOUBLE)`;
  return `${name}::DOUBLE`;
}
