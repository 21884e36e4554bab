import { z } from 'zod';

const seconds = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 } as const;

/** A span of time as people write it: `90s`, `30m`, `6h`, `7d`, `2w`. */
export const Duration = z.string().regex(/^\d{1,6}[smhdw]$/, 'a span of time such as 30m, 6h or 7d');
export type Duration = z.infer<typeof Duration>;

/** The seconds of a span of time. */
export function durationSeconds(duration: Duration): number {
  // The pattern above lets only these letters end a duration.
  const unit = duration.slice(-1) as keyof typeof seconds;
  return Number(duration.slice(0, -1)) * seconds[unit];
}

/** A number of seconds in the largest unit that it reaches, to one decimal: `3.5 d`. */
export function durationText(span: number): string {
  const size = Math.abs(span);
  const unit = size >= 172_800 ? 'd' : size >= 7200 ? 'h' : size >= 120 ? 'm' : 's';
  return `${Number((span / seconds[unit]).toFixed(1))} ${unit}`;
}
