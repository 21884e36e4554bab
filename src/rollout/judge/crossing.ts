import type { Evidence } from '../judgement.ts';

/** An e-process that is looked at after every interval, and when it first crossed its threshold. */
export interface Crossing {
  /** Records the logarithm of the e-value after an interval. */
  look(logE: number, interval: number): void;
  evidence(): Evidence;
}

/** Crossing 1/α once settles it for ever (Ville's inequality), whatever the e-value does later. */
export function crossing(alpha: number): Crossing {
  const threshold = -Math.log(alpha);
  let now = 0;
  let crossedAt: number | null = null;
  return {
    look(logE, interval) {
      now = logE;
      if (crossedAt === null && logE >= threshold) crossedAt = interval;
    },
    evidence: () => evidenceOf(now, crossedAt),
  };
}

/** An e-value in both forms. Beyond the largest double it is that: JSON knows no infinity. */
export function evidenceOf(logE: number, crossedAt: number | null): Evidence {
  return { e: Math.min(Math.exp(logE), Number.MAX_VALUE), logE, crossedAt };
}
