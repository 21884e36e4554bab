/** What one bench measured, as its line in the table. */
export interface Figure {
  readonly name: string;
  /** How many measurements the numbers are of. */
  readonly n: number;
  readonly unit: string;
  readonly median: number;
  /** Null where there are too few measurements to speak of it. */
  readonly p95: number | null;
  /** What is promised, and whether it was kept; null where nothing is. */
  readonly promise: { readonly text: string; readonly kept: boolean } | null;
  /** A peer's figure, or what else one should know. */
  readonly note: string;
}

/** One bench: its name on the command line, and what it measures. It says how far it is and returns its figures. */
export interface Bench {
  readonly name: string;
  run(say: (line: string) => void): Promise<readonly Figure[]>;
}

/** A figure of measurements, with its promise, which speaks of the 95th percentile unless `of` says otherwise. */
export function figure(options: {
  readonly name: string;
  readonly samples: readonly number[];
  readonly unit: string;
  readonly promise?: { readonly text: string; readonly most: number; readonly of?: 'p95' | 'median' | 'most' };
  readonly note?: string;
}): Figure {
  const { name, samples, unit, promise, note = '' } = options;
  const median = quantile(samples, 0.5);
  const p95 = quantile(samples, 0.95);
  const held = { p95, median, most: quantile(samples, 1) }[promise?.of ?? 'p95'];
  return {
    name,
    n: samples.length,
    unit,
    median,
    p95: samples.length < 10 ? null : p95,
    promise: promise === undefined ? null : { text: promise.text, kept: held <= promise.most },
    note,
  };
}

/** The smallest sample that at least this share of the samples does not exceed; NaN of none. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** A number as the table shows it: three digits, or all of its whole ones. */
export function shown(value: number): string {
  if (Number.isNaN(value)) return '–';
  if (Math.abs(value) < 100) return String(Number(value.toPrecision(3)));
  return value.toFixed(0).replace(/\B(?=(\d{3})+$)/g, ' ');
}
