import { html } from '../../escape.ts';
import { type Caption, figure, round } from './figure.ts';

/** Two shapes over the same bins: the reference as an outline in steps, the current data as bars. */
export function pairedHistogram(
  options: Caption & {
    readonly labels: readonly string[];
    readonly reference: readonly number[];
    readonly current: readonly number[];
    readonly size: 'large' | 'small';
  },
): string {
  const { labels, reference, current, size } = options;
  const bins = Math.max(reference.length, current.length);
  const [width, plot] = size === 'large' ? [280, 96] : [110, 26];
  const foot = size === 'large' ? 18 : 0;
  const top = [...reference, ...current].reduce((most, share) => Math.max(most, share), Number.MIN_VALUE);
  const step = width / Math.max(1, bins);
  const y = (share: number) => round(plot - (Math.max(0, share) / top) * (plot - 4));
  // One path for all bars: a page of a thousand columns must stay small.
  const bars = current.map(
    (share, index) => `M${round(index * step + step * 0.08)} ${plot}V${y(share)}h${round(step * 0.84)}V${plot}z`,
  );
  const outline = reference.map((share, index) => `V${y(share)}H${round((index + 1) * step)}`);
  const body = `<path d="${bars.join('')}" fill="var(--now)" fill-opacity=".55"/><path d="M0 ${plot}${outline.join('')}V${plot}" fill="none" stroke="var(--before)" stroke-width="${size === 'large' ? 2 : 1.5}" stroke-linejoin="round"/><path d="M0 ${plot}H${width}" stroke="var(--line)"/>${foot === 0 ? '' : axis(labels, { width, y: plot + 13 })}`;
  return figure(options, { width, height: plot + foot, body, fit: 'fixed' });
}

function axis(labels: readonly string[], place: { readonly width: number; readonly y: number }): string {
  const first = labels[0];
  const last = labels.at(-1);
  if (first === undefined || last === undefined || labels.length < 2) return '';
  return `<text x="0" y="${place.y}">${html(first, 16)}</text><text x="${place.width}" y="${place.y}" text-anchor="end">${html(last, 16)}</text>`;
}
