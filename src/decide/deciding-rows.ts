import { counted } from '../render/number.ts';

/**
 * How many more rows would bring an interval to one side of a limit if what it is about stays as it is: its width shrinks
 * with the root of the rows. `width` is the half of the interval towards the limit, `distance` how far away the limit is.
 */
export function decidingRows(options: {
  readonly rows: number;
  readonly width: number;
  readonly distance: number;
}): string {
  const { rows, width, distance } = options;
  const more = rows * ((width / distance) ** 2 - 1);
  if (distance === 0 || !Number.isFinite(more) || more > 1e12 || width / distance > 50) {
    return 'the difference lies at the limit: no number of rows is likely to decide';
  }
  return `${counted(twoDigits(more), 'more row')} would decide`;
}

function twoDigits(rows: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, rows))) - 1);
  return Math.max(1, Math.ceil(rows / unit) * unit);
}
