import { basename, dirname } from 'node:path';
import type { Column } from '../../data/column.ts';
import { hasValue } from '../../data/column-stream.ts';
import { type Dataset, openDataset } from '../../data/dataset.ts';
import { AppError } from '../../error.ts';
import type { Task } from '../metric-name.ts';
import { identityOf } from './model-files.ts';
import type { Answers, Batch, ModelRequest, Runtime } from './runtime.ts';

/** More rows than this do not fit in the memory that looking answers up needs. */
const rowsLimit = 50_000_000;

/**
 * Reads answers that a repository's own evaluator wrote. Columns: `prediction` (value or label), `probability` (of the
 * positive class) or `probability_<class>` for every class. A row is found by the policy's id column when the file
 * has it, else by a column `row` (counting from 0), else by its place. Throws when columns are missing; `finish` throws
 * when the file does not cover exactly the rows asked for.
 */
export async function loadPredictions(file: string, request: ModelRequest): Promise<Runtime> {
  const name = basename(file);
  await using dataset = await openDataset({ root: dirname(file), paths: [name] });
  const plan = columnPlan(dataset, { name, task: request.task });
  const key = keyColumn(dataset, request.id);
  const table = await readTable(dataset, { plan, key, name });
  const find = finder(table, { key, name });
  const seen = new Uint8Array(table.rows);
  return {
    identity: identityOf('predictions', [file]),
    wishes: key.kind === 'id' ? [{ name: key.column, as: 'text' }] : [],
    classes: plan.classes,
    isTimed: false,
    async predict(batch) {
      return lookUp(batch, { table, find, seen, name });
    },
    finish(rows) {
      const used = seen.reduce((sum, flag) => sum + flag, 0);
      if (used === table.rows) return;
      throw new AppError(
        'bad-input',
        `expected ${name} to hold exactly the ${rows} rows of the holdout, found ${table.rows - used} rows more; write one row for each`,
      );
    },
    async dispose() {},
  };
}

type Key = { readonly kind: 'id'; readonly column: string } | { readonly kind: 'row' } | { readonly kind: 'place' };

interface Plan {
  readonly label: Column | null;
  readonly scores: readonly Column[];
  readonly classes: readonly string[] | null;
}

interface Table {
  readonly rows: number;
  readonly width: number;
  readonly scores: Float64Array | null;
  readonly labels: readonly string[] | null;
  readonly keys: readonly string[] | null;
}

function columnPlan({ columns }: Dataset, { name, task }: { readonly name: string; readonly task: Task }): Plan {
  const prediction = columns.find((column) => ['prediction', 'predicted'].includes(column.name)) ?? null;
  const probability = columns.find((column) => column.name === 'probability');
  const perClass = columns.filter((column) => column.name.startsWith('probability_'));
  const refused = (wanted: string) =>
    new AppError(
      'bad-input',
      `expected ${wanted} in ${name} for task ${task}, found ${columns.map((column) => column.name).join(', ')}; rename or add the column`,
    );
  if (task === 'regression') {
    if (prediction === null) throw refused('a column prediction');
    return { label: null, scores: [numeric(prediction, name)], classes: null };
  }
  if (prediction === null && probability === undefined && perClass.length === 0) {
    throw refused('a column prediction, probability or probability_<class>');
  }
  if (perClass.length > 0) {
    const classes = perClass.map((column) => column.name.slice('probability_'.length));
    return { label: prediction, scores: perClass.map((column) => numeric(column, name)), classes };
  }
  if (probability !== undefined && task === 'multiclass') throw refused('a column probability_<class> for every class');
  const scores = probability === undefined ? [] : [numeric(probability, name)];
  return { label: prediction, scores, classes: null };
}

function numeric(column: Column, file: string): Column {
  if (column.kind === 'number') return column;
  throw new AppError(
    'bad-input',
    `expected numbers in column ${column.name} of ${file}, found ${column.type}; write plain numbers`,
  );
}

function keyColumn({ columns }: Dataset, id: string | null): Key {
  const names = columns.map((column) => column.name);
  if (id !== null && names.includes(id)) return { kind: 'id', column: id };
  return names.includes('row') ? { kind: 'row' } : { kind: 'place' };
}

async function readTable(
  dataset: Dataset,
  { plan, key, name }: { readonly plan: Plan; readonly key: Key; readonly name: string },
): Promise<Table> {
  const { rows } = dataset;
  if (rows > rowsLimit) {
    throw new AppError('too-large', `expected at most ${rowsLimit} rows in ${name}, found ${rows}; sample the holdout`);
  }
  const width = Math.max(1, plan.scores.length);
  const scores = plan.scores.length === 0 ? null : new Float64Array(rows * width);
  const labels: string[] = [];
  const keys: string[] = [];
  const labelAs = plan.label?.kind === 'number' ? 'number' : 'text';
  const keyName = key.kind === 'id' ? key.column : 'row';
  const wanted = [
    ...plan.scores.map((column) => ({ name: column.name, as: 'number' as const })),
    ...(plan.label === null ? [] : [{ name: plan.label.name, as: labelAs } as const]),
    ...(key.kind === 'place' ? [] : [{ name: keyName, as: 'text' as const }]),
  ];
  let done = 0;
  await dataset.streamColumns({
    columns: wanted,
    onChunk(chunk) {
      for (const [place, column] of chunk.columns.entries()) {
        const isScore = place < plan.scores.length;
        const texts = wanted[place]?.name === plan.label?.name ? labels : keys;
        for (let row = 0; row < chunk.rows; row++) {
          const value = column.kind === 'text' || hasValue(column.valid, row) ? (column.values[row] ?? null) : null;
          if (value === null) throw missingValue({ name, column: wanted[place]?.name ?? '', row: done + row });
          if (isScore && scores !== null) scores[(done + row) * width + place] = Number(value);
          else texts.push(String(value));
        }
      }
      done += chunk.rows;
    },
  });
  return {
    rows,
    width,
    scores,
    labels: plan.label === null ? null : labels,
    keys: key.kind === 'place' ? null : keys,
  };
}

function missingValue(options: { readonly name: string; readonly column: string; readonly row: number }): AppError {
  return new AppError(
    'bad-input',
    `expected a value in column ${options.column} of ${options.name}, found none in row ${options.row + 1}; write an answer for every row`,
  );
}

/** The row of the table that answers for a row of the holdout. */
function finder(
  table: Table,
  { key, name }: { readonly key: Key; readonly name: string },
): (batch: Batch, row: number) => number | undefined {
  if (table.keys === null) return (batch, row) => batch.firstRow + row;
  const places = new Map<string, number>();
  for (const [place, value] of table.keys.entries()) places.set(value, place);
  if (places.size < table.rows) {
    const twice = table.keys.find((value, place) => places.get(value) !== place);
    throw new AppError(
      'bad-input',
      `expected every ${key.kind === 'id' ? key.column : 'row'} once in ${name}, found ${JSON.stringify(twice)} again; write one row for each row of the holdout`,
    );
  }
  if (key.kind === 'row') return (batch, row) => places.get(String(batch.firstRow + row));
  return (batch, row) => {
    const [column] = batch.columns;
    return places.get(column?.kind === 'text' ? (column.values[row] ?? '') : '');
  };
}

function lookUp(
  batch: Batch,
  options: {
    readonly table: Table;
    readonly find: (batch: Batch, row: number) => number | undefined;
    readonly seen: Uint8Array;
    readonly name: string;
  },
): Answers {
  const { table, find, seen, name } = options;
  const scores = table.scores === null ? null : new Float64Array(batch.rows * table.width);
  const labels: string[] = [];
  for (let row = 0; row < batch.rows; row++) {
    const place = find(batch, row);
    if (place === undefined || place >= table.rows || seen[place] === 1) {
      throw new AppError(
        'bad-input',
        `expected ${name} to hold exactly the rows of the holdout, found ${seen[place ?? -1] === 1 ? 'one row asked for twice' : 'none'} for row ${batch.firstRow + row + 1} of the holdout; write one row for each`,
      );
    }
    seen[place] = 1;
    for (let at = 0; at < table.width && scores !== null; at++) {
      scores[row * table.width + at] = table.scores?.[place * table.width + at] ?? Number.NaN;
    }
    if (table.labels !== null) labels.push(table.labels[place] ?? '');
  }
  return { scores, width: table.width, labels: table.labels === null ? null : labels };
}
