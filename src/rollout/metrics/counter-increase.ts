import { AppError } from '../../error.ts';

/** What a process had counted at one instant: cumulative counts by rising upper edge; a plain counter has the edge ∞ only. */
export interface Reading {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly cumulative: readonly (readonly [edge: number, count: number])[];
}

/** Readings of one counter (or histogram) of one process, in the order of time. */
export interface CounterTrack {
  readonly labels: Readonly<Record<string, string>>;
  readonly readings: readonly Reading[];
}

/** What was counted in a window. */
export interface Increase {
  readonly cumulative: readonly (readonly [edge: number, count: number])[];
  /** Something fell: a process began to count again. What it counted between its last reading and its end is lost. */
  readonly reset: boolean;
}

/**
 * What counters counted after `from`, up to and with `to` (milliseconds since 1970): differences of readings, from the
 * last one at or before `from` to the last one at or before `to`. Nothing is extrapolated, so that counts stay whole and
 * windows that follow each other add up to the counter. Null when no track was read in the window. A track without a
 * reading before counts from zero where `isBorn` knows that it began to exist, else from its first reading.
 */
export function increaseOf(
  tracks: readonly CounterTrack[],
  window: { readonly from: number; readonly to: number; readonly isBorn: (track: CounterTrack) => boolean },
): Increase | null {
  const read = tracks.filter((track) => inWindow(track, window).length > 0);
  if (read.length === 0) return null;
  const segments = read.flatMap((track) => segmentsOf(track, window));
  const edges = [...new Set(segments.flatMap(({ end }) => end.cumulative.map(([edge]) => edge)))].sort((a, b) => a - b);
  const cumulative = edges.map((edge) => {
    const counted = segments.map(({ start, end }) => countAt(end, edge) - (start === null ? 0 : countAt(start, edge)));
    return [edge, counted.reduce((sum, count) => sum + count, 0)] as const;
  });
  return { cumulative, reset: segments.some(({ isAfterReset }) => isAfterReset) };
}

/** The readings of a track that lie in the window. */
export function inWindow(
  { readings }: CounterTrack,
  { from, to }: { readonly from: number; readonly to: number },
): readonly Reading[] {
  return readings.filter(({ at }) => at > from && at <= to);
}

interface Segment {
  /** Null: from zero. */
  readonly start: Reading | null;
  readonly end: Reading;
  readonly isAfterReset: boolean;
}

function segmentsOf(
  track: CounterTrack,
  window: { readonly from: number; readonly to: number; readonly isBorn: (track: CounterTrack) => boolean },
): readonly Segment[] {
  const inside = inWindow(track, window);
  const before = track.readings.findLast(({ at }) => at <= window.from) ?? null;
  const [first] = inside;
  if (first === undefined) return [];
  inside.forEach(refuseOddity);
  if (before !== null) refuseOddity(before);
  const segments: Segment[] = [];
  let start = before ?? (window.isBorn(track) ? null : first);
  let previous = before ?? first;
  let isAfterReset = false;
  for (const reading of inside) {
    if (fell(previous, reading)) {
      segments.push({ start, end: previous, isAfterReset });
      start = null;
      isAfterReset = true;
    }
    previous = reading;
  }
  return [...segments, { start, end: previous, isAfterReset }];
}

/** All counts of a process begin again together: one that fell tells of the others. */
function fell(earlier: Reading, later: Reading): boolean {
  return later.cumulative.some(([edge, count]) => countAt(earlier, edge) > count);
}

function countAt({ cumulative }: Reading, edge: number): number {
  return cumulative.findLast(([upper]) => upper <= edge)?.[1] ?? 0;
}

function refuseOddity({ cumulative }: Reading): void {
  const odd = cumulative.find(([edge, count]) => Number.isNaN(edge) || !Number.isFinite(count));
  if (odd === undefined) return;
  throw new AppError('bad-input', `expected a counter, found ${odd[1]} in it; ask for another metric`);
}
