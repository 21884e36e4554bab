import type { ExplanationLoss } from '../../policy/explanation-policy.ts';
import { type AskedModel, explanationLosses } from './asked-model.ts';
import type { Sampled } from './estimate.ts';
import { type Donors, exchangeEffect } from './exchange-effect.ts';
import { isSameCell, MixedRows, type MixingTable, rowsPerCall } from './mixed-rows.ts';
import { orderOf, seedOf } from './row-key.ts';

/** A feature, or features that are exchanged together, as places among the table's players. */
export interface PlayerGroup {
  readonly name: string;
  readonly members: readonly number[];
}

/** What both models lose without a feature, on the same exchanged rows. */
export interface Loss {
  readonly name: string;
  readonly candidate: Sampled;
  readonly champion: Sampled | null;
  readonly difference: Sampled | null;
}

/** The losses by feature, and the mean losses with all features. */
export interface Losses {
  readonly candidate: number;
  readonly champion: number | null;
  readonly features: readonly Loss[];
}

/**
 * Permutation importance (Breiman 2001; Fisher, Rudin and Dominici 2019): the increase of the mean loss when the values of a
 * feature, or of several together, are taken from other rows. Both models are asked about the same rows. With the donors
 * that scikit-learn draws the values are those of its permutation_importance.
 */
export async function permutationImportance(options: {
  /** Its first `truths.length` rows are exchanged. */
  readonly table: MixingTable;
  readonly truths: Float64Array;
  readonly groups: readonly PlayerGroup[];
  readonly candidate: AskedModel;
  readonly champion: AskedModel | null;
  readonly loss: ExplanationLoss;
  readonly donors: Donors;
}): Promise<Losses> {
  const { table, truths, groups, candidate, champion, loss, donors } = options;
  const base = async (model: AskedModel) => await lossesOf(model, { table, truths, loss, group: [], donors: [[]] });
  const before = { candidate: await base(candidate), champion: champion && (await base(champion)) };
  const features: Loss[] = [];
  for (const { name, members } of groups) {
    const wanted = { table, truths, loss, group: members, donors };
    // A group of which no model reads anything is not worth asking about.
    if (members.length === 0) {
      const none = { value: 0, standardError: 0, degrees: 1 };
      features.push({ name, candidate: none, champion: champion && none, difference: champion && none });
      continue;
    }
    const effects = effectsOf(await lossesOf(candidate, wanted), before.candidate);
    const others = champion && before.champion && effectsOf(await lossesOf(champion, wanted), before.champion);
    features.push({
      name,
      candidate: exchangeEffect(effects, donors),
      champion: others && exchangeEffect(others, donors),
      difference:
        others &&
        exchangeEffect(
          effects.map((effect, place) => effect - (others[place] ?? 0)),
          donors,
        ),
    });
  }
  return { candidate: mean(before.candidate), champion: before.champion && mean(before.champion), features };
}

/**
 * Rounds in which every row is given the value of another row, never its own: the rows in an order by seed, each from the next.
 * Over all orders each pair is as likely as any other, so nothing is lost to rows that keep their value.
 */
export function cyclicDonors(rows: number, rounds: number): Donors {
  return Array.from({ length: rounds }, (_, round) => {
    const order = orderOf(rows, seedOf(rows, round, 0x7065726d));
    const donors = new Int32Array(rows);
    for (const [place, row] of order.entries()) donors[row] = order[(place + 1) % rows] ?? row;
    return donors;
  });
}

/** The loss of each row in each round; NaN for a row that the exchange does not change, which is not asked about. */
async function lossesOf(
  model: AskedModel,
  options: {
    readonly table: MixingTable;
    readonly truths: Float64Array;
    readonly loss: ExplanationLoss;
    readonly group: readonly number[];
    readonly donors: readonly ArrayLike<number>[];
  },
): Promise<Float64Array> {
  const { table, truths, loss, group, donors } = options;
  const count = truths.length;
  const result = new Float64Array(donors.length * count).fill(Number.NaN);
  const rows = new MixedRows(table, Math.min(rowsPerCall(table), result.length));
  const places = new Int32Array(rows.capacity);
  const asked = new Float64Array(rows.capacity);
  const sources = new Int32Array(table.players.length);
  const flush = async () => {
    if (rows.rows === 0) return;
    const losses = explanationLosses(loss, await model.ask(rows, asked));
    for (const [row, value] of losses.entries()) result[places[row] ?? 0] = value;
    rows.clear();
  };
  for (const [round, donor] of donors.entries()) {
    for (let row = 0; row < count; row++) {
      const giver = donor[row] ?? row;
      if (group.length > 0 && group.every((player) => isSameCell(table, { player, a: row, b: giver }))) continue;
      sources.fill(row);
      for (const player of group) sources[player] = giver;
      places[rows.rows] = round * count + row;
      asked[rows.rows] = truths[row] ?? 0;
      rows.add(sources);
      if (rows.rows === rows.capacity) await flush();
    }
  }
  await flush();
  return result;
}

function effectsOf(losses: Float64Array, before: Float64Array): Float64Array {
  return losses.map((loss, place) => (Number.isNaN(loss) ? 0 : loss - (before[place % before.length] ?? 0)));
}

function mean(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
