import { AppError } from '../error.ts';
import { literal, quoted } from './column.ts';
import type { SourceFile } from './source-file.ts';

/** One folder of a Hive layout, e.g. `year=2026`. */
export interface Partition {
  readonly name: string;
  /** Null for Hive's own word for it. */
  readonly value: string | null;
}

/** The partitions that the folders of a path name, outermost first. */
export function partitionsOf(path: string): readonly Partition[] {
  return path
    .split('/')
    .slice(0, -1)
    .flatMap((folder) => {
      const match = /^([^=]+)=(.*)$/s.exec(folder);
      if (match === null) return [];
      const [, name = '', value = ''] = match;
      return [{ name: decoded(name), value: value === '__HIVE_DEFAULT_PARTITION__' ? null : decoded(value) }];
    });
}

/** The names of the partition columns of some files, which must agree. Throws `bad-input` when they do not. */
export function partitionNames(files: readonly SourceFile[]): readonly string[] {
  const [first, ...others] = files.map(({ path }) => ({ path, names: partitionsOf(path).map(({ name }) => name) }));
  if (first === undefined) return [];
  const shown = (names: readonly string[]) => (names.length === 0 ? 'none' : names.join(', '));
  for (const { path, names } of others) {
    if (names.join('\n') === first.names.join('\n')) continue;
    throw new AppError(
      'bad-input',
      `expected the folders of every file to name the same partitions, found ${shown(first.names)} in ${first.path} and ${shown(names)} in ${path}; name files of one layout`,
    );
  }
  return first.names;
}

/** The DuckDB type of each partition column: that which fits all values. */
export function partitionTypes(files: readonly SourceFile[]): ReadonlyMap<string, string> {
  const values = new Map<string, string[]>();
  for (const { name, value } of files.flatMap(({ path }) => partitionsOf(path))) {
    const known = values.get(name) ?? [];
    if (value !== null) known.push(value);
    values.set(name, known);
  }
  return new Map([...values].map(([name, all]) => [name, typeOf(all)]));
}

/** The value of each partition column of a file as SQL: `'2026'::BIGINT AS "year"`. */
export function partitionColumns(file: SourceFile, types: ReadonlyMap<string, string>): readonly string[] {
  return partitionsOf(file.path).map(({ name, value }) => {
    const constant = value === null ? 'NULL' : literal(value);
    return `${constant}::${types.get(name) ?? 'VARCHAR'} AS ${quoted(name)}`;
  });
}

/** Numbers and dates only where every value is written as one; codes with leading zeros stay texts. */
function typeOf(values: readonly string[]): string {
  if (values.length > 0 && values.every((value) => /^(0|-?[1-9]\d{0,17})$/.test(value))) return 'BIGINT';
  if (
    values.length > 0 &&
    values.every((value) => /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value)))
  ) {
    return 'DATE';
  }
  return 'VARCHAR';
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A percent sign that stands for itself.
    return text;
  }
}
