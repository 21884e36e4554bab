import { benjaminiHochberg } from '../../statistics/benjamini-hochberg.ts';
import { estimateOf, pValueOf, type Sampled } from './estimate.ts';
import type { Change } from './explanation-report.ts';

/** The differences of all features with q-values among them; null where there is no champion. */
export function changesOf(differences: readonly (Sampled | null)[], confidence: number): readonly (Change | null)[] {
  const known = differences.flatMap((difference) => difference ?? []);
  const qValues = benjaminiHochberg(known.map(pValueOf));
  let next = 0;
  return differences.map((difference) => {
    if (difference === null) return null;
    const qValue = qValues[next++] ?? 1;
    return { ...estimateOf(difference, confidence), pValue: pValueOf(difference), qValue };
  });
}

/** Those that changed first, by how much, then the others by importance. */
export function ranked<Feature extends { readonly difference: Change | null }>(
  features: readonly Feature[],
  { importance, confidence }: { readonly importance: (feature: Feature) => number; readonly confidence: number },
): readonly Feature[] {
  const alpha = 1 - confidence;
  const changeOf = ({ difference }: Feature) =>
    difference !== null && difference.qValue <= alpha ? Math.abs(difference.value) : 0;
  return features.toSorted((a, b) => changeOf(b) - changeOf(a) || importance(b) - importance(a));
}
