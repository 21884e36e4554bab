import { logNormalMixture } from '../../statistics/anytime/half-normal-mixture.ts';
import { farthest, type RateLikelihood } from '../../statistics/anytime/rate-likelihood.ts';
import { fallingRoot } from '../../statistics/falling-root.ts';
import type { Effect } from '../judgement.ts';

/**
 * The rate ratio with bounds that hold at all times together: all ratios against which a normal mixture has no e-value of
 * 1/α. Null while no event was counted, when every ratio is as likely.
 */
export function rateEffect(options: {
  readonly likelihood: RateLikelihood;
  readonly sd: number;
  readonly alpha: number;
}): Effect | null {
  const { likelihood, sd, alpha } = options;
  if (likelihood.slope(-farthest) === likelihood.slope(farthest)) return null;
  const best = fallingRoot({ of: likelihood.slope, least: -farthest, most: farthest });
  const bar = logNormalMixture({ likelihood, sd }) + Math.log(alpha);
  const above = (delta: number): number => likelihood.value(delta) - bar;
  // On each side of its top the likelihood is monotone.
  const low = above(-farthest) > 0 ? null : fallingRoot({ of: (x) => -above(x), least: -farthest, most: best });
  const high = above(farthest) > 0 ? null : fallingRoot({ of: above, least: best, most: farthest });
  const isBound = Math.abs(best) < farthest - 1;
  return {
    scale: 'times',
    estimate: isBound ? Math.exp(best) : best < 0 ? 0 : null,
    low: ratio(low),
    high: ratio(high),
  };
}

function ratio(delta: number | null): number | null {
  return delta === null ? null : Math.exp(delta);
}
