import { html } from '../../escape.ts';
import { significant } from '../../number.ts';
import { type Caption, figure, round, ticks } from './figure.ts';

/** One point of a chart; null where there is nothing to show. */
export interface Point {
  readonly x: number;
  readonly y: number | null;
  readonly low?: number;
  readonly high?: number;
  /** Points that stand out are drawn filled and larger. */
  readonly isMarked?: boolean;
}

/** A line of a chart. `before` is drawn in grey, `now` in the accent colour. */
export interface Series {
  readonly ink: 'before' | 'now';
  readonly points: readonly Point[];
}

const frame = { width: 360, height: 200, left: 44, right: 10, top: 10, bottom: 26 } as const;

/** Lines over a common axis, with a band for their intervals, and dashed lines for limits. */
export function lineChart(
  options: Caption & {
    readonly series: readonly Series[];
    readonly limits: readonly number[];
    /** Labels of the ends of the horizontal axis. */
    readonly ends: readonly [string, string];
    /** Shown where given, else what the points span. */
    readonly range?: readonly [number, number];
    readonly domain?: readonly [number, number];
    /** A dashed line from corner to corner: what a calibrated model follows. */
    readonly diagonal?: 'shown';
  },
): string {
  const { series, limits, ends } = options;
  const points = series.flatMap((one) => one.points);
  const heights = points.flatMap(({ y, low, high }) => [y, low, high]).filter((y) => y != null && Number.isFinite(y));
  const [bottom, top] = options.range ?? spanOf([...heights.map(Number), ...limits]);
  const [from, to] = options.domain ?? spanOf(points.map(({ x }) => x));
  const inner = {
    width: frame.width - frame.left - frame.right,
    height: frame.height - frame.top - frame.bottom,
  };
  const x = (value: number) => round(frame.left + ((value - from) / (to - from || 1)) * inner.width);
  const y = (value: number) => {
    const share = (value - bottom) / (top - bottom || 1);
    return round(frame.top + (1 - Math.min(1, Math.max(0, share))) * inner.height);
  };
  const grid = ticks(bottom, top).map(
    (mark) =>
      `<path d="M${frame.left} ${y(mark)}H${frame.width - frame.right}" stroke="var(--line)"/><text x="${frame.left - 6}" y="${y(mark) + 4}" text-anchor="end">${html(
        mark === 0
          ? '0'
          : significant(mark, 3)
              .replace(/(\.\d*?)0+$/, '$1')
              .replace(/\.$/, ''),
      )}</text>`,
  );
  const dashed = limits.map(
    (limit) =>
      `<path d="M${frame.left} ${y(limit)}H${frame.width - frame.right}" stroke="var(--text)" stroke-dasharray="4 4"/>`,
  );
  const diagonal =
    options.diagonal === undefined
      ? ''
      : `<path d="M${x(from)} ${y(bottom)}L${x(to)} ${y(top)}" stroke="var(--before)" stroke-dasharray="4 4"/>`;
  const foot = `<text x="${frame.left}" y="${frame.height - 8}">${html(ends[0], 24)}</text><text x="${frame.width - frame.right}" y="${frame.height - 8}" text-anchor="end">${html(ends[1], 24)}</text>`;
  const body = `${grid.join('')}${diagonal}${dashed.join('')}${series.map((one) => drawn(one, { x, y })).join('')}${foot}`;
  return figure(options, { ...frame, body, fit: 'wide' });
}

interface Scale {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

function drawn({ ink, points }: Series, { x, y }: Scale): string {
  const colour = `var(--${ink})`;
  const bands = points.flatMap((point) =>
    point.low === undefined || point.high === undefined ? [] : [`M${x(point.x)} ${y(point.low)}V${y(point.high)}`],
  );
  let path = '';
  let isDown = false;
  for (const point of points) {
    const isThere = point.y !== null && Number.isFinite(point.y);
    if (isThere) path += `${isDown ? 'L' : 'M'}${x(point.x)} ${y(point.y)}`;
    // A gap in the data is a gap in the line.
    isDown = isThere;
  }
  const dots = points.flatMap((point) => {
    if (point.y === null || !Number.isFinite(point.y)) return [];
    const place = `cx="${x(point.x)}" cy="${y(point.y)}"`;
    return point.isMarked === true
      ? [`<circle ${place} r="4.5" fill="var(--warn)" stroke="var(--ground)"/>`]
      : [`<circle ${place} r="${points.length > 60 ? 1.5 : 2.5}" fill="${colour}"/>`];
  });
  const band =
    bands.length === 0 ? '' : `<path d="${bands.join('')}" stroke="${colour}" stroke-opacity=".4" stroke-width="3"/>`;
  return `${band}<path d="${path}" fill="none" stroke="${colour}" stroke-width="2" stroke-linejoin="round"/>${dots.join('')}`;
}

/** From least to most with a little room; a single value gets room on both sides. */
function spanOf(values: readonly number[]): readonly [number, number] {
  const low = values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const high = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  if (!Number.isFinite(low) || !Number.isFinite(high)) return [0, 1];
  return low === high ? [low - 1, high + 1] : [low, high];
}
