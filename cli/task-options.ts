import { AppError } from '../src/error.ts';
import type { CommandOptions, Invocation } from './command.ts';
import { textOption } from './command.ts';

/** The options that say what a task needs beyond target and features: those of a policy, on the command line. */
export const taskOptions: CommandOptions = {
  query: { type: 'string', value: 'COLUMN', help: 'ranking: the column that says which rows belong to one query' },
  cutoff: { type: 'string', value: 'K', help: 'ranking: the k of NDCG@k, recall@k and precision@k (default: 10)' },
  gain: { type: 'string', value: 'GAIN', help: 'ranking: linear (default) or exponential' },
  series: { type: 'string', value: 'COLUMN', help: 'forecasting: the column that names a series' },
  time: { type: 'string', value: 'COLUMN', help: 'forecasting: the time that a row is a forecast for' },
  horizon: { type: 'string', value: 'COLUMN', help: 'forecasting: how many steps ahead a row is forecast' },
  season: { type: 'string', value: 'N', help: 'forecasting: rows in a season, for MASE (default: 1)' },
  history: { type: 'string', value: 'FILE', help: 'forecasting: the rows before the holdout, for MASE' },
  quantiles: {
    type: 'string',
    value: 'Q,Q',
    help: 'forecasting: the quantiles of the model’s outputs, e.g. 0.1,0.5,0.9',
  },
  labels: { type: 'string', value: 'A,B', help: 'multilabel: one column of 0 and 1 for each label' },
  separator: {
    type: 'string',
    value: 'TEXT',
    help: 'multilabel: what stands between labels in the target (default: |)',
  },
  text: { type: 'string', value: 'COLUMN', help: 'text-classification: the column of text' },
  threshold: {
    type: 'string',
    value: 'RULE',
    help: 'binary: 0.3, precision=0.9, recall=0.95 or costs=1,10 (false positive, false negative)',
  },
  'top-k': { type: 'string', value: 'K', help: 'the k of top-k-accuracy (default: 5)' },
  quantile: { type: 'string', value: 'Q', help: 'the quantile that a regression predicts, for pinball (default: 0.5)' },
  'tweedie-power': { type: 'string', value: 'P', help: 'the power of tweedie-deviance (default: 1.5)' },
  provider: { type: 'string', value: 'NAME', help: 'where ONNX models run: cpu (default) or cuda' },
};

/** What these options amount to, as a policy would write it; the policy's own checks come after. `history` is a path. */
export function taskOf(invocation: Invocation, history: string | undefined): Readonly<Record<string, unknown>> {
  const text = (name: string) => textOption(invocation, name);
  const ranking = given({ query: text('query'), cutoff: number(invocation, 'cutoff'), gain: text('gain') });
  const forecast = given({
    series: text('series'),
    time: text('time'),
    horizon: text('horizon'),
    season: number(invocation, 'season'),
    history,
    quantiles: text('quantiles')?.split(',').map(Number),
  });
  const multilabel = given({ columns: text('labels')?.split(','), separator: text('separator') });
  const metrics = given({
    'top-k': number(invocation, 'top-k'),
    quantile: number(invocation, 'quantile'),
    'tweedie-power': number(invocation, 'tweedie-power'),
  });
  return (
    given({
      ranking,
      forecast,
      multilabel,
      text: text('text'),
      threshold: thresholdOf(text('threshold')),
      'metric-options': metrics,
      'execution-provider': text('provider'),
    }) ?? {}
  );
}

/** An object of the members that are there; undefined when none is. */
function given(members: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> | undefined {
  const known = Object.entries(members).filter(([, member]) => member !== undefined);
  return known.length === 0 ? undefined : Object.fromEntries(known);
}

function number(invocation: Invocation, name: string): number | undefined {
  const typed = textOption(invocation, name);
  if (typed === undefined) return undefined;
  const value = typed.trim() === '' ? Number.NaN : Number(typed);
  if (Number.isFinite(value)) return value;
  throw new AppError('bad-input', `expected a number after --${name}, found ${JSON.stringify(typed)}; write e.g. 10`);
}

function thresholdOf(typed: string | undefined): unknown {
  if (typed === undefined) return undefined;
  const plain = Number(typed);
  if (typed.trim() !== '' && Number.isFinite(plain)) return plain;
  const [, rule, value = ''] = /^(precision|recall|costs)=(.+)$/.exec(typed) ?? [];
  if (rule === 'precision' || rule === 'recall') return { [`at-${rule}`]: Number(value) };
  const costs = value.split(',').map(Number);
  if (rule === 'costs' && costs.length === 2) {
    return { costs: { 'false-positive': costs[0], 'false-negative': costs[1] } };
  }
  throw new AppError(
    'bad-input',
    `expected --threshold as a number, precision=P, recall=R or costs=FALSE-POSITIVE,FALSE-NEGATIVE, found ${JSON.stringify(typed)}; write e.g. --threshold precision=0.9`,
  );
}
