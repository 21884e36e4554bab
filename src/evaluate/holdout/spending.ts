import { normalQuantile, normalSurvival } from '../../statistics/normal.ts';
import type { Spending } from './holdout-use.ts';

/**
 * The two-sided error that the look of this number may spend, of `planned` in all: what its spending function has spent after
 * it less what it had spent before (Lan and DeMets, "Discrete Sequential Boundaries for Clinical Trials", 1983). The parts
 * add up to `alpha`, so that it bounds the chance of any error whatever the looks have to do with each other: candidates on
 * one holdout are no growing sample, whose independent increments would allow more.
 */
export function lookError(
  spend: Spending,
  { look, planned, alpha }: { readonly look: number; readonly planned: number; readonly alpha: number },
): number {
  if (spend === 'none') return alpha;
  if (look > planned) return 0;
  const before = spentBy(spend, { share: (look - 1) / planned, alpha });
  return spentBy(spend, { share: look / planned, alpha }) - before;
}

function spentBy(
  spend: Exclude<Spending, 'none'>,
  { share, alpha }: { readonly share: number; readonly alpha: number },
): number {
  if (share === 0) return 0;
  switch (spend) {
    case 'bonferroni':
      return alpha * share;
    case 'pocock':
      return alpha * Math.log(1 + (Math.E - 1) * share);
    case 'obrien-fleming':
      // Each side spends half of the error.
      return 4 * normalSurvival(normalQuantile(1 - alpha / 4) / Math.sqrt(share));
    default:
      return spend satisfies never;
  }
}
