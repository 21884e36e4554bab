import { html } from '../../escape.ts';
import type { Tone } from '../tone.ts';
import { type Caption, figure, inkOf, round, roundBelow } from './figure.ts';

/** A number with its interval. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const width = 170;
const height = 26;
const middle = height / 2;
const edge = 6;

/** How far an axis around zero must reach, so that all of these are seen. */
export function reachOf(intervals: readonly Interval[], marks: readonly number[] = []): number {
  const all = [...intervals.flatMap(({ value, low, high }) => [value, low, high]), ...marks].filter(Number.isFinite);
  const most = all.reduce((far, mark) => Math.max(far, Math.abs(mark)), 0);
  // Where nothing differs any axis will do.
  return most > 1e-300 ? most * 1.1 : 1;
}

/**
 * A difference with its interval on an axis through zero, and the margin as a dashed line. Better is always to the right,
 * so that one look down the column tells: what lies wholly right of the dashed line passes. With a common `reach` the
 * rows of a table become one forest plot.
 */
export function intervalPlot(
  options: Caption &
    Interval & {
      readonly limit: number | null;
      readonly better: 'higher' | 'lower';
      readonly tone: Tone;
      readonly reach?: number;
    },
): string {
  const { value, low, high, limit, better, tone } = options;
  const reach = options.reach ?? reachOf([options], limit === null ? [] : [limit]);
  const turn = better === 'higher' ? 1 : -1;
  const x = (mark: number) => round(width / 2 + clamped((mark * turn) / reach) * (width / 2 - edge));
  const [left = 0, right = 0] = [x(low), x(high)].sort((a, b) => a - b);
  const ink = inkOf(tone);
  const margin =
    limit === null
      ? ''
      : `<path d="M${x(limit)} 1V${height - 1}" stroke="var(--text)" stroke-width="1.5" stroke-dasharray="3 3"/>`;
  const body = `<path d="M${x(0)} 0V${height}" stroke="var(--before)"/>${margin}<path d="M${left} ${middle}H${right}" stroke="${ink}" stroke-width="3" stroke-linecap="round"/><circle cx="${x(value)}" cy="${middle}" r="4.5" fill="${ink}"/>`;
  return figure(options, { width, height, body, fit: 'fixed' });
}

/** The axis of a forest plot, for the head of its column. It is read out by no screen reader: the cells beside have the numbers. */
export function intervalAxis(reach: number, better: 'higher' | 'lower'): string {
  const turn = better === 'higher' ? 1 : -1;
  const step = roundBelow(reach * 0.85);
  const marks = [-step, 0, step];
  const body = marks.map((mark) => {
    const x = round(width / 2 + ((mark * turn) / reach) * (width / 2 - edge));
    const anchor = x < 24 ? 'start' : x > width - 24 ? 'end' : 'middle';
    return `<path d="M${x} 13v4" stroke="var(--before)"/><text x="${x}" y="10" text-anchor="${anchor}">${html(signedMark(mark))}</text>`;
  });
  return `<svg aria-hidden="true" width="${width}" height="17" viewBox="0 0 ${width} 17">${body.join('')}</svg>`;
}

/** Shares between nothing and all: the candidate as a dot with its interval, the champion as a ring. */
export function sharePlot(
  options: Caption & { readonly candidate: Interval; readonly champion: number | null; readonly top: number },
): string {
  const { candidate, champion, top } = options;
  const wide = 120;
  const x = (share: number) => round(edge + Math.min(1, Math.max(0, share / top)) * (wide - 2 * edge));
  const ring =
    champion === null
      ? ''
      : `<circle cx="${x(champion)}" cy="${middle}" r="4" fill="none" stroke="var(--before)" stroke-width="2"/>`;
  const body = `<path d="M${edge} ${middle}H${wide - edge}" stroke="var(--line)"/><path d="M${x(candidate.low)} ${middle}H${x(candidate.high)}" stroke="var(--now)" stroke-width="3" stroke-linecap="round"/><circle cx="${x(candidate.value)}" cy="${middle}" r="4" fill="var(--now)"/>${ring}`;
  return figure(options, { width: wide, height, body, fit: 'fixed' });
}

/** How much of something, as a bar from zero with its error; two bars where the champion has one too. */
export function barPlot(
  options: Caption & {
    readonly candidate: Interval;
    readonly champion: Interval | null;
    readonly range: readonly [number, number];
  },
): string {
  const { candidate, champion, range } = options;
  const wide = 180;
  const [least, most] = [Math.min(0, range[0]), Math.max(range[1], Number.MIN_VALUE)];
  const x = (value: number) => {
    const share = Math.min(1, Math.max(0, (value - least) / (most - least)));
    return round(edge + share * (wide - 2 * edge));
  };
  const bar = (one: Interval, y: number, ink: string) => {
    const [left = 0, right = 0] = [x(0), x(one.value)].sort((a, b) => a - b);
    return `<rect x="${left}" y="${y}" width="${round(right - left)}" height="8" fill="${ink}" fill-opacity=".65"/><path d="M${x(one.low)} ${y + 4}H${x(one.high)}M${x(one.low)} ${y + 1.5}v5M${x(one.high)} ${y + 1.5}v5" stroke="var(--text)" stroke-width="1.25"/>`;
  };
  const bars =
    champion === null
      ? bar(candidate, 9, 'var(--now)')
      : `${bar(champion, 3, 'var(--before)')}${bar(candidate, 14, 'var(--now)')}`;
  const body = `<path d="M${x(0)} 0V${height}" stroke="var(--before)"/>${bars}`;
  return figure(options, { width: wide, height, body, fit: 'fixed' });
}

function clamped(share: number): number {
  return Math.min(1, Math.max(-1, share));
}

function signedMark(value: number): string {
  return value === 0 ? '0' : `${value > 0 ? '+' : '−'}${Number(Math.abs(value).toPrecision(3))}`;
}
