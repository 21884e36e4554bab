import { html } from '../../escape.ts';
import type { Tone } from '../tone.ts';

/** What every plot says of itself to who does not see it; `id` is unique in the page. */
export interface Caption {
  readonly id: string;
  readonly title: string;
  readonly description: string;
}

/** A coordinate as it is written: two decimals are a hundredth of a pixel. */
export function round(value: number): number {
  return Number(value.toFixed(2));
}

/** The ink of a tone. */
export function inkOf(tone: Tone): string {
  return { good: 'var(--good)', bad: 'var(--bad)', warn: 'var(--warn)', open: 'var(--quiet)', busy: 'var(--accent)' }[
    tone
  ];
}

/** An SVG image with title and description. `wide` ones shrink and grow with what they stand in. */
export function figure(
  caption: Caption,
  drawing: { readonly width: number; readonly height: number; readonly body: string; readonly fit: 'fixed' | 'wide' },
): string {
  const { id, title, description } = caption;
  const { width, height, body, fit } = drawing;
  const size = fit === 'wide' ? 'class="wide"' : `width="${width}" height="${height}"`;
  return `<svg role="img" ${size} viewBox="0 0 ${width} ${height}" aria-labelledby="${id}-t ${id}-d"><title id="${id}-t">${html(title)}</title><desc id="${id}-d">${html(description, 600)}</desc>${body}</svg>`;
}

/** The largest of 1, 2, 2.5 and 5 times a power of ten that is not above a number. */
export function roundBelow(value: number): number {
  const unit = 10 ** Math.floor(Math.log10(value));
  const factor = [5, 2.5, 2, 1].find((one) => one * unit <= value * (1 + 1e-9)) ?? 1;
  return Number((factor * unit).toPrecision(12));
}

/** Round numbers that divide an axis into about so many parts, between its ends. */
export function ticks(low: number, high: number, parts: number = 4): readonly number[] {
  const reach = high - low;
  if (!(reach > 1e-300) || !Number.isFinite(reach)) return [low];
  const unit = 10 ** Math.floor(Math.log10(reach / parts));
  const step = unit * ([1, 2, 2.5, 5, 10].find((factor) => reach / (unit * factor) <= parts) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from(
    { length: Math.max(0, last - first + 1) },
    (_, index) =>
      // `+ 0` turns a negative zero into zero.
      Number(((first + index) * step).toPrecision(12)) + 0,
  );
}
