import type { Detector } from './detector.ts';

/** What is kept of 2^row consecutive values: their sum, and their squared deviations from their own mean. */
interface Bucket {
  readonly sum: number;
  readonly squares: number;
}

/** A window of the newest values in buckets whose sizes double: row i holds buckets of 2^i values, oldest first. */
interface Window {
  readonly rows: Bucket[][];
  width: number;
  sum: number;
  squares: number;
  seen: number;
}

/** An ADWIN that also tells what it keeps. */
export interface AdaptiveWindow extends Detector {
  /** The window since the newest change: how many values, their mean, and the sum of their squared deviations. */
  window(): { readonly width: number; readonly mean: number; readonly squares: number };
}

/**
 * ADWIN (Bifet and Gavaldà 2007): a window that grows while its mean holds and drops its old end as soon as the means of any
 * two parts differ by more than chance allows at `delta`. It is looked at every `clock` values. Defaults and arithmetic are
 * those of river 0.26, whose wrapper forgets the whole window at a drift.
 */
export function adwin(
  options: {
    readonly delta?: number;
    readonly clock?: number;
    readonly mostBuckets?: number;
    readonly leastPart?: number;
    readonly grace?: number;
  } = {},
): AdaptiveWindow {
  const { delta = 0.002, clock = 32, mostBuckets = 5, leastPart = 5, grace = 10 } = options;
  let kept = emptyWindow();
  let isOver = false;
  return {
    update(value) {
      if (isOver) kept = emptyWindow();
      isOver = false;
      insert(kept, value, mostBuckets);
      kept.seen += 1;
      if (kept.seen % clock !== 0 || kept.width <= grace) return 'steady';
      while (hasCut(kept, { delta, leastPart })) {
        isOver = true;
        dropOldest(kept);
      }
      return isOver ? 'drift' : 'steady';
    },
    window: () => ({ width: kept.width, mean: kept.width === 0 ? 0 : kept.sum / kept.width, squares: kept.squares }),
  };
}

function emptyWindow(): Window {
  return { rows: [[]], width: 0, sum: 0, squares: 0, seen: 0 };
}

function insert(window: Window, value: number, mostBuckets: number): void {
  window.rows[0]?.push({ sum: value, squares: 0 });
  if (window.width > 0)
    window.squares += (window.width * (value - window.sum / window.width) ** 2) / (window.width + 1);
  window.width += 1;
  window.sum += value;
  for (const [row, buckets] of window.rows.entries()) {
    if (buckets.length <= mostBuckets) return;
    const [first, second] = buckets.splice(0, 2);
    if (first === undefined || second === undefined) return;
    const size = 2 ** row;
    const between = (size * (first.sum / size - second.sum / size) ** 2) / 2;
    const joined = { sum: first.sum + second.sum, squares: first.squares + second.squares + between };
    const next = window.rows[row + 1];
    if (next === undefined) window.rows.push([joined]);
    else next.push(joined);
  }
}

/** Whether the means before and after any border between buckets differ by more than chance. */
function hasCut(window: Window, { delta, leastPart }: { readonly delta: number; readonly leastPart: number }): boolean {
  let before = { count: 0, sum: 0 };
  const confidence = Math.log((2 * Math.log(window.width)) / delta);
  const variance = window.squares / window.width;
  for (let row = window.rows.length - 1; row >= 0; row -= 1) {
    const buckets = window.rows[row] ?? [];
    for (const { sum } of buckets) {
      before = { count: before.count + 2 ** row, sum: before.sum + sum };
      const after = { count: window.width - before.count, sum: window.sum - before.sum };
      if (before.count < leastPart || after.count < leastPart) continue;
      const weight = 1 / (before.count - leastPart + 1) + 1 / (after.count - leastPart + 1);
      const chance = Math.sqrt(2 * weight * variance * confidence) + (2 / 3) * confidence * weight;
      if (Math.abs(before.sum / before.count - after.sum / after.count) > chance) return true;
    }
  }
  return false;
}

function dropOldest(window: Window): void {
  const last = window.rows.at(-1);
  const oldest = last?.shift();
  if (last === undefined || oldest === undefined) return;
  const size = 2 ** (window.rows.length - 1);
  window.width -= size;
  window.sum -= oldest.sum;
  const gap = oldest.sum / size - window.sum / window.width;
  window.squares -= oldest.squares + (size * window.width * gap ** 2) / (size + window.width);
  while (window.rows.length > 1 && window.rows.at(-1)?.length === 0) window.rows.pop();
}
