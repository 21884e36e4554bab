import type { Sampled } from './estimate.ts';

/** How the values of rows were exchanged: in round k, row r was given the value of row donors[k][r]. Each a permutation. */
export type Donors = readonly Int32Array[];

/**
 * The mean effect of giving a row the value of another, from `effects[k · rows + r]` of every round, and its standard error
 * for rows that are a sample.
 *
 * The estimate is an incomplete U-statistic: each row has part in it as who receives and as who gives, so the spread of the
 * receivers alone is too small. With the Hoeffding decomposition effect = θ + g(receiver) + d(giver) + rest, its variance is
 * (Var(g + d) + Var(rest) / rounds) / rows. Each part is estimated from the means of rows in both roles and from how a row's
 * effects differ between rounds. Needs two rounds and two rows.
 */
export function exchangeEffect(effects: Float64Array, donors: Donors): Sampled {
  const rounds = donors.length;
  const rows = donors[0]?.length ?? 0;
  const receiving = roleMoments({ effects, rounds, rows, placeOf: (_, row) => row });
  const giving = roleMoments({ effects, rounds, rows, placeOf: (round, row) => donors[round]?.[row] ?? 0 });
  let value = 0;
  for (const effect of effects) value += effect / effects.length;
  let both = 0;
  let received = 0;
  let given = 0;
  for (let row = 0; row < rows; row++) {
    const [a, b] = [(receiving.means[row] ?? 0) - value, (giving.means[row] ?? 0) - value];
    both += (a + b) ** 2 / (rows - 1);
    received += a ** 2 / (rows - 1);
    given += b ** 2 / (rows - 1);
  }
  // A row's effects differ between rounds by the other row's part and the rest.
  const noise = (receiving.within + giving.within) / rounds;
  const rest = (receiving.within + giving.within - (received + given - noise)) / 2;
  const variance = Math.max(both - noise, 0) + Math.max(rest, 0) / rounds;
  return { value, standardError: Math.sqrt(variance / rows), degrees: Math.max(1, rows - 1) };
}

/** The mean effect of each row in one role, and the variance of a row's effects between rounds. */
function roleMoments(options: {
  readonly effects: Float64Array;
  readonly rounds: number;
  readonly rows: number;
  readonly placeOf: (round: number, row: number) => number;
}): { readonly means: Float64Array; readonly within: number } {
  const { effects, rounds, rows, placeOf } = options;
  const means = new Float64Array(rows);
  const visit = (use: (place: number, effect: number) => void) => {
    for (let round = 0; round < rounds; round++) {
      for (let row = 0; row < rows; row++) use(placeOf(round, row), effects[round * rows + row] ?? 0);
    }
  };
  visit((place, effect) => {
    means[place] = (means[place] ?? 0) + effect / rounds;
  });
  let within = 0;
  visit((place, effect) => {
    within += (effect - (means[place] ?? 0)) ** 2 / ((rounds - 1) * rows);
  });
  return { means, within };
}
