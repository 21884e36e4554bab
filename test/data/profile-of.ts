import { byFrequency, type CategoryCounts, mergeCategories } from '../../src/data/category-counts.ts';
import { histogramOf } from '../../src/data/histogram.ts';
import { numberSummary } from '../../src/data/number-summary.ts';
import {
  type ColumnProfile,
  type Profile,
  profileSchema,
  type StringProfile,
} from '../../src/data/profile-document.ts';

/** A profile of values in memory, made by the same parts as that of a file. Null is a missing value. */
export function profileOf(columns: Readonly<Record<string, readonly (number | string | null)[]>>): Profile {
  const profiles = Object.entries(columns).map(([name, values]) => columnProfile(name, values));
  return { schema: profileSchema, rows: Object.values(columns)[0]?.length ?? 0, columns: profiles };
}

/** Numbers that look random and are the same in every run (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function columnProfile(name: string, values: readonly (number | string | null)[]): ColumnProfile {
  const isText = values.some((value) => typeof value === 'string');
  if (!isText) {
    const summary = numberSummary();
    const valid = new Uint8Array(Math.ceil(values.length / 8));
    for (const [row, value] of values.entries()) {
      if (value !== null) valid[row >> 3] = (valid[row >> 3] ?? 0) | (1 << (row & 7));
    }
    summary.add(Float64Array.from(values, Number), valid);
    return summary.finish(name, 'number');
  }
  const counts = new Map<string, number>();
  for (const value of values) if (value !== null) counts.set(String(value), (counts.get(String(value)) ?? 0) + 1);
  const nulls = values.filter((value) => value === null).length;
  return {
    name,
    kind: 'string',
    nulls,
    count: values.length - nulls,
    categories: listed(counts),
    lengths: lengthsOf(counts),
  };
}

/** Merging halves turns a list that is too long into hashed counts. */
function listed(counts: ReadonlyMap<string, number>): CategoryCounts {
  const sorted = [...counts].sort(byFrequency);
  const parts: CategoryCounts[] = [];
  for (let start = 0; start === 0 || start < sorted.length; start += 1000) {
    parts.push({ kind: 'listed', values: sorted.slice(start, start + 1000) });
  }
  return parts.reduce(mergeCategories);
}

function lengthsOf(counts: ReadonlyMap<string, number>): StringProfile['lengths'] {
  const counted = [...counts].map(([text, count]) => [[...text].length, count] as const);
  const lengths = counted.map(([length]) => length);
  return {
    extremes: lengths.length === 0 ? null : { min: Math.min(...lengths), max: Math.max(...lengths) },
    total: counted.reduce((sum, [length, count]) => sum + length * count, 0),
    histogram: histogramOf(counted),
  };
}
