/**
 * The q-value of each p-value: the smallest false discovery rate at which it is still a discovery (Benjamini and
 * Hochberg 1995), in the order given. Valid for independent and positively dependent tests.
 */
export function benjaminiHochberg(pValues: readonly number[]): readonly number[] {
  const order = pValues.map((p, index) => ({ p, index })).sort((a, b) => b.p - a.p);
  const qValues = new Array<number>(pValues.length).fill(1);
  let least = 1;
  for (const [position, { p, index }] of order.entries()) {
    least = Math.min(least, (p * pValues.length) / (pValues.length - position));
    qValues[index] = least;
  }
  return qValues;
}
