import { momentsOf } from '../../statistics/moments.ts';
import { type PairedInference, waldInference } from '../../statistics/paired-estimate.ts';
import { linearisedEstimate } from '../../statistics/paired-mean.ts';
import type { ForecastScores } from '../metrics/scores.ts';

/** From this many series on, whole series are what is compared; below, points in time. */
const seriesToCompare = 20;
/** Fewer points in time say nothing of how their errors hang together. */
const fewestTimes = 10;

/**
 * What forecasts say of a difference whose rows move it by `influence`. Forecasts of one series follow each other, so their
 * rows are summed by series where there are enough of them, else by time (Diebold and Mariano, Journal of Business &
 * Economic Statistics 13, 1995, with the small-sample correction of Harvey, Leybourne and Newbold 1997).
 */
export function forecastInference(
  { value, influence }: { readonly value: number; readonly influence: Float64Array },
  scores: ForecastScores,
): { readonly inference: PairedInference | null; readonly method: string } {
  const bySeries = sums(influence, scores.series);
  if (bySeries.length >= seriesToCompare) {
    const moments = momentsOf(bySeries.length, (unit) => bySeries[unit] ?? 0);
    return { inference: linearisedEstimate({ value, influence: moments }), method: 'paired t over series' };
  }
  const byTime = sums(influence, scores.time);
  const steps = scores.step === null ? 1 : scores.step.reduce((most, step) => Math.max(most, Math.ceil(step)), 1);
  return { inference: dieboldMariano({ value, byTime, steps }), method: 'Diebold–Mariano over time' };
}

/** Per distinct key, ascending, what its rows add up to, so that the mean over keys is the mean over rows. */
function sums(values: Float64Array, keys: Uint32Array | Float64Array): Float64Array {
  const totals = new Map<number, number>();
  for (const [row, value] of values.entries()) {
    const key = keys[row] ?? 0;
    totals.set(key, (totals.get(key) ?? 0) + value);
  }
  const scale = totals.size / values.length;
  return Float64Array.from(
    [...totals.keys()].sort((a, b) => a - b),
    (key) => (totals.get(key) ?? 0) * scale,
  );
}

function dieboldMariano(options: {
  readonly value: number;
  readonly byTime: Float64Array;
  /** The furthest step ahead: errors of forecasts that far overlap. */
  readonly steps: number;
}): PairedInference | null {
  const { value, byTime, steps } = options;
  const times = byTime.length;
  if (times < fewestTimes || times <= steps) return null;
  const { mean } = momentsOf(times, (at) => byTime[at] ?? 0);
  const lags = Math.min(times - 1, Math.max(steps - 1, Math.floor(4 * (times / 100) ** (2 / 9))));
  let variance = 0;
  for (let lag = 0; lag <= lags; lag++) {
    let product = 0;
    for (let at = lag; at < times; at++) product += ((byTime[at] ?? 0) - mean) * ((byTime[at - lag] ?? 0) - mean);
    // The weights of Newey and West (1987) keep the variance from falling below 0.
    variance += (lag === 0 ? 1 : 2 * (1 - lag / (lags + 1))) * (product / times);
  }
  const correction = (times + 1 - 2 * steps + (steps * (steps - 1)) / times) / times;
  const error = Math.sqrt(Math.max(0, variance) / times / correction);
  return waldInference({ value, error, degrees: times - 1 });
}
