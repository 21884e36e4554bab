import { studentSurvival } from './beta.ts';
import { normalCdf, normalQuantile } from './normal.ts';
import { studentQuantile, studentTwoSided } from './student-t.ts';

/** The difference of two quantities measured on the same rows, its confidence interval and the p-value of "no difference". */
export interface PairedEstimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Two-sided; null when the method gives none. */
  readonly pValue: number | null;
}

/** What rows say of a difference: an interval at any confidence, and how well it is told from any limit. */
export interface PairedInference {
  readonly value: number;
  /** The standard error; 0 when nothing varies. */
  readonly error: number;
  at(confidence: number): PairedEstimate;
  /** One-sided, of "the true difference is at least `limit`": small when it lies below. */
  pBelow(limit: number): number;
  /** One-sided, of "the true difference is at most `limit`": small when it lies above. */
  pAbove(limit: number): number;
}

/**
 * The inference of a value with a standard error: by the normal distribution, or by Student's t where `degrees` is finite.
 * Without any error the value is taken for known.
 */
export function waldInference(options: {
  readonly value: number;
  readonly error: number;
  readonly degrees: number;
}): PairedInference {
  const { value, error, degrees } = options;
  if (error === 0) {
    return {
      value,
      error,
      at: () => ({ value, low: value, high: value, pValue: value === 0 ? 1 : 0 }),
      pBelow: (limit) => (value < limit ? 0 : 1),
      pAbove: (limit) => (value > limit ? 0 : 1),
    };
  }
  const isNormal = !Number.isFinite(degrees);
  const below = (z: number) => (isNormal ? normalCdf(z) : studentSurvival(-z, degrees));
  const ratio = value / error;
  return {
    value,
    error,
    at(confidence) {
      const share = (1 + confidence) / 2;
      const reach = (isNormal ? normalQuantile(share) : studentQuantile(share, degrees)) * error;
      const pValue = isNormal ? Math.min(1, 2 * below(-Math.abs(ratio))) : studentTwoSided(ratio, degrees);
      return { value, low: value - reach, high: value + reach, pValue };
    },
    pBelow: (limit) => below((value - limit) / error),
    pAbove: (limit) => below((limit - value) / error),
  };
}
