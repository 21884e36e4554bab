import { type Moments, sampleVariance } from './moments.ts';
import { type PairedInference, waldInference } from './paired-estimate.ts';

/**
 * The mean of per-row differences with Student's t interval: the paired t test. Null below two rows, where nothing is
 * known of the spread.
 */
export function pairedMean(differences: Moments): PairedInference | null {
  return linearisedEstimate({ value: differences.mean, influence: differences });
}

/**
 * A statistic that moves, to first order, like the mean of a per-row influence (the delta method): its value with the t
 * interval that the spread of the influence gives. An influence without spread gives an interval without width.
 */
export function linearisedEstimate(options: {
  readonly value: number;
  readonly influence: Moments;
}): PairedInference | null {
  const { value, influence } = options;
  if (influence.count < 2) return null;
  const error = Math.sqrt(sampleVariance(influence) / influence.count);
  return waldInference({ value, error, degrees: influence.count - 1 });
}
