import type { ColumnDrift } from '../drift/drift-report.ts';
import { sparklines } from './sparkline.ts';

/** A column's reference and current distribution as lines of block characters; null when there is nothing to draw. */
export function columnShapes({ bars }: Pick<ColumnDrift, 'bars'>): readonly [string, string] | null {
  const { labels, reference, current } = bars;
  // The rest of many categories outgrows each of them, and would leave their bars without a difference.
  const shown = labels.at(-1) === 'other' ? labels.length - 1 : labels.length;
  return shown < 2 ? null : sparklines(reference.slice(0, shown), current.slice(0, shown));
}
