/** A stretch of the wall grid, ISO 8601: after the first instant, up to and with the second. */
export interface Stretch {
  readonly from: string;
  readonly to: string;
}

/** The first whole stretch of the grid that begins at or after an instant. Edges are multiples of the length since 1970. */
export function firstStretch(from: string, seconds: number): Stretch {
  const length = seconds * 1000;
  const start = Math.ceil(Date.parse(from) / length) * length;
  return stretch(start, length);
}

/** The last so many whole stretches that had ended at an instant, newest first. */
export function pastStretches(until: string, seconds: number, count: number): readonly Stretch[] {
  const length = seconds * 1000;
  const end = Math.floor(Date.parse(until) / length) * length;
  return Array.from({ length: count }, (_, back) => stretch(end - (back + 1) * length, length));
}

/**
 * The stretch that is to be sealed next. After a clock was set back it is one that ended lately, but nothing is
 * counted twice.
 */
export function nextStretch(options: {
  /** Since when the weight is as it is. */
  readonly since: string;
  /** The end of the newest sealed one; null when there is none. */
  readonly sealed: string | null;
  readonly seconds: number;
  /** The wall time of which something was counted already. */
  readonly counted: readonly Stretch[];
  readonly now: string;
}): Stretch {
  const { since, sealed, seconds, counted, now } = options;
  const latest = Date.parse(now) + 2 * seconds * 1000;
  const starts = [scrapedAt(since, seconds), ...(sealed === null ? [] : [sealed])].filter(
    (instant) => Date.parse(instant) <= latest,
  );
  const start = starts.length === 0 ? later(now, -3000 * seconds) : starts.reduce((a, b) => (isDue(a, b) ? b : a));
  const next = firstStretch(start, seconds);
  const again = counted.find(({ from, to }) => !isDue(to, next.from) && !isDue(next.to, from));
  return again === undefined ? next : firstStretch(again.to, seconds);
}

/**
 * From when on a stretch tells of nothing before an instant: its counters are read at the last scrape before it begins, and
 * that is no longer ago than a quarter of the length (at most a minute).
 */
function scrapedAt(instant: string, seconds: number): string {
  return later(instant, Math.min(60, seconds / 4) * 1000);
}

/** Stretches of wall time with one more; what follows without a gap is one. Only the newest are kept: clocks are not set back often. */
export function withStretch(stretches: readonly Stretch[], { from, to }: Stretch): readonly Stretch[] {
  const before = stretches.find((known) => isDue(known.from, from) && isDue(from, known.to));
  if (before === undefined) return [...stretches, { from, to }].slice(-mostStretches);
  return stretches.map((known) =>
    known === before ? { from: known.from, to: isDue(known.to, to) ? to : known.to } : known,
  );
}

const mostStretches = 50;

/** When a stretch is asked for: its end, and a while for the last scrape to arrive. */
export function askedAt({ to }: Stretch, seconds: number): string {
  return later(to, scrapeLag(seconds));
}

/** From when on a stretch is sealed with what there is. */
export function sealedAt({ to }: Stretch, seconds: number): string {
  return later(to, scrapeLag(seconds) + Math.max(5000, seconds * 1000));
}

/** Milliseconds within which a scrape arrives in a source: a quarter of an interval, 20 seconds at most. */
export function scrapeLag(seconds: number): number {
  return Math.min(20, seconds / 4) * 1000;
}

/** An instant so many milliseconds after another one. */
export function later(instant: string, milliseconds: number): string {
  return new Date(Date.parse(instant) + milliseconds).toISOString();
}

/** Whether an instant has come. */
export function isDue(instant: string, now: string): boolean {
  return Date.parse(instant) <= Date.parse(now);
}

/** Milliseconds from one instant to another; a clock that was set back makes no time negative. */
export function elapsed(from: string, to: string): number {
  return Math.max(0, Date.parse(to) - Date.parse(from));
}

function stretch(start: number, length: number): Stretch {
  return { from: new Date(start).toISOString(), to: new Date(start + length).toISOString() };
}
