import { AppError } from '../error.ts';
import { literal } from './column.ts';
import { type CsvDialect, csvArguments } from './csv-dialect.ts';
import type { SourceFile } from './source-file.ts';

/** DuckDB renames a duplicate column silently, so the header line is read once more as data. Throws `bad-input`. */
export async function checkHeader(options: {
  readonly file: SourceFile;
  readonly dialect: CsvDialect;
  readonly query: (sql: string) => Promise<readonly Readonly<Record<string, unknown>>[]>;
}): Promise<void> {
  const { file, dialect, query } = options;
  const path = literal(file.absolutePath);
  const rules = csvArguments(dialect);
  const [found] = await query(`SELECT Delimiter AS delim FROM sniff_csv(${path}, ${rules})`);
  const delimiter = String(found?.['delim']);
  const given = dialect.delimiter === undefined && delimiter.length === 1 ? `, delim = ${literal(delimiter)}` : '';
  const [header] = await query(
    `SELECT * FROM read_csv(${path}, header = false, all_varchar = true, null_padding = true, parallel = false, ${rules}${given}) LIMIT 1`,
  );
  const names = Object.values(header ?? {}).map((name) => String(name ?? '').trim());
  if (dialect.delimiter === undefined && names.length === 1 && /[,;\t|]/.test(names[0] ?? '')) {
    throw new AppError(
      'bad-input',
      `expected as many cells in every line as in the header, found lines that do not fit in ${file.path}; correct them, close an open quote, or name the delimiter`,
    );
  }
  // DuckDB does not tell capital letters apart.
  const folded = names.map((name) => name.toLowerCase());
  const duplicate = names.find((name, index) => name !== '' && folded.indexOf(name.toLowerCase()) !== index);
  if (duplicate !== undefined) {
    const line = (dialect['skip-lines'] ?? 0) + 1;
    throw new AppError(
      'bad-input',
      `expected every column name once, found ${JSON.stringify(duplicate.slice(0, 200))} twice in ${file.path}, line ${line}; rename one`,
    );
  }
  const unknown = dialect.text?.find((name) => !folded.includes(name.toLowerCase()));
  if (unknown === undefined) return;
  throw new AppError(
    'bad-input',
    `expected a column ${unknown} to read as text, found ${names.slice(0, 20).join(', ')} in ${file.path}; correct the name`,
  );
}
