import type { Cells, SamplePair } from './sample.ts';

/**
 * Equal-width edges over both samples, as many as Sturges's rule says of their number: numpy's `bins="sturges"`. Columns of
 * whole numbers have bins of at least 1 (numpy 2).
 */
export function sturgesEdges({ reference, current }: SamplePair, leastWidth = 0): readonly number[] {
  const low = Math.min(reference[0] ?? Number.POSITIVE_INFINITY, current[0] ?? Number.POSITIVE_INFINITY);
  const high = Math.max(reference.at(-1) ?? Number.NEGATIVE_INFINITY, current.at(-1) ?? Number.NEGATIVE_INFINITY);
  const width = (high - low) / (Math.log2(reference.length + current.length) + 1);
  return equalWidth({ low, high, width: width > 0 ? Math.max(width, leastWidth) : width });
}

/** Equal-width edges over one sorted sample by Doane's rule, which allows for skewness: numpy's `bins="doane"`. */
export function doaneEdges(sorted: Float64Array): readonly number[] {
  const n = sorted.length;
  const [low, high] = [sorted[0] ?? 0, sorted.at(-1) ?? 0];
  const mean = sorted.reduce((sum, value) => sum + value, 0) / n;
  const moment = (power: number) => sorted.reduce((sum, value) => sum + (value - mean) ** power, 0) / n;
  const sigma = Math.sqrt(moment(2));
  const skewness = sigma > 0 ? moment(3) / sigma ** 3 : 0;
  const error = Math.sqrt((6 * (n - 2)) / ((n + 1) * (n + 3)));
  const width = n > 2 && sigma > 0 ? (high - low) / (1 + Math.log2(n) + Math.log2(1 + Math.abs(skewness) / error)) : 0;
  return equalWidth({ low, high, width });
}

/** Cells between edges: each holds its lower edge, the last one both. Values outside are not counted. */
export function cellsBetween(edges: readonly number[], pair: SamplePair): Cells {
  return { reference: countsBetween(edges, pair.reference), current: countsBetween(edges, pair.current) };
}

/** Cells of the reference's quantiles (linear interpolation, as numpy's), open at both ends: the classical PSI's bins. */
export function quantileCells(parts: number, { reference, current }: SamplePair): Cells {
  const inner = Array.from({ length: parts - 1 }, (_, index) => quantile(reference, (index + 1) / parts));
  const edges = [Number.NEGATIVE_INFINITY, ...inner, Number.POSITIVE_INFINITY];
  return cellsBetween(edges, { reference, current });
}

/** Counts of each text in both samples, over the union of the texts in the order of first appearance. */
export function categoryCells(
  reference: readonly string[],
  current: readonly string[],
): Cells & { readonly labels: readonly string[] } {
  const labels = [...new Set([...reference, ...current])];
  const counted = (values: readonly string[]) => {
    const counts = new Map<string, number>();
    for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
    return labels.map((label) => counts.get(label) ?? 0);
  };
  return { labels, reference: counted(reference), current: counted(current) };
}

/** Shares as Evidently prepares them for PSI: zeros become 1e-4, or a millionth of the least share when that is smaller. */
export function evidentlyShares(cells: Cells): { readonly p: readonly number[]; readonly q: readonly number[] } {
  const filled = (counts: readonly number[]) => {
    const sum = counts.reduce((a, b) => a + b, 0);
    const all = counts.map((count) => count / sum);
    const least = Math.min(...all.filter((share) => share > 0));
    const zero = least <= 1e-4 ? least / 1e6 : 1e-4;
    return all.map((share) => (share === 0 ? zero : share));
  };
  return { p: filled(cells.reference), q: filled(cells.current) };
}

/** NannyML's cells: Doane's bins of the reference, and one more for whatever lies outside them. */
export function nannymlCells(pair: SamplePair): Cells {
  const { reference, current } = cellsBetween(doaneEdges(pair.reference), pair);
  const outside = pair.current.length - current.reduce((a, b) => a + b, 0);
  return outside === 0 ? { reference, current } : { reference: [...reference, 0], current: [...current, outside] };
}

function equalWidth({ low, high, width }: { readonly low: number; readonly high: number; readonly width: number }) {
  if (low === high) return [low - 0.5, high + 0.5];
  const bins = width > 0 ? Math.ceil((high - low) / width) : 1;
  // Multiplied in numpy's order: a value on an edge falls on the same side.
  return Array.from({ length: bins + 1 }, (_, index) => (index === bins ? high : low + index * ((high - low) / bins)));
}

function countsBetween(edges: readonly number[], sorted: Float64Array): readonly number[] {
  const counts = new Array<number>(edges.length - 1).fill(0);
  let bin = 0;
  for (const value of sorted) {
    if (value < (edges[0] ?? 0)) continue;
    while (bin + 1 < counts.length && value >= (edges[bin + 1] ?? 0)) bin++;
    if (value > (edges[bin + 1] ?? 0)) break;
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}

function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? 0;
  return below + (place % 1) * ((sorted[Math.floor(place) + 1] ?? below) - below);
}
