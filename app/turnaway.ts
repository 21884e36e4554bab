import type { Logger } from 'probot';
import { AppError } from '../src/error.ts';
import type { RateRefusal } from '../src/ports.ts';
import type { Store } from '../src/store/store.ts';

/** Keeps this process from asking GitHub while it refuses an installation for its rate: that would make it longer. */
export interface Turnaway {
  /** AppError `unavailable`, with the seconds to wait, while the installation is refused. */
  check(installation: number): void;
  /** Tells all replicas that GitHub refused it. Never fails: a database that is away has a voice of its own. */
  refused(installation: number, refusal: RateRefusal): Promise<void>;
}

/** Turns nothing away yet. The log hears of each refusal once. */
export function openTurnaway({
  store,
  clock,
  log,
}: {
  readonly store: Pick<Store, 'throttle'>;
  readonly clock: () => Date;
  readonly log: Logger;
}): Turnaway {
  const refusedUntil = new Map<number, number>();
  return {
    check(installation) {
      const until = refusedUntil.get(installation) ?? 0;
      const seconds = (until - clock().getTime()) / 1000;
      if (seconds <= 0) return;
      throw new AppError(
        'unavailable',
        `expected GitHub to take requests of installation ${installation}, found that it refuses them for their rate until ${new Date(until).toISOString()}; it is tried again then`,
        { retryAfterSeconds: seconds },
      );
    },
    async refused(installation, refusal) {
      const now = clock().getTime();
      const { until, by } = await store.throttle(installation, refusal).catch((error: unknown) => {
        log.error({ err: error }, 'That GitHub refuses us could not be kept');
        return { until: new Date(now + (refusal.seconds ?? 60) * 1000).toISOString(), by: refusal.by };
      });
      for (const [one, end] of refusedUntil) if (end <= now) refusedUntil.delete(one);
      const isNew = !refusedUntil.has(installation);
      refusedUntil.set(installation, Date.parse(until));
      if (isNew) {
        log.warn(
          `GitHub refuses installation ${installation} for its ${by} rate limit; what it is asked waits until ${until}`,
        );
      }
    },
  };
}
