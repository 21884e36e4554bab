import { type ColumnValues, hasValue } from '../data/column-stream.ts';
import { AppError } from '../error.ts';
import { emptyTruth, type Truth } from './answer-sheet.ts';
import type { ForecastScores } from './metrics/scores.ts';
import type { ColumnWish } from './runtime/runtime.ts';
import { labelsIn } from './sheets/label-set-sheet.ts';
import { type Target, truthAt } from './target.ts';
import type { TaskPolicy } from './task-columns.ts';

/** Which query or series each row belongs to, and when. */
export interface RowKeys {
  /** The number of the query or series of each row, in the order in which they came. */
  readonly group: Uint32Array;
  forecast(): Pick<ForecastScores, 'time' | 'step' | 'scale'>;
}

/** The truth of every row that has one, filled batch by batch. */
export interface RowTruth {
  readonly truth: Truth;
  readonly keys: RowKeys | undefined;
  readonly wishes: readonly ColumnWish[];
  /** Takes the next rows of the wished columns. Says where each row goes, −1 for a row without truth. */
  take(columns: readonly ColumnValues[], rows: number): Int32Array;
}

/**
 * Makes room for the truth of a target's rows and, for rankings and forecasts, their keys. `scales` holds the scale of each
 * series for MASE. `take` throws `bad-input` for a row with a truth but without a key, and for a truth that cannot be one.
 */
export function rowTruth(options: {
  readonly target: Target;
  readonly policy: TaskPolicy;
  readonly scales: ReadonlyMap<string, number>;
}): RowTruth {
  const { target, policy } = options;
  const truth = emptyTruth(target);
  const labels = labelReader(target, policy);
  const keys = keyReader(options);
  const wishes = [...labels.wishes, ...keys.wishes];
  let filled = 0;
  let taken = 0;
  return {
    truth,
    wishes,
    keys: keys.wishes.length === 0 ? undefined : keys.keys,
    take(columns, rows) {
      const places = new Int32Array(rows).fill(-1);
      const fill = labels.filler(columns, { truth, firstRow: taken });
      const note = keys.noter(columns.slice(labels.wishes.length), taken);
      for (let row = 0; row < rows; row++) {
        if (filled >= target.rows || !fill(row, filled)) continue;
        note(row, filled);
        places[row] = filled++;
      }
      taken += rows;
      return places;
    },
  };
}

interface LabelReader {
  readonly wishes: readonly ColumnWish[];
  /** Writes the truth of a row of these columns; false when it has none. */
  filler(
    columns: readonly ColumnValues[],
    to: { readonly truth: Truth; readonly firstRow: number },
  ): (row: number, place: number) => boolean;
}

function labelReader(target: Target, policy: TaskPolicy): LabelReader {
  if (target.task !== 'multilabel') return oneValue(target);
  const given = policy.multilabel?.columns;
  return given === undefined ? labelTexts(target, policy.multilabel?.separator ?? '|') : labelColumns(given);
}

function oneValue(target: Target): LabelReader {
  return {
    wishes: [{ name: target.column, as: target.as }],
    filler([values], { truth, firstRow }) {
      const truthOf = truthAt(target, values ?? { kind: 'text', values: [] });
      return (row, place) => {
        const value = truthOf(row);
        if (Number.isNaN(value)) return false;
        if (target.task === 'ranking' && value < 0) {
          throw new AppError(
            'bad-input',
            `expected a relevance of 0 or more in column ${target.column}, found ${value} in row ${firstRow + row + 1} of the holdout; write 0 for what is not relevant`,
          );
        }
        truth[place] = value;
        return true;
      };
    },
  };
}

function labelTexts(target: Target, separator: string): LabelReader {
  const places = new Map(target.classes.map((label, place) => [label, place]));
  return {
    wishes: [{ name: target.column, as: 'text' }],
    filler([values], { truth }) {
      return (row, place) => {
        const text = values?.kind === 'text' ? (values.values[row] ?? null) : null;
        if (text === null) return false;
        for (const label of labelsIn(text, separator)) {
          const at = places.get(label);
          if (at !== undefined) truth[place * places.size + at] = 1;
        }
        return true;
      };
    },
  };
}

function labelColumns(names: readonly string[]): LabelReader {
  return {
    wishes: names.map((name) => ({ name, as: 'number' })),
    filler(columns, { truth, firstRow }) {
      return (row, place) => {
        for (const [at, name] of names.entries()) {
          const values = columns[at];
          if (values?.kind !== 'number' || !hasValue(values.valid, row)) return false;
          const value = values.values[row];
          if (value !== 0 && value !== 1) {
            throw new AppError(
              'bad-input',
              `expected 0 or 1 in the label column ${name}, found ${value} in row ${firstRow + row + 1} of the holdout; write 1 where the row has the label`,
            );
          }
          truth[place * names.length + at] = value;
        }
        return true;
      };
    },
  };
}

interface KeyReader {
  readonly wishes: readonly ColumnWish[];
  readonly keys: RowKeys;
  noter(columns: readonly ColumnValues[], firstRow: number): (row: number, place: number) => void;
}

function keyReader(options: {
  readonly target: Target;
  readonly policy: TaskPolicy;
  readonly scales: ReadonlyMap<string, number>;
}): KeyReader {
  const { target, policy, scales } = options;
  const { task, ranking, forecast } = policy;
  const isRanking = task === 'ranking' && ranking !== undefined;
  const isForecast = task === 'forecasting' && forecast !== undefined;
  const groupColumn = isRanking ? ranking.query : isForecast ? forecast.series : undefined;
  const timeColumn = isForecast ? forecast.time : undefined;
  const stepColumn = isForecast ? forecast.horizon : undefined;
  const wishes: ColumnWish[] = [];
  if (groupColumn !== undefined) wishes.push({ name: groupColumn, as: 'text' });
  if (timeColumn !== undefined) wishes.push({ name: timeColumn, as: 'number' });
  if (stepColumn !== undefined) wishes.push({ name: stepColumn, as: 'number' });
  const group = new Uint32Array(wishes.length === 0 ? 0 : target.rows);
  const time = new Float64Array(timeColumn === undefined ? 0 : target.rows);
  const step = stepColumn === undefined ? null : new Float64Array(target.rows);
  const numbers = new Map<string, number>();
  return {
    wishes,
    keys: {
      group,
      forecast() {
        const names = groupColumn === undefined ? [''] : [...numbers.keys()];
        return { time, step, scale: Float64Array.from(names, (name) => scales.get(name) ?? Number.NaN) };
      },
    },
    noter(columns, firstRow) {
      const rest = [...columns];
      const groups = groupColumn === undefined ? undefined : rest.shift();
      const times = timeColumn === undefined ? undefined : rest.shift();
      const steps = stepColumn === undefined ? undefined : rest.shift();
      return (row, place) => {
        const number = firstRow + row;
        if (groupColumn !== undefined) {
          const name = groups?.kind === 'text' ? groups.values[row] : undefined;
          if (name === null || name === undefined) throw withoutKey(groupColumn, number);
          const found = numbers.get(name) ?? numbers.size;
          numbers.set(name, found);
          group[place] = found;
        }
        if (timeColumn !== undefined) time[place] = keyAt(times, { row, column: timeColumn, number });
        if (stepColumn !== undefined && step !== null) step[place] = keyAt(steps, { row, column: stepColumn, number });
      };
    },
  };
}

function keyAt(
  values: ColumnValues | undefined,
  at: { readonly row: number; readonly column: string; readonly number: number },
): number {
  const value = values?.kind === 'number' && hasValue(values.valid, at.row) ? values.values[at.row] : undefined;
  if (value !== undefined && Number.isFinite(value)) return value;
  throw withoutKey(at.column, at.number);
}

function withoutKey(column: string, row: number): AppError {
  return new AppError(
    'bad-input',
    `expected a value in column ${column} for every row of the holdout, found none in row ${row + 1}; fill it or remove the row`,
  );
}
