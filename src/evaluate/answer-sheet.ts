import type { Scores } from './metrics/scores.ts';
import type { Answers } from './runtime/runtime.ts';
import { binarySheet } from './sheets/binary-sheet.ts';
import { labelSetSheet } from './sheets/label-set-sheet.ts';
import { multiclassSheet } from './sheets/multiclass-sheet.ts';
import { forecastSheet, numberSheet } from './sheets/number-sheet.ts';
import type { SheetContext } from './sheets/sheet-context.ts';
import type { Target } from './target.ts';

/** Fills in what one model says of every row that has a truth, and checks it on the way. */
export interface AnswerSheet {
  /**
   * Takes the answers of a batch. `places` says where each row goes, −1 for a row without truth; `truth` holds the truth
   * at those places. Throws `bad-input` on the first answer that cannot be one.
   */
  add(answers: Answers, batch: { readonly places: Int32Array; readonly firstRow: number }): void;
  scores(): Scores;
}

/** The truth of all rows that have one, filled before the answers of the same rows. */
export type Truth = Uint8Array | Uint16Array | Float64Array;

/** Room for the truth of every row that has one. */
export function emptyTruth({ task, rows, classes }: Target): Truth {
  switch (task) {
    case 'binary':
      return new Uint8Array(rows);
    case 'multilabel':
      return new Uint8Array(rows * classes.length);
    case 'multiclass':
    case 'text-classification':
      return new Uint16Array(rows);
    case 'regression':
    case 'ranking':
    case 'forecasting':
      return new Float64Array(rows);
    default:
      return task satisfies never;
  }
}

/** An empty sheet for the target's task, for a truth that emptyTruth() made. */
export function answerSheet(options: SheetContext & { readonly truth: Truth }): AnswerSheet {
  const { truth } = options;
  if (truth instanceof Float64Array) {
    return options.target.task === 'forecasting' ? forecastSheet(truth, options) : numberSheet(truth, options);
  }
  if (truth instanceof Uint16Array) return multiclassSheet(truth, options);
  return options.target.task === 'multilabel' ? labelSetSheet(truth, options) : binarySheet(truth, options);
}
