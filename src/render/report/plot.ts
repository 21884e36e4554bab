import { html } from '../escape.ts';

const round = (value: number) => Number(value.toFixed(2));

/** Title and description as a screen reader speaks them; `id` is unique in the page. */
function figure(options: {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly width: number;
  readonly height: number;
  readonly body: string;
}): string {
  const { id, width, height } = options;
  return `<svg role="img" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" aria-labelledby="${id}-t ${id}-d"><title id="${id}-t">${html(options.title)}</title><desc id="${id}-d">${html(options.description, 600)}</desc>${options.body}</svg>`;
}

/**
 * A difference with its interval on an axis through zero, and the margin as a dashed line. Better is always to the right,
 * so that one look down the column tells: what lies wholly right of the dashed line passes.
 */
export function intervalPlot(options: {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly limit: number | null;
  readonly better: 'higher' | 'lower';
  readonly tone: 'good' | 'bad' | 'warn' | 'open';
}): string {
  const turn = options.better === 'higher' ? 1 : -1;
  const marks = [options.value, options.low, options.high, options.limit ?? 0].map((mark) => mark * turn);
  const reach = Math.max(...marks.map(Math.abs), Number.MIN_VALUE) * 1.15;
  const width = 170;
  const height = 26;
  const middle = height / 2;
  const x = (value: number) => round(width / 2 + ((value * turn) / reach) * (width / 2 - 3));
  const [left, right] = [x(options.low), x(options.high)].sort((a, b) => a - b);
  const colour = { good: 'var(--good)', bad: 'var(--bad)', warn: 'var(--warn)', open: 'var(--quiet)' }[options.tone];
  const limit =
    options.limit === null
      ? ''
      : `<line x1="${x(options.limit)}" x2="${x(options.limit)}" y1="1" y2="${height - 1}" stroke="var(--text)" stroke-width="1.5" stroke-dasharray="3 3"/>`;
  const body = `<line x1="${x(0)}" x2="${x(0)}" y1="1" y2="${height - 1}" stroke="var(--before)" stroke-width="1"/>${limit}<line x1="${left}" x2="${right}" y1="${middle}" y2="${middle}" stroke="${colour}" stroke-width="3" stroke-linecap="round"/><circle cx="${x(options.value)}" cy="${middle}" r="4.5" fill="${colour}"/>`;
  return figure({ ...options, width, height, body });
}

/** Two shapes over the same bins: the reference as an outline in steps, the current data as bars. */
export function pairedHistogram(options: {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly labels: readonly string[];
  readonly reference: readonly number[];
  readonly current: readonly number[];
  readonly size: 'large' | 'small';
}): string {
  const { labels, reference, current, size } = options;
  const bins = Math.max(reference.length, current.length);
  const [width, plot] = size === 'large' ? [280, 96] : [110, 26];
  const foot = size === 'large' ? 18 : 0;
  const top = Math.max(...reference, ...current, Number.MIN_VALUE);
  const step = width / Math.max(1, bins);
  const y = (share: number) => round(plot - (Math.max(0, share) / top) * (plot - 4));
  const bars = current.map(
    (share, index) =>
      `<rect x="${round(index * step + step * 0.08)}" y="${y(share)}" width="${round(step * 0.84)}" height="${round(plot - y(share))}" fill="var(--now)" fill-opacity=".55"/>`,
  );
  const outline = reference.map(
    (share, index) => `${round(index * step)} ${y(share)} ${round((index + 1) * step)} ${y(share)}`,
  );
  const body = `${bars.join('')}<polyline points="0 ${plot} ${outline.join(' ')} ${round(bins * step)} ${plot}" fill="none" stroke="var(--before)" stroke-width="${size === 'large' ? 2 : 1.5}" stroke-linejoin="round"/><line x1="0" x2="${width}" y1="${plot}" y2="${plot}" stroke="var(--line)"/>${foot === 0 ? '' : axis(labels, { width, y: plot + 13 })}`;
  return figure({ ...options, width, height: plot + foot, body });
}

function axis(labels: readonly string[], place: { readonly width: number; readonly y: number }): string {
  const first = labels[0];
  const last = labels.at(-1);
  if (first === undefined || last === undefined || labels.length < 2) return '';
  return `<text x="0" y="${place.y}">${html(first, 16)}</text><text x="${place.width}" y="${place.y}" text-anchor="end">${html(last, 16)}</text>`;
}
