import type { ColumnChunk, ColumnValues } from '../data/column-stream.ts';
import type { Dataset } from '../data/dataset.ts';
import { gatherChunks } from '../data/gathered-chunks.ts';
import { AppError } from '../error.ts';
import { type AnswerSheet, answerSheet } from './answer-sheet.ts';
import type { Side } from './compare-models.ts';
import type { RowColumn } from './row-column.ts';
import { type RowTruth, rowTruth } from './row-truth.ts';
import { slice } from './runtime/onnx-inputs.ts';
import type { Batch, ColumnWish, Runtime } from './runtime/runtime.ts';
import type { SheetPolicy } from './sheets/sheet-context.ts';
import type { Target } from './target.ts';
import type { TaskPolicy } from './task-columns.ts';

/** Rows that latency is measured on. */
const sampleRows = 64;

/**
 * Streams the holdout once through both models, batch by batch: the next is read when both have answered. A champion
 * that fails on the way becomes its error; a candidate that fails throws.
 */
export async function askModels(options: {
  readonly dataset: Dataset;
  readonly target: Target;
  readonly policy: SheetPolicy & TaskPolicy;
  /** The scale of each series of a forecast, by its name. */
  readonly scales: ReadonlyMap<string, number>;
  /** What else is to be known of the rows. */
  readonly beside: readonly RowColumn[];
  readonly candidate: Runtime;
  readonly champion: Runtime | AppError | null;
  readonly onProgress: ((progress: { readonly rows: number; readonly totalRows: number }) => void) | undefined;
}): Promise<{ readonly candidate: Side; readonly champion: Side | AppError | null }> {
  const { dataset, target, beside, onProgress } = options;
  const truth = rowTruth(options);
  const columns = new WantedColumns();
  const truthPlaces = truth.wishes.map((wish) => columns.placeOf(wish));
  const besidePlaces = beside.map(({ column, as }) => columns.placeOf({ name: column, as }));
  const candidate = asking(options.candidate, { ...options, truth, columns, model: 'candidate' });
  let champion =
    options.champion === null || options.champion instanceof AppError
      ? options.champion
      : asking(options.champion, { ...options, truth, columns, model: 'champion' });
  const totalRows = target.rows + target.missing;
  let firstRow = 0;
  const takeChunk = async (chunk: ColumnChunk) => {
    const places = truth.take(
      truthPlaces.map((place) => columnAt(chunk, place)),
      chunk.rows,
    );
    for (const [place, column] of besidePlaces.entries()) {
      beside[place]?.add({ values: columnAt(chunk, column), places });
    }
    await ask(candidate, { chunk, firstRow, places });
    if (champion !== null && !(champion instanceof AppError)) {
      champion = await askOrFail(champion, { chunk, firstRow, places });
    }
    firstRow += chunk.rows;
    onProgress?.({ rows: firstRow, totalRows });
  };
  const chunks = gatherChunks(columns.wishes.length, takeChunk);
  await dataset.streamColumns({ columns: columns.wishes, onChunk: chunks.take });
  await chunks.finish();
  candidate.runtime.finish(firstRow);
  return { candidate: sideOf(candidate), champion: finished(champion, firstRow) };
}

/** The columns to be streamed, each once however many readers it has. */
class WantedColumns {
  readonly wishes: ColumnWish[] = [];

  placeOf(wish: ColumnWish): number {
    const place = this.wishes.findIndex(({ name, as }) => name === wish.name && as === wish.as);
    return place >= 0 ? place : this.wishes.push(wish) - 1;
  }
}

interface Asked {
  readonly runtime: Runtime;
  readonly sheet: AnswerSheet;
  readonly places: readonly number[];
  sample: Batch | null;
  rows: number;
  milliseconds: number;
}

interface Asking {
  readonly chunk: ColumnChunk;
  readonly firstRow: number;
  readonly places: Int32Array;
}

function asking(
  runtime: Runtime,
  options: {
    readonly target: Target;
    readonly policy: SheetPolicy;
    readonly truth: RowTruth;
    readonly columns: WantedColumns;
    readonly model: string;
  },
): Asked {
  const { target, policy, columns, model } = options;
  const { truth, keys } = options.truth;
  const places = runtime.wishes.map((wish) => columns.placeOf(wish));
  return {
    runtime,
    sheet: answerSheet({ target, policy, truth, keys, runtime, model }),
    places,
    sample: null,
    rows: 0,
    milliseconds: 0,
  };
}

async function ask(asked: Asked, { chunk, firstRow, places }: Asking): Promise<void> {
  const columns = asked.places.map((place) => columnAt(chunk, place));
  const batch = { firstRow, rows: chunk.rows, columns };
  asked.sample ??= slice(batch, 0, Math.min(sampleRows, chunk.rows));
  const start = performance.now();
  const answers = await asked.runtime.predict(batch);
  asked.milliseconds += performance.now() - start;
  asked.rows += chunk.rows;
  asked.sheet.add(answers, { places, firstRow });
}

async function askOrFail(asked: Asked, asking: Asking): Promise<Asked | AppError> {
  try {
    await ask(asked, asking);
    return asked;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

function finished(champion: Asked | AppError | null, rows: number): Side | AppError | null {
  if (champion === null || champion instanceof AppError) return champion;
  try {
    champion.runtime.finish(rows);
    return sideOf(champion);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

function sideOf({ runtime, sheet, sample, rows, milliseconds }: Asked): Side {
  return { runtime, scores: sheet.scores(), sample, asked: { rows, milliseconds } };
}

function columnAt(chunk: ColumnChunk, place: number): ColumnValues {
  return chunk.columns[place] ?? { kind: 'text', values: [] };
}
