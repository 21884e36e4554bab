import { basename, dirname } from 'node:path';
import { type ColumnValues, hasValue } from '../../data/column-stream.ts';
import { openDataset } from '../../data/dataset.ts';
import { AppError } from '../../error.ts';
import { canonicalLabel } from '../target.ts';
import { identityOf } from './model-files.ts';
import { type PredictionsTable, readPredictions } from './predictions-table.ts';
import type { Answers, Batch, ColumnWish, ModelRequest, Runtime } from './runtime.ts';

/**
 * Reads answers that a repository's own evaluator wrote. Columns: `prediction` (value or label), `probability` (of the
 * positive class) or `probability_<class>` for every class. A row is found by the policy's id column when the file
 * has it, else by a column `row` (counting from 0), else by its place. A file that repeats the target must agree with the
 * holdout on it in every row. Throws when columns are missing; `finish` throws when the file does not cover exactly the
 * rows asked for.
 */
export async function loadPredictions(file: string, request: ModelRequest): Promise<Runtime> {
  const name = basename(file);
  await using dataset = await openDataset({ root: dirname(file), paths: [name] });
  const table = await readPredictions(dataset, { name, request });
  const wishes: ColumnWish[] = [];
  if (table.key.kind === 'id') wishes.push({ name: table.key.column, as: 'text' });
  if (table.truths !== null) wishes.push({ name: request.target, as: 'text' });
  const book = { table, find: finder(table), seen: new Uint8Array(table.rows) };
  return {
    identity: identityOf('predictions', [file]),
    wishes,
    classes: table.classes,
    isTimed: false,
    async predict(batch) {
      return lookUp(batch, book);
    },
    finish(rows) {
      const more = table.rows - book.seen.reduce((sum, flag) => sum + flag, 0);
      if (more === 0) return;
      throw new AppError(
        'bad-input',
        `expected ${name} to hold exactly the ${rows} rows of the holdout, found ${more} rows more; write one row for each`,
      );
    },
    async dispose() {},
  };
}

interface Book {
  readonly table: PredictionsTable;
  /** The row of the table that answers for a row of the holdout. */
  readonly find: (batch: Batch, row: number) => number | undefined;
  readonly seen: Uint8Array;
}

function finder({ keys, key, name, rows }: PredictionsTable): Book['find'] {
  if (keys === null) return (batch, row) => batch.firstRow + row;
  const places = new Map<string, number>();
  for (const [place, value] of keys.entries()) places.set(value, place);
  if (places.size < rows) {
    const twice = keys.find((value, place) => places.get(value) !== place);
    throw new AppError(
      'bad-input',
      `expected every ${key.kind === 'id' ? key.column : 'row'} once in ${name}, found ${JSON.stringify(twice)} again; write one row for each row of the holdout`,
    );
  }
  if (key.kind === 'row') return (batch, row) => places.get(String(batch.firstRow + row));
  return (batch, row) => places.get(textAt(batch.columns[0], row));
}

function lookUp(batch: Batch, { table, find, seen }: Book): Answers {
  const { name, width, rows } = table;
  const scores = table.scores === null ? null : new Float64Array(batch.rows * width);
  const labels: string[] = [];
  for (let row = 0; row < batch.rows; row++) {
    const place = find(batch, row);
    if (place === undefined || place >= rows || seen[place] === 1) {
      const found = place !== undefined && seen[place] === 1 ? 'one row asked for twice' : 'none';
      throw new AppError(
        'bad-input',
        `expected ${name} to hold exactly the rows of the holdout, found ${found} for row ${batch.firstRow + row + 1} of the holdout; write one row for each, and no id twice`,
      );
    }
    seen[place] = 1;
    checkTruth(batch, { table, row, place });
    for (let at = 0; at < width && scores !== null; at++) {
      scores[row * width + at] = table.scores?.[place * width + at] ?? Number.NaN;
    }
    if (table.labels !== null) labels.push(table.labels[place] ?? '');
  }
  return { scores, width, labels: table.labels === null ? null : labels };
}

/** A truth that differs shows that a file was written for other rows, or in another order. */
function checkTruth(
  batch: Batch,
  { table, row, place }: { readonly table: PredictionsTable; readonly row: number; readonly place: number },
): void {
  if (table.truths === null) return;
  const told = table.truths[place] ?? '';
  const truth = textAt(batch.columns.at(-1), row);
  if (told === truth || canonicalLabel(told) === canonicalLabel(truth)) return;
  if (told !== '' && truth !== '' && Number(told) === Number(truth)) return;
  throw new AppError(
    'bad-input',
    `expected ${table.name} to hold the rows of the holdout with their truth, found ${JSON.stringify(told.slice(0, 50))} for ${JSON.stringify(truth.slice(0, 50))} in row ${batch.firstRow + row + 1}; write it in the holdout's order, or with an id`,
  );
}

function textAt(column: ColumnValues | undefined, row: number): string {
  if (column?.kind === 'text') return column.values[row] ?? '';
  return column?.kind === 'number' && hasValue(column.valid, row) ? String(column.values[row]) : '';
}
