import { AppError } from '../../error.ts';
import { percentText } from '../check.ts';
import { quoted } from '../column.ts';
import type { Dataset } from '../dataset.ts';
import type { DataSchema, SchemaDocument } from '../schema.ts';
import type { FailingRow, OverlapReport, SchemaProblem } from '../validation-report.ts';
import { anomalyFix } from './anomaly.ts';
import { freshPrefix } from './fresh-prefix.ts';
import { comparable, relatedColumn, relatedTable, rowHash } from './related-data.ts';
import { rowPlaces } from './row-places.ts';

/** What one rule about rows that may not be here found. */
export interface FoundOverlap {
  readonly report: OverlapReport;
  readonly problem: SchemaProblem | null;
  readonly isWarning: boolean;
  readonly scans: number;
}

/**
 * Counts the rows of other data, e.g. of the holdout, that occur here too: by a hash of every row, over the columns that
 * both have or over a key. Each rule takes one scan, and a second one to name rows when it is broken.
 */
export async function findOverlaps(options: {
  readonly dataset: Dataset;
  readonly document: SchemaDocument;
  readonly hasLines: boolean;
}): Promise<readonly FoundOverlap[]> {
  const { dataset, document } = options;
  const found: FoundOverlap[] = [];
  for (const [at, rule] of document.schema.overlap.entries()) {
    const isAbsent = (name: string) =>
      Object.hasOwn(document.schema.columns, name) && !dataset.columns.some((column) => column.name === name);
    // A column that the schema names and the data lack is the matter of `required`.
    if (rule.by?.some(isAbsent)) continue;
    found.push(await findOverlap({ ...options, at, rule }));
  }
  return found;
}

async function findOverlap(options: {
  readonly hasLines: boolean;
  readonly dataset: Dataset;
  readonly document: SchemaDocument;
  readonly at: number;
  readonly rule: DataSchema['overlap'][number];
}): Promise<FoundOverlap> {
  const { dataset, document, at, rule, hasLines } = options;
  const table = relatedTable({ paths: rule.with, use: 'overlap' });
  const { own, theirs, columns } = hashes({ ...options, table });
  const here = `SELECT ${own} AS h FROM data`;
  const [counted] = await dataset.query(
    `SELECT count(*)::DOUBLE AS all_rows, (count(CASE WHEN h IN (${here}) THEN 1 END))::DOUBLE AS shared FROM (SELECT ${theirs} AS h FROM ${quoted(table)})`,
  );
  const [ofRows, rows] = [Number(counted?.['all_rows'] ?? 0), Number(counted?.['shared'] ?? 0)];
  const report: OverlapReport = { with: rule.with, columns, rows, ofRows };
  // Data without rows share none, but nobody meant to compare with nothing.
  const isBroken = ofRows === 0 || rows > rule['max-share'] * ofRows;
  if (!isBroken) return { report, problem: null, isWarning: rule.warn, scans: 1 };
  const most = rule['max-share'] === 0 ? 'none' : `at most ${percentText(rule['max-share'])}`;
  const problem: SchemaProblem = {
    column: (rule.by ?? []).join(', ').slice(0, 200),
    check: 'overlap',
    expected: `${most} of the rows of ${rule.with.join(', ')} here`.slice(0, 500),
    found:
      ofRows === 0
        ? 'no rows there'
        : `${rows} of its ${ofRows} rows, ${percentText(rows / ofRows)}, equal in ${columns} ${columns === 1 ? 'column' : 'columns'}`,
    rows: null,
    file: document.file,
    line: document.lineOf(['overlap', at]),
    anomaly: 'overlap',
    fix: anomalyFix({ anomaly: 'overlap', column: '', rule: 'overlap' }),
    examples: [...(await sharedRows({ dataset, own, theirs, table, hasLines }))],
  };
  return { report, problem, isWarning: rule.warn, scans: 2 };
}

/** The hashes of rows of both sides, over the same columns in the same order. */
function hashes(options: {
  readonly dataset: Dataset;
  readonly document: SchemaDocument;
  readonly at: number;
  readonly rule: DataSchema['overlap'][number];
  readonly table: string;
}): { readonly own: string; readonly theirs: string; readonly columns: number } {
  const { dataset, document, at, rule, table } = options;
  const others = dataset.related.get(table) ?? [];
  const place = `${document.file}:${document.lineOf(['overlap', at])}`;
  const shared = dataset.columns
    .map(({ name }) => name)
    .filter((name) => others.some((one) => one.name === name) && !rule.ignore.includes(name))
    .sort();
  const names = rule.by ?? shared;
  if (names.length === 0) {
    throw new AppError(
      'bad-config',
      `${place}: expected columns that both have, found none; correct \`with\` or \`ignore\``,
    );
  }
  const pairs = names.map((name) =>
    comparable(
      relatedColumn({ columns: dataset.columns, name, place }),
      relatedColumn({ columns: others, name, place }),
    ),
  );
  return {
    own: rowHash(pairs.map(([text]) => text)),
    theirs: rowHash(pairs.map(([, text]) => text)),
    columns: names.length,
  };
}

/** The first rows here that the other data hold too. Only where they stand is said: what is in them is in the data. */
async function sharedRows(options: {
  readonly hasLines: boolean;
  readonly dataset: Dataset;
  readonly own: string;
  readonly theirs: string;
  readonly table: string;
}): Promise<readonly FailingRow[]> {
  const { dataset, own, theirs, table, hasLines } = options;
  const row = `${freshPrefix(dataset.columns)}row`;
  const found = await dataset.query(
    `SELECT ${row}::DOUBLE AS r FROM (SELECT *, row_number() OVER () AS ${row} FROM data) AS data
       WHERE ${own} IN (SELECT ${theirs} FROM ${quoted(table)}) ORDER BY ${row} LIMIT 3`,
  );
  const rows = found.map(({ r }) => Number(r));
  const places = await rowPlaces({ dataset, rows, hasLines });
  return rows.flatMap((one) => {
    const place = places.get(one);
    return place === undefined ? [] : [{ ...place, key: null, value: null }];
  });
}
