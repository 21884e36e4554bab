import { AppError } from '../../error.ts';
import type { AnswerSheet } from '../answer-sheet.ts';
import type { Scores } from '../metrics/scores.ts';
import type { Answers } from '../runtime/runtime.ts';
import { type SheetContext, wrongAnswer, wrongWidth } from './sheet-context.ts';

/** A sheet of one finite number per row: a regression's value, or a score to rank by. */
export function numberSheet(truth: Float64Array, context: SheetContext): AnswerSheet {
  const { model } = context;
  const predicted = new Float64Array(truth.length);
  return {
    add(answers, { places, firstRow }) {
      const scores = scoresIn(answers, { width: 1, expected: '1 value per row', model });
      for (const [row, place] of places.entries()) {
        const value = finite(scores[row], { model, row: firstRow + row });
        if (place >= 0) predicted[place] = value;
      }
    },
    scores: () =>
      context.target.task === 'ranking' ? ranked(truth, predicted, context) : measured(truth, predicted, context),
  };
}

/** A sheet of forecasts: one value per row, or one for each quantile that the policy names. */
export function forecastSheet(truth: Float64Array, context: SheetContext): AnswerSheet {
  const { model, policy } = context;
  const given = policy?.forecast?.quantiles;
  if (given === undefined) {
    const sheet = numberSheet(truth, context);
    return { add: sheet.add, scores: () => forecast(truth, { ...sheet.scores(), quantiles: null }, context) };
  }
  const width = given.length;
  const levels = given.toSorted((a, b) => a - b);
  const order = levels.map((level) => given.indexOf(level));
  const middle = levels.reduce(
    (best, level, place) => (Math.abs(level - 0.5) < Math.abs((levels[best] ?? 1) - 0.5) ? place : best),
    0,
  );
  const values = new Float64Array(truth.length * width);
  const expected = `${width} values per row, one for each of \`forecast.quantiles\``;
  return {
    add(answers, { places, firstRow }) {
      const scores = scoresIn(answers, { width, expected, model });
      for (const [row, place] of places.entries()) {
        for (const [at, column] of order.entries()) {
          const value = finite(scores[row * width + column], { model, row: firstRow + row });
          if (place >= 0) values[place * width + at] = value;
        }
      }
    },
    scores: () => {
      const predicted = Float64Array.from(truth, (_, row) => values[row * width + middle] ?? 0);
      return forecast(truth, { predicted, quantiles: { levels, values } }, context);
    },
  };
}

function scoresIn(
  { scores, width }: Answers,
  wanted: { readonly width: number; readonly expected: string; readonly model: string },
): ArrayLike<number> {
  if (scores === null || width !== wanted.width) throw wrongWidth(wanted.model, { expected: wanted.expected, width });
  return scores;
}

function finite(value: number | undefined, at: { readonly model: string; readonly row: number }): number {
  if (value !== undefined && Number.isFinite(value)) return value;
  throw wrongAnswer(at.model, { expected: 'a finite number', value: value ?? Number.NaN, row: at.row });
}

function measured(truth: Float64Array, predicted: Float64Array, { policy }: SheetContext): Scores {
  const options = policy?.['metric-options'];
  if (options === undefined) return { kind: 'regression', truth, predicted };
  const { quantile, 'tweedie-power': tweediePower } = options;
  return { kind: 'regression', truth, predicted, options: { quantile, tweediePower } };
}

function ranked(truth: Float64Array, predicted: Float64Array, { policy, keys }: SheetContext): Scores {
  if (policy?.ranking === undefined || keys === undefined) throw withoutKeys('ranking');
  const { cutoff, gain } = policy.ranking;
  return { kind: 'ranking', truth, predicted, query: keys.group, cutoff, gain };
}

function forecast(
  truth: Float64Array,
  given: {
    readonly predicted: Scores['predicted'];
    readonly quantiles: Extract<Scores, { kind: 'forecasting' }>['quantiles'];
  },
  { keys }: SheetContext,
): Scores {
  if (keys === undefined || !(given.predicted instanceof Float64Array)) throw withoutKeys('forecasting');
  const { predicted, quantiles } = given;
  return { kind: 'forecasting', truth, predicted, quantiles, ...keys.forecast(), series: keys.group };
}

function withoutKeys(task: string): AppError {
  return new AppError(
    'bad-config',
    `expected \`${task === 'ranking' ? 'ranking' : 'forecast'}\` in the policy for task ${task}, found none; add it`,
  );
}
