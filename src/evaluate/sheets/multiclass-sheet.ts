import type { AnswerSheet } from '../answer-sheet.ts';
import { matrixLimit, matrixMetrics } from '../metrics/one-against.ts';
import type { Target } from '../target.ts';
import { checkProbability, clamped, classFinder, type SheetContext, wrongAnswer, wrongWidth } from './sheet-context.ts';

/** A sheet of classes: a probability for each, a label, or both. A label that the truth never has is a class of its own. */
export function multiclassSheet(truth: Uint16Array, { model, target, runtime, policy }: SheetContext): AnswerSheet {
  const predicted = new Uint16Array(truth.length);
  const ofTruth = new Float64Array(truth.length);
  const ofPredicted = new Float64Array(truth.length);
  const squaredError = new Float64Array(truth.length);
  const other = target.classes.length;
  const keepsMatrix = matrixMetrics.some((metric) => policy?.metrics[metric] !== undefined);
  const cells = truth.length * (other + 1);
  const matrix = keepsMatrix && cells <= matrixLimit ? new Float64Array(cells) : undefined;
  const isRanked = policy?.metrics['top-k-accuracy'] !== undefined;
  const rankOfTruth = isRanked ? new Uint16Array(truth.length) : undefined;
  const classOf = classFinder(target);
  let hasScores = true;
  let columns: readonly number[] | null = null;
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
        if (scores === null || columns === null) continue;
        const answer = { scores, columns, start: row * width };
        if (matrix !== undefined) keep(answer, { matrix, start: place * (other + 1) });
        if (rankOfTruth !== undefined) rankOfTruth[place] = rankOf(kind, answer);
      }
    },
    scores: () => ({
      kind: 'multiclass',
      // One more than the truth has: the class of every label that the truth never has.
      classes: other + 1,
      truth,
      predicted,
      probabilities: hasScores
        ? { ofTruth, ofPredicted, squaredError, ...(rankOfTruth === undefined ? {} : { rankOfTruth }), matrix }
        : null,
      topK: policy?.['metric-options']?.['top-k'] ?? 5,
    }),
  };
}

interface Answer {
  readonly scores: ArrayLike<number>;
  /** The class of each probability. */
  readonly columns: readonly number[];
  readonly start: number;
}

function keep({ scores, columns, start }: Answer, to: { readonly matrix: Float64Array; readonly start: number }): void {
  for (const [at, kind] of columns.entries()) {
    to.matrix[to.start + kind] = (to.matrix[to.start + kind] ?? 0) + clamped(scores[start + at] ?? 0);
  }
}

/** How many classes come before one by descending probability; of equal ones the later first, as scikit-learn sorts them. */
function rankOf(kind: number, { scores, columns, start }: Answer): number {
  const own = columns.indexOf(kind);
  if (own < 0) return columns.length;
  const share = scores[start + own] ?? 0;
  let rank = 0;
  for (let at = 0; at < columns.length; at++) {
    const rival = scores[start + at] ?? 0;
    if (rival > share || (rival === share && at > own)) rank++;
  }
  return rank;
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
