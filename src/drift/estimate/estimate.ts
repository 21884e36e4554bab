import { calibrationOf } from './calibration.ts';
import { type ClassifierRows, rowsBetween } from './class-rows.ts';
import {
  type Estimate,
  type EstimatedMetric,
  estimatedMetrics,
  type MetricEstimate,
  type PerformanceEstimate,
} from './estimate-report.ts';
import { type Calibration, calibrated } from './isotonic.ts';
import { expectedRates, type Rates, realisedRates } from './rates.ts';
import { type SamplingErrors, samplingErrors } from './sampling-error.ts';

/** Into so many chunks of equal size rows are cut. */
const chunkCount = 10;
/** One chunk beyond the threshold happens by chance in up to one of twelve estimates of rows that did not change. */
const leastAlerts = 2;
/** Fewer rows than this on a side estimate nothing. */
const leastRows = 100;

/**
 * Estimates how a classifier does on rows without labels from how probable its own scores make its predictions, once the
 * scores are calibrated on labelled reference rows. It holds as long as the same scores mean the same probabilities: a
 * change of the concept itself cannot be seen without labels.
 */
export function estimatePerformance(options: {
  readonly reference: ClassifierRows;
  readonly current: ClassifierRows;
}): Pick<PerformanceEstimate, 'calibrated' | 'rows' | 'metrics' | 'verdict'> {
  const { reference, current } = options;
  const rows = {
    reference: reference.count,
    current: current.count,
    passedOver: reference.passedOver + current.passedOver,
  };
  if (reference.count < leastRows || current.count < leastRows) {
    return { calibrated: [], rows, metrics: {}, verdict: 'not-assessed' };
  }
  const calibrations = reference.classes.map(calibrationOf);
  const errors = samplingErrors(reference);
  const estimated = (some: ClassifierRows) => ratesOf(some, calibrations);
  const chunks = chunksOf(current).map((chunk) => ({ rows: chunk.count, rates: estimated(chunk) }));
  const whole = { rows: current.count, rates: estimated(current) };
  const known = realisedRates(reference);
  const referenceChunks = chunksOf(reference).map(realisedRates);
  const metrics = Object.fromEntries(
    estimatedMetrics.flatMap((metric) => {
      const found = metricEstimate({ metric, known, referenceChunks, whole, chunks, errors });
      return found === null ? [] : [[metric, found]];
    }),
  );
  const verdicts = Object.values(metrics).map(({ verdict }) => verdict);
  return {
    calibrated: reference.classes.flatMap((one, index) => (calibrations[index] === null ? [] : [one.class])),
    rows,
    metrics,
    verdict: verdicts.includes('moved') ? 'moved' : verdicts.includes('steady') ? 'steady' : 'not-assessed',
  };
}

interface Estimated {
  readonly rows: number;
  readonly rates: Rates;
}

function metricEstimate(options: {
  readonly metric: EstimatedMetric;
  readonly known: Rates;
  readonly referenceChunks: readonly Rates[];
  readonly whole: Estimated;
  readonly chunks: readonly Estimated[];
  readonly errors: SamplingErrors;
}): MetricEstimate | null {
  const { metric, known, referenceChunks, whole, chunks, errors } = options;
  const estimateOf = ({ rows, rates }: Estimated): Estimate | null => {
    const [value, error] = [rates[metric], errors(rows)[metric]];
    if (value === null || error === null) return null;
    const low = Math.max(0, value - 3 * error);
    return { value, samplingError: error, low, high: Math.min(1, value + 3 * error) };
  };
  const noise = referenceChunks.flatMap((rates) => rates[metric] ?? []);
  const [reference, estimate] = [known[metric], estimateOf(whole)];
  if (reference === null || estimate === null || noise.length === 0) return null;
  const threshold = bandOf(noise);
  const isAlert = ({ value }: Estimate) => value < threshold.low || value > threshold.high;
  const shown = chunks.map((chunk) => {
    const found = estimateOf(chunk);
    return found === null ? null : { ...found, alert: isAlert(found) };
  });
  const alerts = shown.filter((chunk) => chunk?.alert === true).length;
  const moved = isAlert(estimate) || alerts >= leastAlerts;
  return { reference, estimate, threshold, chunks: shown, verdict: moved ? 'moved' : 'steady' };
}

/** Mean ± 3 standard deviations (divisor n), inside 0 … 1. */
function bandOf(values: readonly number[]): { readonly low: number; readonly high: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  return { low: Math.max(0, mean - 3 * deviation), high: Math.min(1, mean + 3 * deviation) };
}

/** Tenths in order; what is left over is a chunk of its own. */
function chunksOf(rows: ClassifierRows): readonly ClassifierRows[] {
  const size = Math.floor(rows.count / chunkCount);
  return Array.from({ length: Math.ceil(rows.count / size) }, (_, chunk) =>
    rowsBetween(rows, chunk * size, (chunk + 1) * size),
  );
}

/** Probabilities of several classes are rescaled to add up to 1; where all are 0 each class is as likely. */
function ratesOf(rows: ClassifierRows, calibrations: readonly (Calibration | null)[]): Rates {
  const probabilities = rows.classes.map(({ scores }, index) => {
    const calibration = calibrations[index] ?? null;
    return calibration === null ? scores.slice() : scores.map((score) => calibrated(calibration, score));
  });
  if (probabilities.length === 1) return expectedRates(rows, probabilities);
  for (let row = 0; row < rows.count; row += 1) {
    const sum = probabilities.reduce((all, each) => all + (each[row] ?? 0), 0);
    for (const each of probabilities) each[row] = sum > 0 ? (each[row] ?? 0) / sum : 1 / probabilities.length;
  }
  return expectedRates(rows, probabilities);
}
