import { normalQuantile } from './normal.ts';

/**
 * Wilson's score interval of a share: `hits` of `rows`. It stays within 0 and 1 and has a width at both ends (Wilson,
 * "Probable Inference", 1927; recommended by Brown, Cai and DasGupta, 2001).
 */
export function wilsonInterval(
  { hits, rows }: { readonly hits: number; readonly rows: number },
  confidence: number,
): { readonly low: number; readonly high: number } {
  const z = normalQuantile((1 + confidence) / 2);
  const share = hits / rows;
  const spread = (z / (rows + z * z)) * Math.sqrt(rows * share * (1 - share) + (z * z) / 4);
  const middle = (hits + (z * z) / 2) / (rows + z * z);
  // At either end the bound is the end itself, which rounding would miss.
  return { low: hits === 0 ? 0 : middle - spread, high: hits === rows ? 1 : middle + spread };
}
