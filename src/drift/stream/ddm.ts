import type { Detector } from './detector.ts';

/**
 * The drift detection method for a stream of errors, 1 for a wrong answer and 0 for a right one (Gama et al. 2004): the error
 * rate and its standard deviation against the best that they ever were. Defaults and arithmetic are those of river 0.26.
 */
export function driftDetectionMethod(
  options: {
    readonly leastValues?: number;
    readonly warningDeviations?: number;
    readonly driftDeviations?: number;
  } = {},
): Detector {
  const { leastValues = 30, warningDeviations = 2, driftDeviations = 3 } = options;
  let state = fresh();
  return {
    update(value) {
      state.count += 1;
      state.rate += (value - state.rate) / state.count;
      const deviation = Math.sqrt(Math.max(0, state.rate * (1 - state.rate)) / state.count);
      if (state.count <= leastValues) return 'steady';
      if (state.rate + deviation <= state.best.rate + state.best.deviation)
        state.best = { rate: state.rate, deviation };
      const { best } = state;
      if (state.rate + deviation > best.rate + driftDeviations * best.deviation) {
        state = fresh();
        return 'drift';
      }
      return state.rate + deviation > best.rate + warningDeviations * best.deviation ? 'warning' : 'steady';
    },
  };
}

function fresh() {
  return { count: 0, rate: 0, best: { rate: Number.POSITIVE_INFINITY, deviation: 0 } };
}
