/** A value with how many rows have it, and between which ranks (from 0) it can lie. */
interface Entry {
  readonly value: number;
  readonly weight: number;
  readonly leastRank: number;
  readonly mostRank: number;
}

/** Quantiles of a sketch with the number of rows up to each. */
export interface CumulatedQuantiles {
  readonly values: readonly number[];
  readonly counts: readonly number[];
}

/**
 * The values at `parts` + 1 evenly spaced ranks as TensorFlow's weighted quantile stream has them (error 0.01): values are
 * sorted in buffers, buffers are compressed to blocks, blocks merged level by level. The same up to a buffer's 11 604
 * values whatever their order; beyond, the order of the rows has an influence on the last digits.
 */
export function sketchedQuantiles(values: Float64Array, parts: number): CumulatedQuantiles {
  const levels: (readonly Entry[])[] = [];
  for (let from = 0; from < values.length; from += 2 * blockSize) {
    propagate(levels, compressed(sortedEntries(values.subarray(from, from + 2 * blockSize))));
  }
  // Statistics are made compact once more before they are written down.
  return queried(compressed(levels.reduce(merged, [])), parts);
}

/** A third of the error for each of its three levels of work. */
const error = 0.01 / 3;
const blockSize = blockSizeFor(2 ** 32);

function blockSizeFor(mostElements: number): number {
  let size = 2;
  for (let level = 1; 2 ** level * size < mostElements; level += 1) size = Math.ceil(level / error) + 1;
  return size;
}

function sortedEntries(values: Float64Array): readonly Entry[] {
  const entries: { value: number; weight: number; leastRank: number; mostRank: number }[] = [];
  for (const [rank, value] of values.slice().sort().entries()) {
    const last = entries.at(-1);
    if (last?.value === value) {
      last.weight += 1;
      last.mostRank += 1;
    } else entries.push({ value, weight: 1, leastRank: rank, mostRank: rank + 1 });
  }
  return entries;
}

function propagate(levels: (readonly Entry[])[], block: readonly Entry[]): void {
  let open = block;
  for (let level = 0; open.length > 0; level += 1) {
    const kept = levels[level] ?? [];
    const both = merged(open, kept);
    if (kept.length === 0 || both.length <= blockSize + 1) {
      levels[level] = both;
      return;
    }
    levels[level] = [];
    open = compressed(both);
  }
}

/** Both in the order of values, each entry's ranks widened by what is not known of the other side. */
function merged(a: readonly Entry[], b: readonly Entry[]): readonly Entry[] {
  if (a.length === 0 || b.length === 0) return a.length === 0 ? b : a;
  const result: Entry[] = [];
  const [lastOfA, lastOfB] = [a.at(-1)?.mostRank ?? 0, b.at(-1)?.mostRank ?? 0];
  let [i, j, afterA, afterB] = [0, 0, 0, 0];
  for (;;) {
    const [left, right] = [a[i], b[j]];
    if (left === undefined && right === undefined) return result;
    if (left !== undefined && left.value === right?.value) {
      result.push({
        value: left.value,
        weight: left.weight + right.weight,
        leastRank: left.leastRank + right.leastRank,
        mostRank: left.mostRank + right.mostRank,
      });
      afterA = left.leastRank + left.weight;
      afterB = right.leastRank + right.weight;
      i += 1;
      j += 1;
    } else if (left !== undefined && (right === undefined || left.value < right.value)) {
      const before = right === undefined ? lastOfB : right.mostRank - right.weight;
      result.push({ ...left, leastRank: left.leastRank + afterB, mostRank: left.mostRank + before });
      afterA = left.leastRank + left.weight;
      i += 1;
    } else if (right !== undefined) {
      const before = left === undefined ? lastOfA : left.mostRank - left.weight;
      result.push({ ...right, leastRank: right.leastRank + afterA, mostRank: right.mostRank + before });
      afterB = right.leastRank + right.weight;
      j += 1;
    }
  }
}

/** About a block's number of entries, the first and the last among them, none further apart than the error allows. */
function compressed(entries: readonly Entry[]): readonly Entry[] {
  if (entries.length <= blockSize) return entries;
  const gap = (entries.at(-1)?.mostRank ?? 0) * Math.max(1 / blockSize, error);
  const kept = entries.slice(0, 1);
  let [at, last, owed] = [0, 1, 0];
  while (at + 1 < entries.length) {
    const from = entries[at];
    let next = at + 1;
    for (; next < entries.length && owed < entries.length; next += 1) {
      const entry = entries[next];
      if (entry === undefined || from === undefined) break;
      if (entry.mostRank - entry.weight - (from.leastRank + from.weight) > gap) break;
      owed += blockSize;
    }
    at = next - 1 === at ? at + 1 : next - 1;
    kept.push(...entries.slice(at, at + 1));
    last = at;
    owed -= entries.length;
  }
  return last + 1 === entries.length ? kept : [...kept, ...entries.slice(-1)];
}

function queried(entries: readonly Entry[], parts: number): CumulatedQuantiles {
  const all = entries.at(-1)?.mostRank ?? 0;
  const found: Entry[] = [];
  let at = 0;
  for (let rank = 0; rank <= parts; rank += 1) {
    const wanted = 2 * ((rank * all) / parts);
    let next = at + 1;
    for (; next < entries.length; next += 1) {
      const entry = entries[next];
      if (entry === undefined || wanted < entry.leastRank + entry.mostRank) break;
    }
    at = next - 1;
    const [here, there] = [entries[at], entries[next]];
    if (here === undefined) break;
    const isHere = there === undefined || wanted < here.leastRank + here.weight + (there.mostRank - there.weight);
    found.push(isHere ? here : there);
  }
  return { values: found.map(({ value }) => value), counts: found.map(({ mostRank }) => mostRank) };
}
