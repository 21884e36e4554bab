import type { MetricName } from '../metric-name.ts';
import { type Linear, meanMetric, ratioMetric, type Undefined } from './linear.ts';
import type { ForecastScores } from './scores.ts';

/**
 * The metrics of a forecast, with the influence of each row. MASE is the mean over the series of mean |error| / scale
 * (Hyndman and Koehler, International Journal of Forecasting 22, 2006); sMAPE is the mean of 2·|error| / (|truth| +
 * |forecast|), 0 where both are 0 (Makridakis, Spiliotis and Assimakopoulos, M4, 2020); WAPE is Σ|error| / Σ|truth|.
 */
export function forecastMetric(metric: MetricName, scores: ForecastScores): Linear | Undefined | null {
  const { truth, predicted, quantiles } = scores;
  const rows = truth.length;
  const error = (row: number) => Math.abs((predicted[row] ?? 0) - (truth[row] ?? 0));
  const size = (row: number) => Math.abs(truth[row] ?? 0);
  switch (metric) {
    case 'mae':
      return meanMetric(rows, error);
    case 'rmse':
      return rootMetric(meanMetric(rows, (row) => error(row) ** 2));
    case 'mape': {
      const zeros = truth.reduce((sum, value) => sum + (value === 0 ? 1 : 0), 0);
      if (zeros === 0) return meanMetric(rows, (row) => error(row) / size(row));
      return {
        kind: 'undefined',
        reason: `the target is 0 in ${zeros} of ${rows} rows, where a relative error has no value`,
      };
    }
    case 'smape':
      return meanMetric(rows, (row) => {
        const both = size(row) + Math.abs(predicted[row] ?? 0);
        return both === 0 ? 0 : (2 * error(row)) / both;
      });
    case 'wape':
      return (
        ratioMetric(rows, { part: error, whole: size }) ?? {
          kind: 'undefined',
          reason: `the target is 0 in all ${rows} rows`,
        }
      );
    case 'mase':
      return scaledError(scores, error);
    case 'pinball':
    case 'coverage':
    case 'interval-width':
      if (quantiles === null) return { kind: 'missing', reason: 'the policy names no `forecast.quantiles`' };
      return quantileMetric(metric, { truth, quantiles });
    default:
      return null;
  }
}

/** The loss of a forecast of the quantile τ: τ·(truth − forecast) above it, (1 − τ)·(forecast − truth) below (Koenker and Bassett 1978). */
export function pinballLoss(options: {
  readonly level: number;
  readonly truth: number;
  readonly predicted: number;
}): number {
  const gap = options.truth - options.predicted;
  return gap >= 0 ? options.level * gap : (options.level - 1) * gap;
}

function rootMetric(mean: Linear): Linear {
  const value = Math.sqrt(mean.value);
  const influence = mean.influence.map((square) => (value === 0 ? 0 : square / (2 * value)));
  return { kind: 'linear', value, influence };
}

function scaledError({ series, scale }: ForecastScores, error: (row: number) => number): Linear | Undefined {
  const counts = new Float64Array(scale.length);
  for (const one of series) if ((scale[one] ?? Number.NaN) > 0) counts[one] = (counts[one] ?? 0) + 1;
  const measured = counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
  if (measured === 0) {
    return {
      kind: 'undefined',
      reason: 'no series has a history of more than one season that varies; name it in `forecast.history`',
    };
  }
  return meanMetric(series.length, (row) => {
    const one = series[row] ?? 0;
    const count = counts[one] ?? 0;
    return count === 0 ? 0 : (error(row) / (scale[one] ?? 1)) * (series.length / measured / count);
  });
}

function quantileMetric(
  metric: 'pinball' | 'coverage' | 'interval-width',
  { truth, quantiles }: { readonly truth: Float64Array; readonly quantiles: NonNullable<ForecastScores['quantiles']> },
): Linear | Undefined {
  const { levels, values } = quantiles;
  const width = levels.length;
  if (metric === 'pinball') {
    return meanMetric(truth.length, (row) => {
      let sum = 0;
      for (const [place, level] of levels.entries()) {
        sum += pinballLoss({ level, truth: truth[row] ?? 0, predicted: values[row * width + place] ?? 0 });
      }
      return sum / width;
    });
  }
  if (width < 2) return { kind: 'missing', reason: 'an interval needs two quantiles; add one to `forecast.quantiles`' };
  const low = (row: number) => values[row * width] ?? 0;
  const high = (row: number) => values[row * width + width - 1] ?? 0;
  if (metric === 'interval-width') return meanMetric(truth.length, (row) => high(row) - low(row));
  return meanMetric(truth.length, (row) => {
    const value = truth[row] ?? 0;
    return value >= low(row) && value <= high(row) ? 1 : 0;
  });
}
