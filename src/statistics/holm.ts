/**
 * p-values adjusted so that the chance of any false discovery among all of them stays at the level that they are compared
 * with (Holm 1979), in the order given. Valid however the tests depend on each other.
 */
export function holm(pValues: readonly number[]): readonly number[] {
  const order = pValues.map((p, index) => ({ p, index })).sort((a, b) => a.p - b.p);
  const adjusted = new Array<number>(pValues.length).fill(1);
  let largest = 0;
  for (const [position, { p, index }] of order.entries()) {
    largest = Math.max(largest, Math.min(1, p * (pValues.length - position)));
    adjusted[index] = largest;
  }
  return adjusted;
}
