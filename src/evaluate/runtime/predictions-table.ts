import type { Column } from '../../data/column.ts';
import { type ColumnValues, hasValue } from '../../data/column-stream.ts';
import type { Dataset } from '../../data/dataset.ts';
import { AppError } from '../../error.ts';
import type { ColumnWish, ModelRequest } from './runtime.ts';

/** How a row of the holdout finds its answer. */
export type RowKey = { readonly kind: 'id'; readonly column: string } | { readonly kind: 'row' | 'place' };

/** A predictions file in memory. */
export interface PredictionsTable {
  readonly name: string;
  readonly rows: number;
  readonly key: RowKey;
  /** Scores per row; 1 when there are none. */
  readonly width: number;
  readonly scores: Float64Array | null;
  readonly classes: readonly string[] | null;
  readonly labels: readonly string[] | null;
  /** Ids or row numbers as text; null when a row is found by its place. */
  readonly keys: readonly string[] | null;
  /** The target as the file repeats it. */
  readonly truths: readonly string[] | null;
}

/** More rows than this do not fit in the memory that looking answers up needs. */
const rowsLimit = 50_000_000;

/** Reads every column that matters. Throws `bad-input` when columns or values are missing, `too-large` on too many rows. */
export async function readPredictions(
  dataset: Dataset,
  { name, request }: { readonly name: string; readonly request: ModelRequest },
): Promise<PredictionsTable> {
  const { rows, columns } = dataset;
  if (rows > rowsLimit) {
    throw new AppError('too-large', `expected at most ${rowsLimit} rows in ${name}, found ${rows}; sample the holdout`);
  }
  const { label, scores: scoreColumns, classes } = answerColumns(columns, { name, request });
  const key = rowKey(columns, request.id);
  const truth = columns.find((column) => column.name === request.target) ?? null;
  const width = Math.max(1, scoreColumns.length);
  const scores = scoreColumns.length === 0 ? null : new Float64Array(rows * width);
  const labels: string[] = [];
  const keys: string[] = [];
  const truths: string[] = [];
  const readers: { readonly wish: ColumnWish; readonly take: (value: number | string | null, row: number) => void }[] =
    [];
  for (const [place, column] of scoreColumns.entries()) {
    readers.push({
      wish: { name: column.name, as: 'number' },
      take: (value, row) => {
        if (scores !== null) scores[row * width + place] = Number(needed(value, { name, column, row }));
      },
    });
  }
  if (label !== null) {
    const take = (value: number | string | null, row: number) =>
      labels.push(String(needed(value, { name, column: label, row })));
    readers.push({ wish: { name: label.name, as: label.kind === 'number' ? 'number' : 'text' }, take });
  }
  const keyColumn = columns.find((column) => column.name === (key.kind === 'id' ? key.column : 'row'));
  if (key.kind !== 'place' && keyColumn !== undefined) {
    const take = (value: number | string | null, row: number) =>
      keys.push(String(needed(value, { name, column: keyColumn, row })));
    readers.push({ wish: { name: keyColumn.name, as: 'text' }, take });
  }
  if (truth !== null) {
    const take = (value: number | string | null) => truths.push(String(value ?? ''));
    readers.push({ wish: { name: truth.name, as: truth.kind === 'number' ? 'number' : 'text' }, take });
  }
  let done = 0;
  await dataset.streamColumns({
    columns: readers.map(({ wish }) => wish),
    onChunk(chunk) {
      for (const [place, { take }] of readers.entries()) {
        const values = chunk.columns[place];
        for (let row = 0; row < chunk.rows && values !== undefined; row++) take(valueAt(values, row), done + row);
      }
      done += chunk.rows;
    },
  });
  return {
    name,
    rows,
    key,
    width,
    scores,
    classes,
    labels: label === null ? null : labels,
    keys: key.kind === 'place' ? null : keys,
    truths: truth === null ? null : truths,
  };
}

interface AnswerColumns {
  readonly label: Column | null;
  readonly scores: readonly Column[];
  readonly classes: readonly string[] | null;
}

function answerColumns(
  columns: readonly Column[],
  { name, request }: { readonly name: string; readonly request: ModelRequest },
): AnswerColumns {
  const { task } = request;
  const refused = (wanted: string) =>
    new AppError(
      'bad-input',
      `expected ${wanted} in ${name} for task ${task}, found ${columns.map((column) => column.name).join(', ')}; rename or add the column`,
    );
  const prediction = columns.find((column) => ['prediction', 'predicted'].includes(column.name)) ?? null;
  switch (task) {
    case 'regression':
    case 'ranking': {
      const value = prediction ?? (task === 'ranking' ? columns.find((column) => column.name === 'score') : undefined);
      if (value === null || value === undefined) throw refused('a column prediction');
      return { label: null, scores: [numeric(value, name)], classes: null };
    }
    case 'forecasting': {
      const levels = request.quantiles ?? [];
      const scores = levels.length === 0 ? [prediction] : levels.map((level) => quantileColumn(columns, level));
      const wanted = levels.length === 0 ? ['prediction'] : levels.map((level) => `quantile_${level}`);
      if (scores.includes(null))
        throw refused(`the ${wanted.length === 1 ? 'column' : 'columns'} ${wanted.join(', ')}`);
      return {
        label: null,
        scores: scores.flatMap((column) => column ?? []).map((one) => numeric(one, name)),
        classes: null,
      };
    }
    case 'binary':
    case 'multiclass':
    case 'multilabel':
    case 'text-classification':
      return classColumns(columns, { name, task, prediction, refused });
    default:
      return task satisfies never;
  }
}

function quantileColumn(columns: readonly Column[], level: number): Column | null {
  return (
    columns.find(({ name }) => name.startsWith('quantile_') && Number(name.slice('quantile_'.length)) === level) ?? null
  );
}

function classColumns(
  columns: readonly Column[],
  options: {
    readonly name: string;
    readonly task: ModelRequest['task'];
    readonly prediction: Column | null;
    readonly refused: (wanted: string) => AppError;
  },
): AnswerColumns {
  const { name, task, prediction, refused } = options;
  const probability = columns.find((column) => column.name === 'probability');
  const perClass = columns.filter((column) => column.name.startsWith('probability_'));
  if (prediction === null && probability === undefined && perClass.length === 0) {
    throw refused('a column prediction, probability or probability_<class>');
  }
  if (perClass.length > 0) {
    const classes = perClass.map((column) => column.name.slice('probability_'.length));
    // The labels of a set follow from its probabilities.
    const label = task === 'multilabel' ? null : prediction;
    return { label, scores: perClass.map((column) => numeric(column, name)), classes };
  }
  if (probability !== undefined && task !== 'binary') throw refused('a column probability_<class> for every class');
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

function rowKey(columns: readonly Column[], id: string | null): RowKey {
  const names = columns.map((column) => column.name);
  if (id !== null && names.includes(id)) return { kind: 'id', column: id };
  return { kind: names.includes('row') ? 'row' : 'place' };
}

function valueAt(values: ColumnValues, row: number): number | string | null {
  if (values.kind === 'text') return values.values[row] ?? null;
  return hasValue(values.valid, row) ? (values.values[row] ?? null) : null;
}

function needed<Value>(
  value: Value | null,
  { name, column, row }: { readonly name: string; readonly column: Column; readonly row: number },
): Value {
  if (value !== null) return value;
  throw new AppError(
    'bad-input',
    `expected a value in column ${column.name} of ${name}, found none in row ${row + 1}; write an answer for every row`,
  );
}
