/** The moments of the finite values among some consecutive rows. */
interface Part {
  readonly firstRow: number;
  readonly rows: number;
  readonly count: number;
  readonly mean: number;
  /** Sum of squared deviations from the mean. */
  readonly squares: number;
}

/** Joins moments in the order of their rows, whatever the order in which they come: sums of doubles depend on it. */
export interface OrderedMoments {
  add(part: Part): void;
  finish(): { readonly count: number; readonly mean: number; readonly squares: number };
}

/** Moments of no rows yet. Parts that come early wait for those before them; with a few threads they are few. */
export function orderedMoments(): OrderedMoments {
  const waiting = new Map<number, Part>();
  let [nextRow, count, mean, squares] = [0, 0, 0, 0];

  /** Chan, Golub and LeVeque (1979). */
  function join(part: Part): void {
    nextRow = part.firstRow + part.rows;
    if (part.count === 0) return;
    const total = count + part.count;
    const difference = part.mean - mean;
    mean += (difference * part.count) / total;
    squares += part.squares + (difference * difference * count * part.count) / total;
    count = total;
  }

  return {
    add(part) {
      if (part.firstRow !== nextRow) {
        waiting.set(part.firstRow, part);
        return;
      }
      join(part);
      for (let next = waiting.get(nextRow); next !== undefined; next = waiting.get(nextRow)) {
        waiting.delete(nextRow);
        join(next);
      }
    },
    finish() {
      // Where rows were left out of the numbering, what comes after them has waited to the end.
      for (const part of [...waiting.values()].sort((a, b) => a.firstRow - b.firstRow)) join(part);
      waiting.clear();
      return { count, mean, squares };
    },
  };
}
