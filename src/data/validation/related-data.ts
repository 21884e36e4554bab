import { AppError } from '../../error.ts';
import { nearest } from '../../policy/nearest.ts';
import { type Column, quoted } from '../column.ts';
import type { DatasetOptions } from '../dataset.ts';
import type { DataSchema } from '../schema.ts';

/** Other data that a schema speaks of. */
export interface RelatedData {
  /** The name of its table in queries. */
  readonly table: string;
  readonly paths: readonly string[];
  /** Keys belong to the data that are checked; what they may not overlap with is kept apart, e.g. on the base branch. */
  readonly use: 'references' | 'overlap';
}

/** All other data that must be opened beside the data to check a schema, each once. */
export function relatedData(schema: DataSchema): readonly RelatedData[] {
  const references = [
    ...Object.values(schema.columns).flatMap((column) => (column.references ? [column.references.files] : [])),
    ...schema.references.map(({ files }) => files),
  ];
  const wanted = [
    ...references.map((paths) => ({ paths, use: 'references' as const })),
    ...schema.overlap.map((one) => ({ paths: one.with, use: 'overlap' as const })),
  ];
  const known = new Map(wanted.map((one) => [relatedTable(one), { ...one, table: relatedTable(one) }]));
  return [...known.values()];
}

/** The same as openDataset() takes it: where the files of each table are looked for. */
export function relatedPlaces(
  schema: DataSchema,
  roots: Readonly<Record<RelatedData['use'], string>>,
): NonNullable<DatasetOptions['related']> {
  return Object.fromEntries(relatedData(schema).map(({ table, paths, use }) => [table, { root: roots[use], paths }]));
}

/** The table that relatedData() gives to paths. */
export function relatedTable({ paths, use }: Omit<RelatedData, 'table'>): string {
  return `${use} ${JSON.stringify(paths)}`;
}

/** The columns of a related table; a column that it must have is one of them, or AppError `bad-config` says what is near. */
export function relatedColumn(options: {
  readonly columns: readonly Column[];
  readonly name: string;
  readonly place: string;
}): Column {
  const { columns, name, place } = options;
  const found = columns.find((column) => column.name === name);
  if (found !== undefined) return found;
  const near = nearest(
    name,
    columns.map((column) => column.name),
  );
  throw new AppError(
    'bad-config',
    `expected a column ${JSON.stringify(name)} in the other data, found none (${place}); ${near === null ? 'correct the name' : `did you mean \`${near}\`?`}`,
  );
}

/**
 * SQL of two columns such that equal values are equal, however each file writes them: numbers as numbers, times as times,
 * columns of one type as they are, everything else as it prints.
 */
export function comparable(own: Column, other: Column): readonly [string, string] {
  if (own.type === other.type) return [quoted(own.name), quoted(other.name)];
  const text = ({ name }: Column) => `${quoted(name)}::VARCHAR`;
  const type = commonType(own, other);
  if (type === null) return [text(own), text(other)];
  const read = (column: Column) => `TRY_CAST(${text(column)} AS ${type})`;
  return [read(own), read(other)];
}

function commonType(own: Column, other: Column): string | null {
  const both = [own, other];
  if (both.some(({ kind }) => kind === 'number')) {
    const numbers = both.filter(({ kind }) => kind === 'number');
    return numbers.every(({ type }) => /INT/.test(type)) ? 'HUGEINT' : 'DOUBLE';
  }
  if (both.some(({ kind }) => kind === 'timestamp')) return 'TIMESTAMP';
  return both.some(({ kind }) => kind === 'boolean') ? 'BOOLEAN' : null;
}

/** A 64-bit hash over several values, missing ones included. Of two different rows it is equal once in 10¹⁹ pairs. */
export function rowHash(values: readonly string[]): string {
  return `hash(${values.join(', ')})`;
}
