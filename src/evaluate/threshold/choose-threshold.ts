import { sortedOrder } from '../../statistics/sorted-order.ts';

/** What a threshold is chosen for. */
export type ThresholdRule =
  | { readonly kind: 'at-precision' | 'at-recall'; readonly bound: number }
  | { readonly kind: 'costs'; readonly falsePositive: number; readonly falseNegative: number };

/** Rows with a probability at or above `value` are called. */
export interface ChosenThreshold {
  readonly value: number;
  /** False when no threshold keeps the rule, so that the nearest was taken. */
  readonly isReached: boolean;
}

/** Above every probability: no row is called. */
const callsNobody = 1 + Number.EPSILON;

/**
 * The threshold that a rule asks for on rows with a truth (0 or 1) and a probability: for a precision the lowest one that
 * keeps it, so that as many positive rows as possible are called; for a recall the highest; for costs the one with the least sum,
 * the highest of equals. Only values of `probability` are tried, and calling nobody.
 */
export function chooseThreshold(
  rule: ThresholdRule,
  { truth, probability }: { readonly truth: Uint8Array; readonly probability: Float64Array },
): ChosenThreshold {
  const order = sortedOrder(probability);
  let positives = 0;
  for (const flag of truth) positives += flag;
  let best = { value: callsNobody, score: scoreOf(rule, { called: 0, found: 0, positives }) };
  let reached: number | null = null;
  let found = 0;
  for (let at = order.length - 1; at >= 0; at--) {
    const row = order[at] ?? 0;
    found += truth[row] ?? 0;
    const value = probability[row] ?? 0;
    if (at > 0 && probability[order[at - 1] ?? 0] === value) continue;
    const score = scoreOf(rule, { called: order.length - at, found, positives });
    if (score > best.score) best = { value, score };
    if (rule.kind === 'at-precision' && score >= rule.bound) reached = value;
    if (rule.kind === 'at-recall' && score >= rule.bound) reached ??= value;
  }
  return { value: reached ?? best.value, isReached: rule.kind === 'costs' || reached !== null };
}

/** What the rule wants to be large: precision, recall, or less cost. Nothing called has no precision, which counts as 0. */
function scoreOf(
  rule: ThresholdRule,
  counts: { readonly called: number; readonly found: number; readonly positives: number },
): number {
  const { called, found, positives } = counts;
  switch (rule.kind) {
    case 'at-precision':
      return called === 0 ? 0 : found / called;
    case 'at-recall':
      return positives === 0 ? 0 : found / positives;
    case 'costs':
      return -((called - found) * rule.falsePositive + (positives - found) * rule.falseNegative);
    default:
      return rule satisfies never;
  }
}
