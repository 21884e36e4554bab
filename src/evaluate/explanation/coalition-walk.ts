import { isSameCell, type MixedRows, type MixingTable } from './mixed-rows.ts';
import { orderOf } from './row-key.ts';

/** The answers for the two rows that are mixed, which every walk begins and ends with. */
export interface Ends {
  readonly background: number;
  readonly row: number;
}

/** Rows of the table that are mixed: values go over from the background row to the explained one. */
export interface Mix {
  readonly table: MixingTable;
  readonly background: number;
  readonly row: number;
  /** The features whose values differ between them. The others change nothing, and are not asked about. */
  readonly moving: Int32Array;
}

/** Two rows to be mixed. */
export function mixOf(
  table: MixingTable,
  { background, row }: { readonly background: number; readonly row: number },
): Mix {
  const moving = Int32Array.from(table.players.keys()).filter(
    (player) => !isSameCell(table, { player, a: row, b: background }),
  );
  return { table, background, row, moving };
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
 * mean is unbiased, adds up to answer − background, and is exact for a model whose features act alone or in pairs.
 */
export function addPair(rows: MixedRows, mix: Mix, seed: number): Walk {
  const order = orderOf(mix.moving.length, seed).map((place) => mix.moving[place] ?? 0);
  const reverse = order.toReversed();
  const walks = [
    { order, first: rows.addWalk(mix, order) },
    { order: reverse, first: rows.addWalk(mix, reverse) },
  ];
  return {
    addTo(contributions, answers, ends) {
      for (const { order, first } of walks) {
        let before = ends.background;
        for (let step = 0; step < order.length; step++) {
          const after = step === order.length - 1 ? ends.row : (answers[first + step] ?? Number.NaN);
          const player = order[step] ?? 0;
          contributions[player] = (contributions[player] ?? 0) + (after - before) / 2;
          before = after;
        }
      }
    },
  };
}

/** The rows that all coalitions need. */
export function coalitionRows(players: number): number {
  return Math.max(0, 2 ** players - 2);
}

/** In place of a mixed row: the answer is that of the background row, or of the row that is explained. */
const atBackground = -1;
const atRow = -2;

/** Every coalition, by which the contributions are exact (Shapley 1953): for few features cheaper than walks. */
export function addCoalitions(rows: MixedRows, { table, background, row, moving }: Mix): Walk {
  const players = moving.length;
  const places = new Int32Array(2 ** players);
  const sources = new Int32Array(table.players.length);
  for (let coalition = 0; coalition < places.length; coalition++) {
    if (coalition === 0) places[coalition] = atBackground;
    else if (coalition === places.length - 1) places[coalition] = atRow;
    else {
      sources.fill(background);
      for (let place = 0; place < players; place++) if ((coalition >> place) & 1) sources[moving[place] ?? 0] = row;
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
        for (let place = 0; place < players; place++) {
          if ((coalition >> place) & 1) continue;
          const gain = answerOf(coalition | (1 << place)) - without;
          const player = moving[place] ?? 0;
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
