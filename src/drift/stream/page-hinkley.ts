import type { Detector } from './detector.ts';

/**
 * Page–Hinkley's test (Page 1954): drift once the sum of the deviations from the running mean, which forgets by `alpha`, lies
 * `threshold` above its least or below its greatest value. `delta` is the change that does not matter. Defaults and
 * arithmetic are those of river 0.26.
 */
export function pageHinkley(
  options: {
    readonly leastValues?: number;
    readonly delta?: number;
    readonly threshold?: number;
    readonly alpha?: number;
  } = {},
): Detector {
  const { leastValues = 30, delta = 0.005, threshold = 50, alpha = 0.9999 } = options;
  let state = fresh();
  return {
    update(value) {
      state.count += 1;
      state.mean += (value - state.mean) / state.count;
      const deviation = value - state.mean;
      state.rise = alpha * state.rise + deviation - delta;
      state.fall = alpha * state.fall + deviation + delta;
      state.leastRise = Math.min(state.leastRise, state.rise);
      state.mostFall = Math.max(state.mostFall, state.fall);
      const furthest = Math.max(state.rise - state.leastRise, state.mostFall - state.fall);
      if (state.count < leastValues || furthest <= threshold) return 'steady';
      state = fresh();
      return 'drift';
    },
  };
}

function fresh() {
  return { count: 0, mean: 0, rise: 0, fall: 0, leastRise: Number.POSITIVE_INFINITY, mostFall: -1 };
}
