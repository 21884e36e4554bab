import { AppError } from '../../error.ts';
import { quoted } from '../../policy/quoted.ts';
import type { CounterTrack, Reading } from './counter-increase.ts';
import type { Edge } from './parts.ts';
import type { PrometheusSeries } from './prometheus-api.ts';

/** The readings of plain counters: one track per series. */
export function counterTracks(series: readonly PrometheusSeries[]): readonly CounterTrack[] {
  return series.map(({ metric, values, histograms }) => {
    if (histograms.length > 0) {
      throw new AppError(
        'bad-input',
        'expected a counter, found a native histogram; ask for `histogram_count(…)` of it',
      );
    }
    return { labels: unnamed(metric), readings: values.map(([at, text]) => scalarReading(at, text)) };
  });
}

/** The readings of histograms: classic ones are series that differ by `le`, native ones hold their buckets themselves. */
export function histogramTracks(series: readonly PrometheusSeries[]): readonly CounterTrack[] {
  const native = series.filter(({ histograms }) => histograms.length > 0);
  const classic = Map.groupBy(
    series.filter(({ histograms }) => histograms.length === 0),
    ({ metric }) => JSON.stringify(Object.entries(withoutEdge(metric)).sort()),
  );
  const tracks = [
    ...[...classic.values()].map((group) => ({ labels: withoutEdge(group[0]?.metric ?? {}), readings: joined(group) })),
    ...native.map(({ metric, histograms }) => ({ labels: unnamed(metric), readings: histograms.map(nativeReading) })),
  ];
  const grids = new Set(
    tracks.flatMap(({ readings }) =>
      readings.slice(-1).map(({ cumulative }) => String(cumulative.map(([edge]) => edge))),
    ),
  );
  if (grids.size <= 1) return tracks;
  throw new AppError(
    'bad-input',
    `expected histograms with the same edges, found ${grids.size} sets of edges; match series of one set, or let every process use the same`,
  );
}

/** How the labels of tracks differ, for the sentence that refuses several series; null when there is one at most. */
export function differing(tracks: readonly CounterTrack[]): string | null {
  if (tracks.length < 2) return null;
  const names = [...new Set(tracks.flatMap(({ labels }) => Object.keys(labels)))].sort();
  const differ = names.filter((name) => new Set(tracks.map(({ labels }) => labels[name] ?? '')).size > 1);
  return differ.map((name) => quoted(name)).join(', ') || 'no label';
}

/** The edges of a histogram as a report names them; at most `most`, every other one is merged with the next until they fit. */
export function edgesOf(
  cumulative: readonly (readonly [number, number])[],
  most: number,
): readonly (readonly [Edge, number])[] {
  let kept = cumulative;
  while (kept.length > most) kept = kept.filter((_, index) => (kept.length - 1 - index) % 2 === 0);
  return kept.map(([edge, count]) => [edge === Number.POSITIVE_INFINITY ? '+Inf' : edge, count]);
}

function scalarReading(at: number, text: string): Reading {
  return { at: Math.round(at * 1000), cumulative: [[Number.POSITIVE_INFINITY, numberIn(text)]] };
}

/** Samples of one scrape have one time; a scrape in which an edge is absent is no whole reading. */
function joined(group: readonly PrometheusSeries[]): readonly Reading[] {
  const byTime = new Map<number, [number, number][]>();
  for (const { metric, values } of group) {
    const edge = numberIn(metric['le'] ?? 'no le');
    if (Number.isNaN(edge)) {
      throw new AppError('bad-input', 'expected buckets with the label `le`, found none; ask for `…_bucket` by le');
    }
    for (const [at, text] of values) {
      const time = Math.round(at * 1000);
      byTime.set(time, [...(byTime.get(time) ?? []), [edge, numberIn(text)]]);
    }
  }
  return [...byTime]
    .filter(([, cumulative]) => cumulative.length === group.length)
    .map(([at, cumulative]) => ({ at, cumulative: cumulative.sort(([a], [b]) => a - b) }))
    .sort((a, b) => a.at - b.at);
}

/** Four edges per doubling: every native histogram of schema 2 or finer has them, and both arms must have the same. */
const nativeEdges = Array.from({ length: 137 }, (_, index) => 2 ** ((index - 68) / 4));
const widestBucket = 2 ** (1 / 4) * (1 + 1e-9);

function nativeReading([at, { count, buckets }]: PrometheusSeries['histograms'][number]): Reading {
  const own = buckets.map(([, lower, upper, held]) => [numberIn(lower), numberIn(upper), numberIn(held)] as const);
  if (own.some(([lower, upper]) => lower > 0 && upper > lower * widestBucket)) {
    throw new AppError(
      'bad-input',
      'expected a native histogram with four buckets per doubling, found a coarser one; give it more buckets',
    );
  }
  const within = nativeEdges.map((edge) => {
    const below = own.filter(([, upper]) => upper <= edge * (1 + 1e-9));
    return [edge, below.reduce((sum, [, , held]) => sum + held, 0)] as const;
  });
  return { at: Math.round(at * 1000), cumulative: [...within, [Number.POSITIVE_INFINITY, numberIn(count)]] };
}

/** A number as Prometheus writes it: also +Inf, -Inf and NaN. */
export function numberIn(text: string): number {
  if (/^\+?Inf$/i.test(text)) return Number.POSITIVE_INFINITY;
  if (/^-Inf$/i.test(text)) return Number.NEGATIVE_INFINITY;
  return text.trim() === '' ? Number.NaN : Number(text);
}

function unnamed({ __name__: _, ...rest }: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return rest;
}

function withoutEdge(metric: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { le: _, ...rest } = unnamed(metric);
  return rest;
}
