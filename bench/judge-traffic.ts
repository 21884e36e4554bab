import type { Interval } from '../src/rollout/evidence.ts';
import { randomNumbers } from '../test/data/profile-of.ts';

/** Minutes at each weight, and before any traffic moved. */
export const minutesPerStep = 10;
export const weights = [5, 25, 50] as const;
export const historyMinutes = 30;

/** What one minute looks like: requests of both arms together, chance of an event, and the share that the candidate gets. */
interface Minute {
  readonly requests: number;
  readonly chance: number;
  readonly share: number;
}

/** A kind of traffic. Minutes count from the first with a weight; those before are negative. */
export interface Scenario {
  readonly minute: (minute: number, weight: number) => Minute;
  /** The mean size of a burst of events; 1: events are independent. */
  readonly burst?: number;
  /** Autocorrelation from minute to minute, and spread, of the logarithm of an arm's own chance. */
  readonly wander?: { readonly correlation: number; readonly sd: number };
  /** The chance that in a minute the counter of an arm begins again. */
  readonly resets?: number;
}

const steady = (_: number, weight: number): Minute => ({ requests: 3000, chance: 0.01, share: weight / 100 });

/** Traffic of every kind that was found to break judges, by a name that says what is odd about it. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  steady: { minute: steady },
  'low traffic': { minute: (_, weight) => ({ requests: 60, chance: 0.02, share: weight / 100 }) },
  'base rate drifts .5 → 1 → 3 %': {
    minute: (minute, weight) => ({
      ...steady(minute, weight),
      chance: minute < 10 ? 0.005 : minute < 20 ? 0.01 : 0.03,
    }),
  },
  'a day passes': {
    minute: (minute, weight) => {
      const hour = Math.sin((2 * Math.PI * minute) / 60);
      return { requests: 3000 * (1 + 0.8 * hour), chance: 0.01 * (1 + 0.5 * hour), share: weight / 100 };
    },
  },
  'bursts of 5 errors': { minute: steady, burst: 5 },
  'latency autocorrelated within an arm': {
    minute: (minute, weight) => ({ ...steady(minute, weight), chance: 0.05 }),
    wander: { correlation: 0.6, sd: 0.15 },
  },
  'no traffic for 5 minutes': {
    minute: (minute, weight) => ({ ...steady(minute, weight), requests: minute >= 8 && minute < 13 ? 0 : 3000 }),
  },
  'counters reset now and then': { minute: steady, resets: 0.1 },
  'the mesh sends 8 % for 5 %': {
    minute: (minute, weight) => ({ ...steady(minute, weight), share: weight === 5 ? 0.08 : weight / 100 }),
  },
};

/** The evidence of one rollout: its history and its three steps. `harm` multiplies the candidate's chance of an event. */
export function evidenceOf(
  scenario: Scenario,
  options: { readonly seed: number; readonly harm: number },
): readonly Interval[] {
  const random = randomNumbers(options.seed);
  const [candidate, champion] = [armOf(scenario, random), armOf(scenario, random)];
  const evidence: Interval[] = [];
  for (let minute = -historyMinutes; minute < minutesPerStep * weights.length; minute += 1) {
    const weight = minute < 0 ? 0 : (weights[Math.floor(minute / minutesPerStep)] ?? 0);
    const { requests, chance, share } = scenario.minute(minute, weight);
    const theirs = champion({ requests: requests * (1 - share), chance });
    const mine = candidate({ requests: requests * share, chance: chance * options.harm });
    const isReset = theirs.isReset || mine.isReset;
    evidence.push({
      interval: minute,
      end: new Date(Date.UTC(2026, 5, 1, 12, minute + 1)).toISOString(),
      weight,
      ...(isReset ? { reset: true } : {}),
      metrics: { errors: { champion: theirs.counts, ...(minute < 0 ? {} : { candidate: mine.counts }) } },
    });
  }
  return evidence;
}

function armOf({ burst = 1, wander, resets = 0 }: Scenario, random: () => number) {
  let level = 0;
  return ({ requests, chance }: { readonly requests: number; readonly chance: number }) => {
    const { correlation, sd } = wander ?? { correlation: 0, sd: 0 };
    level = correlation * level + sd * Math.sqrt(1 - correlation ** 2) * normal(random);
    const rate = chance * Math.exp(level - (sd * sd) / 2);
    const isReset = random() < resets;
    // What a counter had counted before it began again is lost.
    const kept = isReset ? random() : 1;
    const n = poisson(requests * kept, random);
    let x = 0;
    for (let left = poisson((requests * kept * rate) / burst, random); left > 0; left -= 1)
      x += geometric(burst, random);
    return { isReset, counts: { n, x: Math.min(n, x) } };
  };
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Products of uniform numbers for small means; from 100 on the rounded normal, of the same mean and variance. */
function poisson(mean: number, random: () => number): number {
  if (mean >= 100) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)));
  const least = Math.exp(-mean);
  let count = -1;
  for (let product = 1; product > least || count < 0; product *= random()) count += 1;
  return count;
}

function geometric(mean: number, random: () => number): number {
  return mean === 1 ? 1 : 1 + Math.floor(Math.log(1 - random()) / Math.log1p(-1 / mean));
}
