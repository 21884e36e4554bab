import { AppError, type ErrorCode, messageOf } from '../error.ts';
import type { RateRefusal } from '../ports.ts';

/** Runs a request; whatever goes wrong becomes an AppError that says what was asked and what permission is missing. */
export async function asking<T>(what: string, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (thrown) {
    throw failureOf(what, thrown);
  }
}

/** Like `asking`, but an answer 404 (or 410, gone) is null. */
export async function askingFor<T>(what: string, request: () => Promise<T>): Promise<T | null> {
  try {
    return await request();
  } catch (thrown) {
    const status = statusOf(thrown);
    if (status === 404 || status === 410) return null;
    throw failureOf(what, thrown);
  }
}

/** The HTTP status of an Octokit error; null for a timeout, a reset connection and everything else. */
export function statusOf(thrown: unknown): number | null {
  const status = property(thrown, 'status');
  // Octokit reports a request that never got an answer as status 500 without a response.
  return typeof status === 'number' && property(thrown, 'response') !== undefined ? status : null;
}

function failureOf(what: string, thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const status = statusOf(thrown);
  const said = messageOf(thrown).slice(0, 300);
  const needed = header(thrown, 'x-accepted-github-permissions');
  const code = codeOf(status, thrown);
  const fix = code === 'unavailable' ? 'it is tried again' : fixOf({ status, needed });
  const found = status === null ? `no answer (${said})` : `${status} (${said})`;
  return new AppError(code, `expected GitHub to ${what}, found ${found}; ${fix}`, {
    cause: thrown,
    retryAfterSeconds: retryAfterSeconds(thrown),
  });
}

function codeOf(status: number | null, thrown: unknown): ErrorCode {
  if (status === null) return 'unavailable';
  if (status === 403 && isRateLimit(thrown)) return 'unavailable';
  if (status === 401 || status === 403) return 'not-permitted';
  if (status === 404 || status === 410) return 'not-found';
  if (status === 409) return 'conflict';
  if (status === 429 || status >= 500) return 'unavailable';
  return 'github-refused';
}

/**
 * Whether GitHub refused a request for our rate, and for how long if it says so: in `retry-after` (seconds) or, for the
 * hourly quota, in `x-ratelimit-reset` (epoch seconds), read by GitHub's own clock; null for any other answer.
 */
export function rateRefusal(thrown: unknown): RateRefusal | null {
  const status = statusOf(thrown);
  if (!(status === 429 || (status === 403 && isRateLimit(thrown)))) return null;
  const spent = header(thrown, 'x-ratelimit-remaining') === '0';
  const after = Number(header(thrown, 'retry-after') ?? Number.NaN);
  if (Number.isFinite(after)) return { by: spent ? 'primary' : 'secondary', seconds: Math.max(1, after) };
  return spent
    ? { by: 'primary', seconds: secondsToReset(header(thrown, 'x-ratelimit-reset'), header(thrown, 'date')) }
    : { by: 'secondary', seconds: null };
}

/** The seconds until the hourly quota is full again, at most an hour; null when that is not said. */
export function secondsToReset(reset: string | null, date: string | null): number | null {
  const now = Date.parse(date ?? '');
  const seconds = Number(reset ?? Number.NaN) - (Number.isFinite(now) ? now : Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.min(3600, Math.max(1, Math.ceil(seconds))) : null;
}

/** https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api: exhausted quotas also answer 403. */
function isRateLimit(thrown: unknown): boolean {
  return (
    header(thrown, 'x-ratelimit-remaining') === '0' ||
    header(thrown, 'retry-after') !== null ||
    /rate limit/i.test(messageOf(thrown))
  );
}

/** How long GitHub wants us to wait; a minute where it refuses us for our rate and does not say. */
function retryAfterSeconds(thrown: unknown): number | null {
  const refusal = rateRefusal(thrown);
  if (refusal !== null) return refusal.seconds ?? 60;
  const after = Number(header(thrown, 'retry-after') ?? Number.NaN);
  return Number.isFinite(after) ? after : null;
}

function fixOf({ status, needed }: { status: number | null; needed: string | null }): string {
  if (status === 401) return 'check APP_ID and the private key';
  if (status === 403 && needed !== null)
    return `give the App the permission ${needed} and accept it for this installation`;
  if (status === 403) return 'compare the permissions of the installation with app.yml';
  if (status === 404) return 'check that it still exists and that the installation covers it';
  return 'look at what GitHub says about it';
}

function header(thrown: unknown, name: string): string | null {
  const value = property(property(property(thrown, 'response'), 'headers'), name);
  return typeof value === 'string' ? value : null;
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && name in value ? Reflect.get(value, name) : undefined;
}
