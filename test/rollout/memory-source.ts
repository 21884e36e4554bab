import type { Measured, MetricSource } from '../../src/ports/metric-source.ts';

/** Requests and errors of both arms in a second, as a source would measure them over any window. */
export interface MemorySource extends MetricSource {
  /** Errors per request. */
  rates: { champion: number; candidate: number };
  requestsPerSecond: number;
  /** Percent that the candidate really gets. */
  weight: () => number;
  /** What answers in place of numbers; null for numbers. */
  fault: ((arm: 'champion' | 'candidate', from: string) => Measured | null) | null;
}

/** Counts without chance: rates times exposures, rounded, so that a test says what it means. */
export function memorySource(weight: () => number): MemorySource {
  const source: MemorySource = {
    rates: { champion: 0.02, candidate: 0.02 },
    requestsPerSecond: 5000,
    weight,
    fault: null,
    async measure({ arm, from, to }) {
      const fault = source.fault?.(arm, from) ?? null;
      if (fault !== null) return fault;
      const seconds = (Date.parse(to) - Date.parse(from)) / 1000;
      const share = source.weight() / 100;
      const n = Math.round(seconds * source.requestsPerSecond * (arm === 'candidate' ? share : 1 - share));
      // Some scatter, so that history has a dispersion near one.
      const scatter = ((Date.parse(to) / 1000) % 5) - 2;
      const x = Math.max(0, Math.round(n * source.rates[arm] + (arm === 'champion' ? scatter : 0)));
      if (n === 0) return { kind: 'missing', missing: 'no-traffic', reason: 'no requests' };
      return { kind: 'value', counts: { n, x: Math.min(n, x) }, reset: false };
    },
    check: async () => [],
  };
  return source;
}
