import { logBetaMixture } from '../../statistics/anytime/beta-mixture.ts';
import type { Dispersion, Judgement } from '../judgement.ts';
import { evidenceOf } from './crossing.ts';
import { dispersionOf, type HistoryPoint } from './dispersion.ts';

/** How seldom a platform that splits as it was told is called one that does not. */
const alpha = 0.001;

/** A share that is off by less than this part of the smaller arm trips nothing: proxies round their weights. */
const tolerance = 0.1;

/** Requests of both arms in one interval. */
export interface RequestPair {
  readonly candidate: number;
  readonly champion: number;
}

/** The guard on the split: did the platform send the share that it was set to? */
export interface SampleRatioWatch {
  addHistory(requests: number): void;
  add(options: { readonly interval: number; readonly weight: number; readonly requests: RequestPair }): void;
  /** A person looked and let it go on: what was seen before no longer counts against the split. */
  beginAgain(): void;
  judgement(): Judgement['sampleRatio'];
}

/**
 * One Beta(θ, 1 − θ) mixture for each weight θ that was set, multiplied. Requests are divided by the dispersion of the
 * champion's requests, as one visit makes several.
 */
export function watchSampleRatio(): SampleRatioWatch {
  const history: HistoryPoint[] = [];
  let byWeight = new Map<number, { candidate: number; champion: number; logE: number }>();
  let logE = 0;
  let crossedAt: number | null = null;
  let seen: number | null = null;
  let known: Dispersion | null = null;
  // Until the candidate answers at all it has no traffic, which is another finding than a wrong share.
  let waiting = { weight: 0, champion: 0 };
  return {
    addHistory(requests) {
      history.push({ exposure: 1, rate: requests, variance: requests });
      known = null;
    },
    add({ interval, weight, requests }) {
      if (waiting.weight !== weight) waiting = { weight, champion: 0 };
      waiting.champion += requests.champion;
      if (requests.candidate <= 0 || weight >= 100) return;
      const sum = byWeight.get(weight) ?? { candidate: 0, champion: 0, logE: 0 };
      sum.candidate += requests.candidate;
      sum.champion += waiting.champion;
      waiting.champion = 0;
      const share = weight / 100;
      const { value } = dispersion();
      const [firsts, seconds] = [sum.candidate / value, sum.champion / value];
      const before = sum.logE;
      sum.logE = logBetaMixture({ firsts, seconds, share, a: share, b: 1 - share });
      logE += sum.logE - before;
      byWeight.set(weight, sum);
      const found = sum.candidate / (sum.candidate + sum.champion);
      seen = 100 * found;
      const isFar = Math.abs(found - share) > tolerance * Math.min(share, 1 - share);
      if (crossedAt === null && isFar && logE >= -Math.log(alpha)) crossedAt = interval;
    },
    beginAgain() {
      byWeight = new Map();
      waiting = { weight: 0, champion: 0 };
      [logE, crossedAt, seen] = [0, null, null];
    },
    judgement: () => ({ ...evidenceOf(logE, crossedAt), seen, dispersion: dispersion() }),
  };

  function dispersion(): Dispersion {
    known ??= dispersionOf(history, undefined);
    return known;
  }
}
