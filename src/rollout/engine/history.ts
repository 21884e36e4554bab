import type { RolloutRecord } from '../rollout-record.ts';
import { later, pastStretches, scrapeLag } from '../states/grid.ts';
import { type MeasuredWindow, measureWindow, type OpenSource } from './measure.ts';

/** The champion's numbers from before any traffic moves: their scatter says how much counts vary by themselves. */
export interface History {
  readonly intervals: readonly MeasuredWindow['interval'][];
  readonly wanted: number;
  /** Of how many intervals every metric that decides has numbers. */
  readonly had: number;
  /** Why the newest of them could not be measured; null when a source only had nothing. */
  readonly failed: string | null;
  /** Why answers have yet to come; null when nothing is awaited. */
  readonly awaited: string | null;
}

/** Reads it back from the sources, interval by interval on the same grid. */
export async function readHistory(
  record: Pick<RolloutRecord, 'policy' | 'model' | 'release' | 'previous'>,
  { openSource, now }: { readonly openSource: OpenSource; readonly now: string },
): Promise<History> {
  const { policy } = record;
  const seconds = policy['interval-seconds'];
  const wanted = Object.keys(policy.metrics).length === 0 ? 0 : policy['history-intervals'];
  // What the newest scrape has not brought yet is no history.
  const stretches = pastStretches(later(now, -scrapeLag(seconds)), seconds, wanted);
  const measured: MeasuredWindow[] = [];
  for (let from = 0; from < stretches.length; from += atOnce) {
    const some = stretches.slice(from, from + atOnce).map((stretch, index) => {
      const window = { interval: -1 - from - index, stretch, weight: 0, arms: ['champion'] } as const;
      return measureWindow(record, window, openSource);
    });
    measured.push(...(await Promise.all(some)));
    // A source that is away will not say more of what is longer ago.
    if (from === 0 && measured.every(({ failed }) => failed !== null)) break;
  }
  const awaited = measured.find((window) => window.awaited !== null)?.awaited ?? null;
  const deciding = Object.entries(policy.metrics).filter(([, { role }]) => role !== 'info');
  const isWhole = ({ interval }: MeasuredWindow) =>
    deciding.every(([name]) => {
      const champion = interval.metrics[name]?.champion;
      return champion !== undefined && !('missing' in champion);
    });
  return {
    intervals: measured.map(({ interval }) => interval),
    wanted,
    had: measured.filter(isWhole).length,
    failed:
      measured.length > 0 && measured.every(({ failed }) => failed !== null) ? (measured[0]?.failed ?? null) : null,
    awaited,
  };
}

/** Questions to the sources at one time. */
const atOnce = 6;
