import type { ColumnDrift } from '../drift/drift-report.ts';
import { sparklines } from './sparkline.ts';

/**
 * How many bars of a column are drawn: the rest of many categories outgrows each of them, and would leave their bars without
 * a difference, so it is told in words.
 */
export function drawnBars({ bars: { labels } }: Pick<ColumnDrift, 'bars'>): number {
  return labels.at(-1) === 'other' ? labels.length - 1 : labels.length;
}

/** A column's reference and current distribution as lines of block characters; null when there is nothing to draw. */
export function columnShapes({ bars }: Pick<ColumnDrift, 'bars'>): readonly [string, string] | null {
  const { reference, current } = bars;
  const shown = drawnBars({ bars });
  return shown < 2 ? null : sparklines(reference.slice(0, shown), current.slice(0, shown));
}
