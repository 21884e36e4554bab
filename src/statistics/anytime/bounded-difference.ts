/** Values between 0 and 1: how many, their sum, and that of their squares. */
export interface BoundedSums {
  readonly n: number;
  readonly sum: number;
  readonly sumsq: number;
}

/** Evidence on the difference of the means of two groups whose values lie between 0 and 1. */
export interface BoundedDifference {
  /** Adds one interval of both; its evidence is divided by `discount` ≥ 1, which keeps it valid. */
  add(interval: { readonly candidate: BoundedSums; readonly champion: BoundedSums; readonly discount: number }): void;
  /** The logarithm of the e-value against "the difference is at most `at`", and against "at least `at`". */
  above(at: number): number;
  below(at: number): number;
  /** The difference with bounds that hold at any time; null while nothing was added. */
  bounds(
    alpha: number,
  ): { readonly estimate: number; readonly low: number | null; readonly high: number | null } | null;
}

/** Bets are made as if the difference were each of these multiples of the expected one. */
const multiples = [0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1, 1.5, 2, 3, 5] as const;

/** Bets beyond this are cut: the variance term of a bet of 1 has no bound. */
const largestBet = 0.5;

interface Bet {
  readonly effect: number;
  /** Of exp(gain − stake · at): the process against one side. */
  gain: number;
  stake: number;
}

/**
 * The predictable plug-in empirical-Bernstein supermartingale (Waudby-Smith and Ramdas, JRSS-B 2024), of the candidate's values upwards
 * and the champion's downwards with equal stakes, so that a base that moves in both cancels; mixed over sizes of the bet.
 * Bets and centres of an interval come from those before it.
 */
export function boundedDifference(options: {
  /** The difference that is expected. */
  readonly effect: number;
  /** What is known of the values before. */
  readonly before: { readonly mean: number; readonly variance: number };
}): BoundedDifference {
  const { effect, before } = options;
  const ups: readonly Bet[] = multiples.map((multiple) => ({ effect: multiple * effect, gain: 0, stake: 0 }));
  const downs: readonly Bet[] = ups.map((bet) => ({ ...bet }));
  const groups = [known(before), known(before)] as const;
  const total = { difference: 0, weight: 0 };
  return {
    add({ candidate, champion, discount }) {
      const [mine, theirs] = [aboutCentre(groups[0], candidate), aboutCentre(groups[1], champion)];
      const spread = variance(groups[0]) / candidate.n + variance(groups[1]) / champion.n;
      const difference = candidate.sum / candidate.n - champion.sum / champion.n;
      for (const bets of [ups, downs]) {
        const sign = bets === ups ? 1 : -1;
        for (const bet of bets) {
          const stake = Math.min(bet.effect / spread, largestBet * candidate.n, largestBet * champion.n);
          const cost = penalty(stake / candidate.n) * mine + penalty(stake / champion.n) * theirs;
          bet.gain += (sign * stake * difference - cost) / discount;
          bet.stake += stake / discount;
        }
      }
      const weight = (candidate.n * champion.n) / (candidate.n + champion.n);
      total.difference += weight * difference;
      total.weight += weight;
      learn(groups[0], candidate);
      learn(groups[1], champion);
    },
    above: (at) => logMean(ups.map(({ gain, stake }) => gain - stake * at)),
    below: (at) => logMean(downs.map(({ gain, stake }) => gain + stake * at)),
    bounds(alpha) {
      if (total.weight === 0) return null;
      const estimate = total.difference / total.weight;
      const bar = Math.log(2 / alpha);
      const low = edge((at) => logMean(ups.map(({ gain, stake }) => gain - stake * at)) - bar, -1);
      const high = edge((at) => logMean(downs.map(({ gain, stake }) => gain + stake * at)) - bar, 1);
      return { estimate, low, high };
    },
  };
}

interface Group {
  n: number;
  sum: number;
  sumsq: number;
}

/** What is known before counts like a few values, so that neither estimate is ever extreme. */
function known({ mean, variance: spread }: { readonly mean: number; readonly variance: number }): Group {
  const values = 4;
  return { n: values, sum: values * mean, sumsq: values * (spread + mean * mean) };
}

function variance({ n, sum, sumsq }: Group): number {
  return Math.max(1e-6, sumsq / n - (sum / n) ** 2);
}

function aboutCentre({ n, sum }: Group, values: BoundedSums): number {
  const centre = sum / n;
  return Math.max(0, values.sumsq - 2 * centre * values.sum + values.n * centre * centre);
}

function learn(group: Group, values: BoundedSums): void {
  group.n += values.n;
  group.sum += values.sum;
  group.sumsq += values.sumsq;
}

/** −log(1 − λ) − λ: exp(λ(X − μ) − this · (X − centre)²) has a mean of at most 1 (Fan, Grama and Liu 2015). */
function penalty(bet: number): number {
  return -Math.log1p(-bet) - bet;
}

function logMean(logs: readonly number[]): number {
  const top = Math.max(...logs);
  return top + Math.log(logs.reduce((sum, one) => sum + Math.exp(one - top), 0) / logs.length);
}

/** The difference between −1 and 1 up to which a monotone function, positive at `from`, stays so; null when it is not. */
function edge(of: (at: number) => number, from: -1 | 1): number | null {
  if (of(from) < 0) return null;
  let [refuted, kept]: [number, number] = [from, -from];
  for (let step = 0; step < 60; step += 1) {
    const middle = (refuted + kept) / 2;
    if (of(middle) >= 0) refuted = middle;
    else kept = middle;
  }
  return refuted;
}
