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
 * Economic Statistics 13, 1995, with the long-run variance of Lazarus, Lewis, Stock and Watson, same journal 36, 2018).
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
  // Slow waves hold the variance of the mean; as many of them as are slower than errors that overlap by `steps`.
  const waves = Math.max(2, Math.min(Math.floor(0.4 * times ** (2 / 3)), Math.floor(times / steps)));
  let variance = 0;
  for (let wave = 1; wave <= waves; wave++) {
    let size = 0;
    for (let at = 0; at < times; at++) {
      size += ((byTime[at] ?? 0) - mean) * Math.cos((Math.PI * wave * (at + 0.5)) / times);
    }
    variance += ((2 / times) * size * size) / waves;
  }
  return waldInference({ value, error: Math.sqrt(variance / times), degrees: waves });
}
