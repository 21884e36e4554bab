/** Where a falling function is zero; the end on whose side it would be, if it is not within them. */
export function fallingRoot(options: {
  readonly of: (x: number) => number;
  readonly least: number;
  readonly most: number;
}): number {
  let { least, most } = options;
  let [atLeast, atMost] = [options.of(least), options.of(most)];
  if (atLeast <= 0) return least;
  if (atMost >= 0) return most;
  // False position and bisection in turn: slopes differ by many orders of magnitude between the ends.
  for (let step = 0; step < 200 && most - least > 1e-14 * Math.max(1e-6, Math.abs(most), Math.abs(least)); step += 1) {
    const secant = least + ((most - least) * atLeast) / (atLeast - atMost);
    const x = step % 2 === 0 && secant > least && secant < most ? secant : (least + most) / 2;
    const value = options.of(x);
    if (value === 0) return x;
    if (value > 0) {
      least = x;
      atLeast = value;
    } else {
      most = x;
      atMost = value;
    }
  }
  return (least + most) / 2;
}
