const iso = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?)?$/;

/**
 * Seconds since 1970 of a time in ISO 8601, in UTC where it names no zone; null when it is none. The machine's own zone
 * never counts: a schema means the same everywhere.
 */
export function secondsOfTime(text: string): number | null {
  const match = iso.exec(text);
  if (match === null) return null;
  const whole = text.replace(' ', 'T');
  const time = Date.parse(text.length > 10 && match[1] === undefined ? `${whole}Z` : whole);
  if (Number.isNaN(time)) return null;
  // Date.parse rolls a 30 February over into March; such a date is no date.
  const day = Date.parse(text.slice(0, 10));
  return new Date(day).toISOString().slice(0, 10) === text.slice(0, 10) ? time / 1000 : null;
}

/** A time in ISO 8601, UTC; as seconds where a Date cannot hold it. */
export function timeOfSeconds(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? `${seconds} s` : date.toISOString().replace('.000Z', 'Z');
}
