import type { CategoryCounts } from '../data/category-counts.ts';
import type { FineCells } from './cells.ts';
import type { ColumnDrift } from './drift-report.ts';
import { shares, total } from './sample.ts';

type Bars = ColumnDrift['bars'];

const most = 20;
/** Up to so many different values each has a bar of its own, e.g. the hours of a day. */
const mostValues = 31;
/** Where there is nothing to draw. */
export const noBars: Bars = { labels: [], reference: [], current: [] };

/**
 * The two distributions as at most 20 bars on common edges of equal width between the 2.5 % and 97.5 % quantiles of both; what lies
 * beyond is counted in the end bars. A column of few different numbers has one bar for each.
 */
export function numberBars(cells: FineCells): Bars {
  const [p, q] = [shares(cells.reference).map(orZero), shares(cells.current).map(orZero)];
  if (p.length === 0) return noBars;
  if (p.length <= mostValues) return { labels: cells.middle.map(shortNumber), reference: p, current: q };
  const mixture = p.map((share, cell) => (share + (q[cell] ?? 0)) / 2);
  const first = cellAt(mixture, 0.025);
  const last = cellAt(mixture, 0.975);
  const low = Math.min(cells.low[first] ?? 0, cells.middle[first] ?? 0);
  const high = cells.middle[last] ?? low;
  // Bars of whole numbers are whole numbers wide, else neighbours would hold different numbers of values.
  const isWhole = cells.middle.every(Number.isInteger);
  const width = isWhole ? Math.ceil((high - low) / most) : (high - low) / most;
  if (!(width > 0 && Number.isFinite(width))) return noBars;
  const count = Math.min(most, Math.floor((high - low) / width) + 1);
  const bars = { reference: new Array<number>(count).fill(0), current: new Array<number>(count).fill(0) };
  for (const [cell, middle] of cells.middle.entries()) {
    const bar = Math.min(count - 1, Math.max(0, Math.floor((middle - low) / width)));
    bars.reference[bar] = (bars.reference[bar] ?? 0) + (p[cell] ?? 0);
    bars.current[bar] = (bars.current[bar] ?? 0) + (q[cell] ?? 0);
  }
  const labels = bars.reference.map((_, bar) => {
    if (bar === 0) return `< ${shortNumber(low + width)}`;
    if (bar === count - 1) return `≥ ${shortNumber(low + bar * width)}`;
    return `${shortNumber(low + bar * width)} … ${shortNumber(low + (bar + 1) * width)}`;
  });
  return { labels, ...bars };
}

/** The most frequent categories of both sides together, and the rest as one bar; none where there are too many to list. */
export function categoryBars(reference: CategoryCounts, current: CategoryCounts): Bars {
  if (reference.kind === 'hashed' || current.kind === 'hashed') return noBars;
  const [p, q] = [labelled(reference.values), labelled(current.values)];
  const mass = (label: string) => (p.get(label) ?? 0) + (q.get(label) ?? 0);
  const labels = [...new Set([...p.keys(), ...q.keys()])].sort((a, b) => mass(b) - mass(a) || (a < b ? -1 : 1));
  const shown = labels.length <= most ? labels : labels.slice(0, most - 1);
  const [left, right] = [p, q].map((side) => shown.map((label) => side.get(label) ?? 0));
  if (left === undefined || right === undefined || labels.length === shown.length) {
    return { labels: shown, reference: left ?? [], current: right ?? [] };
  }
  const rest = (side: readonly number[]) => Math.max(0, 1 - total(side));
  return { labels: [...shown, 'other'], reference: [...left, rest(left)], current: [...right, rest(right)] };
}

/** Whole counts of cells with names, as shares. */
export function labelledBars(
  labels: readonly string[],
  reference: readonly number[],
  current: readonly number[],
): Bars {
  return { labels: [...labels], reference: shares(reference).map(orZero), current: shares(current).map(orZero) };
}

/** A number as a person writes it: three digits that matter. */
export function shortNumber(value: number): string {
  const size = Math.abs(value);
  if (value === 0) return '0';
  if (size >= 1e6 || size < 1e-3) return value.toExponential(2);
  return String(Number(value.toPrecision(size >= 1000 ? 6 : 3)));
}

function labelled(values: readonly (readonly [string, number])[]): ReadonlyMap<string, number> {
  const all = total(values.map(([, count]) => count));
  return new Map(values.map(([label, count]) => [label, count / all]));
}

function cellAt(mass: readonly number[], share: number): number {
  let sum = 0;
  for (const [cell, part] of mass.entries()) {
    sum += part;
    if (sum >= share) return cell;
  }
  return mass.length - 1;
}

/** An empty sample has no shares: 0 / 0. */
function orZero(share: number): number {
  return Number.isNaN(share) ? 0 : share;
}
