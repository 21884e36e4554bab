import type { Faults } from '../faults.ts';
import { Refusal } from '../refusal.ts';
import type { World } from '../state.ts';

/** What GitHub grants a person or a small installation; nobody gets far less. */
const perHour = 5000;
/**
 * An installation gets more for each repository beyond twenty:
 * https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#primary-rate-limit-for-github-app-installations
 */
const ofInstallations = { freeRepositories: 20, perRepository: 50, most: 12_500 } as const;
const anonymousPerHour = 60;
const minute = 60_000;
const hour = 3_600_000;

export interface RateLimit {
  readonly limit: number;
  readonly remaining: number;
  readonly used: number;
  /** Unix seconds. */
  readonly reset: number;
}

export interface Limits {
  /** Counts one call; throws GitHub's 403 when the hour is spent. */
  count(identity: string): RateLimit;
  /** Takes one call back: an unchanged answer (304) costs nothing. */
  refund(identity: string): void;
  current(identity: string): RateLimit;
  /** Counts one write that creates content; throws the secondary limit's 403 beyond `faults.contentLimit`. */
  countContent(identity: string): void;
}

/** The rate limits of everybody, by identity and hour of the world's clock. */
export function createLimits(world: World, faults: Faults): Limits {
  const windows = new Map<string, { used: number; readonly end: number }>();
  const writes = new Map<string, number[]>();
  const window = (identity: string) => {
    const now = world.clock().getTime();
    const known = windows.get(identity);
    if (known !== undefined && known.end > now) {
      return known;
    }
    const fresh = { used: 0, end: now + hour };
    windows.set(identity, fresh);
    return fresh;
  };
  const current = (identity: string): RateLimit => {
    const { used, end } = window(identity);
    const limit = limitOf(world, identity);
    return { limit, used, remaining: Math.max(limit - used, 0), reset: Math.ceil(end / 1000) };
  };
  return {
    current,
    count: (identity) => {
      if (current(identity).remaining === 0) {
        throw new Refusal(403, `API rate limit exceeded for ${identity}.`);
      }
      window(identity).used += 1;
      return current(identity);
    },
    refund: (identity) => {
      window(identity).used -= 1;
    },
    countContent: (identity) => {
      const limit = faults.contentLimit;
      if (limit === null) {
        return;
      }
      const now = world.clock().getTime();
      const recent = (writes.get(identity) ?? []).filter((time) => time > now - hour);
      const lastMinute = recent.filter((time) => time > now - minute).length;
      if (lastMinute >= limit.perMinute || recent.length >= limit.perHour) {
        throw secondaryLimit(60);
      }
      writes.set(identity, [...recent, now]);
    },
  };
}

function limitOf(world: World, identity: string): number {
  if (identity === 'anonymous') return anonymousPerHour;
  const [kind, id] = identity.split(':');
  const installation = kind === 'installation' ? world.installations.get(Number(id)) : undefined;
  const { freeRepositories, perRepository, most } = ofInstallations;
  const more = Math.max(0, (installation?.repositories.size ?? 0) - freeRepositories);
  return Math.min(most, perHour + more * perRepository);
}

export function secondaryLimit(retryAfterSeconds: number | undefined): Refusal {
  return new Refusal(403, 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.', {
    details: {
      documentation_url:
        'https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits',
    },
    headers: retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) },
  });
}

/** The answer once the requests of an hour are spent, which are counted anew from `reset` on. */
export function spentLimit(reset: Date): Refusal {
  return new Refusal(403, 'API rate limit exceeded for installation ID 1.', {
    headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.ceil(reset.getTime() / 1000)) },
  });
}
