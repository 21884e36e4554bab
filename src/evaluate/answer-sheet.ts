import { AppError } from '../error.ts';
import type { Scores } from './metrics/scores.ts';
import type { Answers, Runtime } from './runtime/runtime.ts';
import { canonicalLabel, type Target } from './target.ts';

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
export function emptyTruth(target: Target): Truth {
  if (target.task === 'regression') return new Float64Array(target.rows);
  return target.task === 'binary' ? new Uint8Array(target.rows) : new Uint16Array(target.rows);
}

/** An empty sheet for the target's task; `model` names the model in messages. */
export function answerSheet(options: {
  readonly target: Target;
  readonly truth: Truth;
  readonly runtime: Runtime;
  readonly model: string;
}): AnswerSheet {
  const { truth } = options;
  if (truth instanceof Float64Array) return regressionSheet(truth, options);
  return truth instanceof Uint8Array ? binarySheet(truth, options) : multiclassSheet(truth, options);
}

interface Context {
  readonly target: Target;
  readonly runtime: Runtime;
  readonly model: string;
}

function regressionSheet(truth: Float64Array, { model }: Context): AnswerSheet {
  const predicted = new Float64Array(truth.length);
  return {
    add({ scores, width }, { places, firstRow }) {
      if (scores === null || width !== 1) throw wrongWidth(model, { expected: '1 value per row', width });
      for (const [row, place] of places.entries()) {
        const value = scores[row] ?? Number.NaN;
        if (!Number.isFinite(value))
          throw wrongAnswer(model, { expected: 'a finite number', value, row: firstRow + row });
        if (place >= 0) predicted[place] = value;
      }
    },
    scores: () => ({ kind: 'regression', truth, predicted }),
  };
}

function binarySheet(truth: Uint8Array, { model, target, runtime }: Context): AnswerSheet {
  const predicted = new Uint8Array(truth.length);
  const probability = new Float64Array(truth.length);
  const classOf = classFinder(target);
  let hasScores = true;
  const positive = positivePlace(target, runtime);
  return {
    add({ scores, width, labels }, { places, firstRow }) {
      hasScores &&= scores !== null;
      if (scores !== null && width > 2) throw wrongWidth(model, { expected: '1 or 2 probabilities per row', width });
      for (const [row, place] of places.entries()) {
        const label = labels?.[row];
        const share = scores?.[row * width + (width === 2 ? positive : 0)];
        if (share !== undefined) checkProbability(share, { model, row: firstRow + row });
        if (place < 0) continue;
        if (share !== undefined) probability[place] = clamped(share);
        const kind = label === undefined ? Number((share ?? 0) > 0.5) : classOf(label);
        if (kind === undefined) {
          const value = JSON.stringify(label);
          throw wrongAnswer(model, { expected: target.classes.join(' or '), value, row: firstRow + row });
        }
        predicted[place] = kind;
      }
    },
    scores: () => ({ kind: 'binary', truth, predicted, probability: hasScores ? probability : null }),
  };
}

function multiclassSheet(truth: Uint16Array, { model, target, runtime }: Context): AnswerSheet {
  const predicted = new Uint16Array(truth.length);
  const ofTruth = new Float64Array(truth.length);
  const ofPredicted = new Float64Array(truth.length);
  const squaredError = new Float64Array(truth.length);
  const classOf = classFinder(target);
  let hasScores = true;
  let columns: readonly number[] | null = null;
  const other = target.classes.length;
  return {
    add({ scores, width, labels }, { places, firstRow }) {
      hasScores &&= scores !== null;
      if (scores !== null) columns ??= classColumns({ target, classes: runtime.classes, width, model });
      for (const [row, place] of places.entries()) {
        const kind = truth[place] ?? 0;
        let best = 0;
        let squares = 0;
        let total = 0;
        let truthShare = 0;
        for (let at = 0; at < width && scores !== null; at++) {
          const share = scores[row * width + at] ?? Number.NaN;
          checkProbability(share, { model, row: firstRow + row });
          total += share;
          if (share > (scores[row * width + best] ?? 0)) best = at;
          if (columns?.[at] === kind) truthShare = clamped(share);
          else squares += share * share;
        }
        if (scores !== null && Math.abs(total - 1) > 0.01) {
          throw wrongAnswer(model, { expected: 'probabilities that add up to 1', value: total, row: firstRow + row });
        }
        if (place < 0) continue;
        const label = labels?.[row];
        const called = label === undefined ? (columns?.[best] ?? other) : (classOf(label) ?? other);
        const calledColumn = columns?.indexOf(called) ?? -1;
        predicted[place] = called;
        ofTruth[place] = truthShare;
        ofPredicted[place] = clamped(scores?.[row * width + (calledColumn < 0 ? best : calledColumn)] ?? 0);
        squaredError[place] = squares + (1 - truthShare) ** 2;
      }
    },
    scores: () => ({
      kind: 'multiclass',
      // One more than the truth has: the class of every label that the truth never has.
      classes: other + 1,
      truth,
      predicted,
      probabilities: hasScores ? { ofTruth, ofPredicted, squaredError } : null,
    }),
  };
}

/** The place of a label among the target's classes. Models that were trained on 0 and 1 may say so whatever the target says. */
function classFinder({ task, classes }: Target): (label: string) => number | undefined {
  const places = new Map(classes.map((name, place) => [name, place]));
  if (task === 'binary')
    for (const [place, code] of ['0', '1'].entries()) if (!places.has(code)) places.set(code, place);
  return (label) => places.get(label) ?? places.get(canonicalLabel(label));
}

/** Which of two probabilities is the positive class's: where the model says so, else the second. */
function positivePlace(target: Target, { classes }: Runtime): number {
  if (classes === null || classes.length !== 2) return 1;
  const classOf = classFinder(target);
  return classOf(classes[0] ?? '') === 1 ? 0 : 1;
}

/**
 * The class of each probability column, as a place among the target's classes or one beyond them. A model that does not
 * name its classes has them in ascending order, as scikit-learn does, or counts them from 0.
 */
function classColumns(options: {
  readonly target: Target;
  readonly classes: readonly string[] | null;
  readonly width: number;
  readonly model: string;
}): readonly number[] {
  const { target, classes, width, model } = options;
  const other = target.classes.length;
  const classOf = classFinder(target);
  if (classes !== null && classes.length === width) return classes.map((label) => classOf(label) ?? other);
  if (target.classes.length === width) return target.classes.map((_, place) => place);
  if (target.classes.every((label) => /^\d+$/.test(label) && Number(label) < width)) {
    return Array.from({ length: width }, (_, column) => classOf(String(column)) ?? other);
  }
  throw wrongWidth(model, { expected: `${target.classes.length} probabilities per row, one for each class`, width });
}

function checkProbability(share: number, { model, row }: { readonly model: string; readonly row: number }): void {
  if (share >= -1e-6 && share <= 1 + 1e-6) return;
  throw wrongAnswer(model, { expected: 'probabilities between 0 and 1', value: share, row });
}

function clamped(share: number): number {
  return Math.min(1, Math.max(0, share));
}

function wrongAnswer(
  model: string,
  options: { readonly expected: string; readonly value: number | string; readonly row: number },
): AppError {
  const fix =
    typeof options.value === 'number' && !Number.isFinite(options.value)
      ? 'look for missing or extreme feature values, and at the training'
      : 'export the model with its last activation (sigmoid or softmax) and the labels of the data';
  return new AppError(
    'bad-input',
    `expected ${options.expected} from the ${model}, found ${options.value} in row ${options.row + 1} of the holdout; ${fix}`,
  );
}

function wrongWidth(
  model: string,
  { expected, width }: { readonly expected: string; readonly width: number },
): AppError {
  return new AppError(
    'bad-input',
    `expected ${expected} from the ${model}, found ${width} per row; check \`task\` and the model's output`,
  );
}
