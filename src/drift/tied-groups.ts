import { type Cells, type SamplePair, total } from './sample.ts';

/**
 * Two samples as the groups of equal values that rank statistics are made of, in the order of the values: how many of
 * each sample a group holds, and where it lies. What is only known by bins is treated as if a bin were one value.
 */
export interface TiedGroups extends Cells {
  readonly places: readonly number[];
}

/** The groups of two raw samples. */
export function tiedGroups({ reference, current }: SamplePair): TiedGroups {
  const groups = { places: [] as number[], reference: [] as number[], current: [] as number[] };
  for (let i = 0, j = 0; i < reference.length || j < current.length; ) {
    const value = Math.min(reference[i] ?? Number.POSITIVE_INFINITY, current[j] ?? Number.POSITIVE_INFINITY);
    const [from, otherFrom] = [i, j];
    while (i < reference.length && reference[i] === value) i += 1;
    while (j < current.length && current[j] === value) j += 1;
    groups.places.push(value);
    groups.reference.push(i - from);
    groups.current.push(j - otherFrom);
  }
  return groups;
}

/** The energy distance √(2∫(F − G)² dx), in the square root of the column's unit (Székely and Rizzo 2013). */
export function energyDistance(groups: TiedGroups): number {
  const [n, m] = [total(groups.reference), total(groups.current)];
  let [below, otherBelow, area] = [0, 0, 0];
  for (let group = 0; group + 1 < groups.places.length; group += 1) {
    below += groups.reference[group] ?? 0;
    otherBelow += groups.current[group] ?? 0;
    const width = (groups.places[group + 1] ?? 0) - (groups.places[group] ?? 0);
    area += (below / n - otherBelow / m) ** 2 * width;
  }
  return Math.sqrt(2 * area);
}
