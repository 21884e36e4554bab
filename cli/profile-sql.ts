import type { ColumnKind } from '../src/data/column.ts';
import { type Profile, parseProfile } from '../src/data/profile-document.ts';
import { profileOfRows, type SqlRow } from '../src/data/sql/profile-of-rows.ts';
import { profileQuery, type SqlColumn } from '../src/data/sql/profile-query.ts';
import type { SqlDialectName } from '../src/data/sql/sql-dialect.ts';
import { AppError } from '../src/error.ts';
import { type Invocation, listOption, requiredOption, textOption } from './command.ts';
import { readingOf } from './data-options.ts';
import { openFiles, readText } from './open-files.ts';
import { isProfile } from './profile-paths.ts';

/** The query that gives the profile of a table, for the columns of data, of a profile, or of --columns. */
export async function emittedQuery(invocation: Invocation, dialect: SqlDialectName): Promise<string> {
  const table = textOption(invocation, 'table') ?? 'data';
  return profileQuery({ dialect, table, columns: await sqlColumns(invocation) });
}

/** The profile that the result of such a query tells. */
export async function profileOfResult(invocation: Invocation): Promise<Profile> {
  const path = requiredOption(invocation, 'from-sql-result');
  const columns = await sqlColumns(invocation);
  await using dataset = await openFiles({ folder: invocation.folder, paths: [path], csvTypes: 'text' });
  const names = ['col', 'part', 'item', 'value'] as const;
  const missing = names.find((name) => !dataset.columns.some((column) => column.name.toLowerCase() === name));
  if (missing !== undefined) {
    throw new AppError(
      'bad-input',
      `expected the columns ${names.join(', ')} in ${path}, found no ${missing}; write the result with its column names`,
    );
  }
  const rows: SqlRow[] = [];
  await dataset.streamColumns({
    columns: names.map((name) => ({ name: actualName(dataset.columns, name), as: 'text' })),
    onChunk({ columns: read, rows: count }) {
      const [col, part, item, value] = read.map((column) => (column.kind === 'text' ? column.values : []));
      for (let row = 0; row < count; row += 1) {
        // An empty cell of CSV reads as missing.
        rows.push({
          col: col?.[row] ?? '',
          part: part?.[row] ?? '',
          item: item?.[row] ?? '',
          value: value?.[row] ?? '',
        });
      }
    },
  });
  return profileOfRows(rows, columns);
}

function actualName(columns: readonly { readonly name: string }[], name: string): string {
  return columns.find((column) => column.name.toLowerCase() === name)?.name ?? name;
}

const kinds = ['number', 'boolean', 'timestamp', 'string'] as const;

async function sqlColumns(invocation: Invocation): Promise<readonly SqlColumn[]> {
  const named = listOption(invocation, 'columns');
  const [path] = invocation.positionals;
  if (named.length > 0) return named.map(parsedColumn);
  if (path === undefined) {
    throw new AppError(
      'bad-input',
      'expected the columns of the table, found none; name data or a profile of the same columns, or give --columns NAME:KIND',
    );
  }
  const { folder, positionals } = invocation;
  if (positionals.length === 1 && isProfile({ folder, path })) {
    return withoutVectors(parseProfile(readText({ folder, path, what: 'a profile' }), path).columns);
  }
  await using dataset = await openFiles({ folder, paths: positionals, reading: readingOf(invocation) });
  return withoutVectors(dataset.columns);
}

function parsedColumn(text: string): SqlColumn {
  const at = text.lastIndexOf(':');
  const kind = kinds.find((one) => one === text.slice(at + 1));
  if (at > 0 && kind !== undefined) return { name: text.slice(0, at), kind };
  throw new AppError(
    'bad-input',
    `expected --columns NAME:KIND with a kind of ${kinds.join(', ')}, found ${JSON.stringify(text)}; correct it`,
  );
}

/** Vectors are left out: engines that hold them do not agree on what they are. */
function withoutVectors(
  columns: readonly { readonly name: string; readonly kind: ColumnKind }[],
): readonly SqlColumn[] {
  return columns.flatMap(({ name, kind }) => (kind === 'embedding' ? [] : [{ name, kind }]));
}
