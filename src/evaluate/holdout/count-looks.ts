import type { HoldoutPolicy } from '../../policy/comparison-policy.ts';
import type { HoldoutUse } from './holdout-use.ts';
import { lookError } from './spending.ts';

/** A candidate that a holdout judged, by their digests. */
export interface Look {
  readonly holdout: string;
  readonly candidate: string;
}

/** The part of a digest that tells candidates of one holdout apart: plans of runs have little room. */
export function shortDigest(digest: string): string {
  return digest.slice(0, 19);
}

/** What a holdout judged before, oldest first, or how many other candidates that were. */
export type PastLooks = readonly Look[] | number;

/** From this look on a holdout that spends nothing warns. */
const looksToWarn = 5;
/** Intervals at a higher confidence have no ends that numbers can tell apart. */
const leastError = 1e-12;

/**
 * The number of a candidate among all that the holdout judged. One that it judged before keeps its number: the same answer
 * twice tells nobody anything.
 */
export function lookNumber(looks: PastLooks, current: Look): number {
  if (typeof looks === 'number') return looks + 1;
  const own = looks.filter(({ holdout }) => holdout === current.holdout);
  const judged = [...new Set(own.map(({ candidate }) => shortDigest(candidate)))];
  const before = judged.indexOf(shortDigest(current.candidate));
  return before >= 0 ? before + 1 : judged.length + 1;
}

/** How the holdout is used at this look; null looks mean that nobody counted. */
export function holdoutUse(
  looks: PastLooks | null,
  options: { readonly current: Look; readonly policy: HoldoutPolicy; readonly confidence: number },
): HoldoutUse | null {
  const { current, policy, confidence } = options;
  const { spend, looks: planned } = policy;
  if (looks === null && spend === 'none') return null;
  const look = looks === null ? 1 : lookNumber(looks, current);
  const full = 1 - confidence;
  const isExhausted = spend !== 'none' && look > planned;
  // What is used up decides nothing; its intervals are shown as those of the last look.
  const alpha = lookError(spend, { look: Math.min(look, planned), planned, alpha: full });
  return {
    look,
    planned: spend === 'none' ? null : planned,
    spend,
    alpha: Math.max(leastError, alpha),
    isExhausted,
    warning: warningOf({ look, planned, spend, isCounted: looks !== null, side: full / 2 }),
  };
}

function warningOf(options: {
  readonly look: number;
  readonly planned: number;
  readonly spend: HoldoutUse['spend'];
  readonly isCounted: boolean;
  /** The error of one look towards one side. */
  readonly side: number;
}): string | null {
  const { look, planned, spend, isCounted, side } = options;
  if (!isCounted) return 'nobody counted how often this holdout was used, so this counts as the first time';
  if (spend !== 'none') {
    if (look <= planned) return null;
    return `this holdout has judged ${look} candidates and was to judge ${planned}: take fresh rows, or raise \`holdout.looks\``;
  }
  if (look < looksToWarn) return null;
  const share = 1 - (1 - side) ** look;
  return `this holdout has judged ${look} candidates: the chance that one passes by luck alone is up to ${Math.round(share * 100)} %; take fresh rows, or set \`holdout.spend\``;
}
