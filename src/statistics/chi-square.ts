import { gammaCdf, gammaQuantile, gammaSurvival } from './gamma.ts';

/** The chi-square distribution function with `degrees` > 0 degrees of freedom. */
export function chiSquareCdf(x: number, degrees: number): number {
  return gammaCdf(x / 2, degrees / 2);
}

/** The upper tail of chi-square: the p-value of a statistic x. */
export function chiSquareSurvival(x: number, degrees: number): number {
  return gammaSurvival(x / 2, degrees / 2);
}

/** The x with chiSquareCdf(x) = p. */
export function chiSquareQuantile(p: number, degrees: number): number {
  return 2 * gammaQuantile(p, degrees / 2);
}
