/** Rows as few numbers at places of a long vector; places may come in any order and more than once. */
export interface SparseRows {
  readonly dimension: number;
  readonly rows: readonly { readonly places: Uint32Array; readonly values: Float64Array }[];
}

const passes = 6;
const learningRate = 0.3;
const penalty = 1e-4;

/**
 * Logistic regression by stochastic gradients with a step of its own for each weight (Duchi, Hazan and Singer, "Adaptive
 * Subgradient Methods", 2011), in the order of the rows; both sides weigh the same.
 */
export function trainLinear(
  data: SparseRows,
  { rows, isCurrent }: { readonly rows: Uint32Array; readonly isCurrent: Uint8Array },
): (row: number) => number {
  const weights = new Float64Array(data.dimension + 1);
  const squares = new Float64Array(data.dimension + 1).fill(1e-8);
  let current = 0;
  for (const row of rows) current += isCurrent[row] ?? 0;
  const share = [rows.length / 2 / Math.max(1, rows.length - current), rows.length / 2 / Math.max(1, current)];
  const bias = data.dimension;
  const scoreOf = (row: number) => {
    const one = data.rows[row];
    let score = weights[bias] ?? 0;
    if (one === undefined) return score;
    for (let at = 0; at < one.places.length; at++) score += (weights[one.places[at] ?? 0] ?? 0) * (one.values[at] ?? 0);
    return score;
  };
  const step = (place: number, gradient: number) => {
    const whole = gradient + penalty * (weights[place] ?? 0);
    squares[place] = (squares[place] ?? 0) + whole * whole;
    weights[place] = (weights[place] ?? 0) - (learningRate * whole) / Math.sqrt(squares[place] ?? 1);
  };
  for (let pass = 0; pass < passes; pass++) {
    for (const row of rows) {
      const truth = isCurrent[row] ?? 0;
      const error = (share[truth] ?? 1) * (1 / (1 + Math.exp(-scoreOf(row))) - truth);
      const one = data.rows[row];
      for (let at = 0; one !== undefined && at < one.places.length; at++)
        step(one.places[at] ?? 0, error * (one.values[at] ?? 0));
      step(bias, error);
    }
  }
  return scoreOf;
}
