import { AppError, messageOf } from '../../error.ts';
import type { ExplanationLoss } from '../../policy/explanation-policy.ts';
import { answerSheet, type Truth } from '../answer-sheet.ts';
import { rowLoss } from '../metrics/row-loss.ts';
import type { Scores } from '../metrics/scores.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Target } from '../target.ts';
import type { MixedRows } from './mixed-rows.ts';

/** The tasks whose answers are one number, or one class, per row. */
export const explainedTasks = ['binary', 'multiclass', 'regression'] as const;
type ExplainedScores = Extract<Scores, { readonly kind: (typeof explainedTasks)[number] }>;

/** A model that is asked about mixed rows. */
export interface AskedModel {
  readonly name: 'candidate' | 'champion';
  readonly runtime: Runtime;
  /** Why it could not answer, once it could not. */
  failure: AppError | null;
  /**
   * What it says of each row; `truths` is the truth of each, or the class whose probability is wanted. Throws AppError when
   * it does not answer, or with what cannot be an answer.
   */
  ask(rows: MixedRows, truths: ArrayLike<number>): Promise<ExplainedScores>;
}

/** Makes a model ready to be asked; `onAsked` is told how many rows were put to it. */
export function askedModel(options: {
  readonly name: AskedModel['name'];
  readonly runtime: Runtime;
  readonly target: Target;
  readonly onAsked: (rows: number) => void;
}): AskedModel {
  const { name, runtime, target, onAsked } = options;
  const asked: AskedModel = {
    name,
    runtime,
    failure: null,
    async ask(rows, truths) {
      const truth = truthOf(target, { truths, rows: rows.rows });
      const sheet = answerSheet({ target: { ...target, rows: rows.rows }, truth, runtime, model: name });
      try {
        const places = Int32Array.from(truth, (_, row) => row);
        sheet.add(await runtime.predict(rows.batch(runtime.wishes)), { places, firstRow: 0 });
      } catch (thrown) {
        if (!(thrown instanceof AppError)) throw thrown;
        // Numbers of rows are places in a batch here: nobody should look for them in the holdout.
        const found = messageOf(thrown).replace(/ in row \d+ of the holdout/, ' in one');
        const message = `asked about rows, some of which mix the values of others, ${found}`;
        asked.failure = new AppError(thrown.code, message.slice(0, 1000), { cause: thrown });
        throw asked.failure;
      }
      onAsked(rows.rows);
      return explainedScores(sheet.scores());
    },
  };
  return asked;
}

/** Whether the model gives more than a label. */
export function hasProbabilities(scores: ExplainedScores): boolean {
  if (scores.kind === 'binary') return scores.probability !== null;
  return scores.kind === 'multiclass' ? scores.probabilities !== null : true;
}

/**
 * One number per row to be explained: a regression's prediction; the probability of the positive class, or for many classes
 * of the class that was given as the truth; by label, 1 where that class is predicted and else 0.
 */
export function explainedAnswers(scores: ExplainedScores, by: 'score' | 'label'): Float64Array {
  switch (scores.kind) {
    case 'regression':
      return scores.predicted.slice();
    case 'binary':
      return by === 'label' || scores.probability === null
        ? Float64Array.from(scores.predicted)
        : scores.probability.slice();
    case 'multiclass':
      return by === 'label' || scores.probabilities === null
        ? Float64Array.from(scores.predicted, (kind, row) => Number(kind === scores.truth[row]))
        : scores.probabilities.ofTruth.slice();
    default:
      return scores satisfies never;
  }
}

/** The loss of each row. NaN where the scores do not have what the loss needs. */
export function explanationLosses(loss: ExplanationLoss, scores: ExplainedScores): Float64Array {
  return Float64Array.from(scores.truth, lossAt(loss, scores));
}

function lossAt(loss: ExplanationLoss, scores: ExplainedScores): (value: number, row: number) => number {
  switch (loss) {
    case 'log-loss':
    case 'brier': {
      const at = rowLoss(loss, scores);
      return (_, row) => at(row);
    }
    case 'absolute-error':
    case 'squared-error': {
      if (scores.kind !== 'regression') return () => Number.NaN;
      const power = loss === 'squared-error' ? 2 : 1;
      return (truth, row) => Math.abs((scores.predicted[row] ?? Number.NaN) - truth) ** power;
    }
    case 'error':
      return scores.kind === 'regression'
        ? () => Number.NaN
        : (truth, row) => Number((scores.predicted[row] ?? -1) !== truth);
    default:
      return loss satisfies never;
  }
}

function explainedScores(scores: Scores): ExplainedScores {
  if (scores.kind === 'binary' || scores.kind === 'multiclass' || scores.kind === 'regression') return scores;
  throw new AppError(
    'unsupported',
    `expected a task of ${explainedTasks.join(', ')}, found ${scores.kind}; leave \`explanation\` out`,
  );
}

function truthOf(
  { task }: Target,
  { truths, rows }: { readonly truths: ArrayLike<number>; readonly rows: number },
): Truth {
  const truth =
    task === 'regression' ? new Float64Array(rows) : task === 'binary' ? new Uint8Array(rows) : new Uint16Array(rows);
  for (let row = 0; row < rows; row++) truth[row] = truths[row] ?? 0;
  return truth;
}
