import { isSameCell, type MixedRows, type MixingTable } from './mixed-rows.ts';
import { orderOf } from './row-key.ts';

/** How the rows between a background row and the row that is explained answer: by their place, or one of the two ends. */
export interface Ends {
  readonly background: number;
  readonly row: number;
}
/** In place of a mixed row: the answer is that of the background row, or of the row that is explained. */
const atBackground = -1;
const atRow = -2;

/** Rows of the table that are mixed: values go over from the background row to the explained one. */
export interface Mix {
  readonly table: MixingTable;
  readonly background: number;
  readonly row: number;
}

/** Questions whose answers give one estimate of every feature's contribution. */
export interface Walk {
  /** Adds the contribution of each feature, given what the mixed rows answered. */
  readonly addTo: (contributions: Float64Array, answers: ArrayLike<number>, ends: Ends) => void;
}

/** The rows that a pair of walks needs at most. */
export function pairRows(players: number): number {
  return 2 * Math.max(0, players - 1);
}

/**
 * Two walks from the background row to the explained one, in an order by seed and in its reverse (antithetic; Mitchell,
 * Cooper, Frank and Holmes 2022): what the answer does at each step is the contribution of the feature that changed. Their
 * mean is unbiased, sums up to answer − background, and is exact for a model without interactions beyond pairs.
 * A feature with the same value in both rows changes nothing and is not asked about.
 */
export function addPair(rows: MixedRows, mix: Mix, seed: number): Walk {
  const order = orderOf(mix.table.players.length, seed);
  const forth = addSteps(rows, mix, order);
  const back = addSteps(rows, mix, order.toReversed());
  return {
    addTo(contributions, answers, ends) {
      for (const steps of [forth, back]) {
        let before = ends.background;
        for (const [player, place] of steps) {
          const after = place === atRow ? ends.row : place === atBackground ? before : (answers[place] ?? Number.NaN);
          contributions[player] = (contributions[player] ?? 0) + (after - before) / 2;
          before = after;
        }
      }
    },
  };
}

function addSteps(rows: MixedRows, { table, background, row }: Mix, order: Int32Array) {
  const moving = order.filter((player) => !isSameCell(table, { player, a: row, b: background }));
  const sources = new Int32Array(table.players.length).fill(background);
  const steps: [player: number, place: number][] = [];
  for (const [step, player] of moving.entries()) {
    sources[player] = row;
    steps.push([player, step === moving.length - 1 ? atRow : rows.add(sources)]);
  }
  return steps;
}

/** The rows that all coalitions need. */
export function coalitionRows(players: number): number {
  return Math.max(0, 2 ** players - 2);
}

/** Every coalition, by which the contributions are exact (Shapley 1953): for few features cheaper than walks. */
export function addCoalitions(rows: MixedRows, { table, background, row }: Mix): Walk {
  const players = table.players.length;
  const places = new Int32Array(2 ** players);
  const sources = new Int32Array(players);
  for (let coalition = 0; coalition < places.length; coalition++) {
    if (coalition === 0) places[coalition] = atBackground;
    else if (coalition === places.length - 1) places[coalition] = atRow;
    else {
      for (let player = 0; player < players; player++) sources[player] = (coalition >> player) & 1 ? row : background;
      places[coalition] = rows.add(sources);
    }
  }
  return {
    addTo(contributions, answers, ends) {
      const answerOf = (coalition: number) => {
        const place = places[coalition] ?? atBackground;
        return place === atRow ? ends.row : place === atBackground ? ends.background : (answers[place] ?? Number.NaN);
      };
      for (let coalition = 0; coalition < places.length; coalition++) {
        const weight = shapleyWeight(players, bitCount(coalition));
        const without = answerOf(coalition);
        for (let player = 0; player < players; player++) {
          if ((coalition >> player) & 1) continue;
          const gain = answerOf(coalition | (1 << player)) - without;
          contributions[player] = (contributions[player] ?? 0) + weight * gain;
        }
      }
    },
  };
}

/** The share of all orders in which exactly the members of a coalition of this size come before a given feature. */
function shapleyWeight(players: number, size: number): number {
  let choices = 1;
  for (let step = 1; step <= size; step++) choices = (choices * (players - step)) / step;
  return 1 / (players * choices);
}

function bitCount(value: number): number {
  let count = 0;
  for (let rest = value; rest > 0; rest >>= 1) count += rest & 1;
  return count;
}
