import { type AskedModel, explainedAnswers } from './asked-model.ts';
import { addCoalitions, addPair, coalitionRows, mixOf, pairRows, type Walk } from './coalition-walk.ts';
import { MixedRows, type MixingTable, rowsPerCall } from './mixed-rows.ts';
import type { PlayerGroup } from './permutation-importance.ts';
import { seedOf } from './row-key.ts';

/** What is explained, against what, and how precisely. */
export interface ShapleyQuestion {
  readonly table: MixingTable;
  /** Rows of the table. */
  readonly explained: readonly number[];
  readonly background: readonly number[];
  /** The class whose probability is explained, for each explained row; null where the task leaves no choice. */
  readonly classes: ArrayLike<number> | null;
  readonly by: 'score' | 'label';
  /** Pairs of walks for each explained row and background row; even, at least 2. */
  readonly permutations: number;
  /** Features whose contributions are added up as well. */
  readonly groups: readonly PlayerGroup[];
}

/** Shapley values of one model, `[row · width + feature]`, the groups behind the features. */
export interface ShapleyValues {
  readonly width: number;
  readonly values: Float64Array;
  /** Of the sampling of orders. */
  readonly standardErrors: Float64Array;
  /** The degrees of freedom of those errors. */
  readonly degrees: Float64Array;
  /** |value|, less what the sampling error adds to it on average. */
  readonly sizes: Float64Array;
  /** By explained row: the model's answer, and its mean answer over the background. */
  readonly answers: Float64Array;
  readonly baselines: Float64Array;
  /** By feature and group: whether any answer ever depended on it. */
  readonly isUsed: readonly boolean[];
  /** The largest distance of a sum of values from answer − baseline. */
  readonly efficiencyGap: number;
}

/** Walks of which no row has to be asked cost memory all the same. */
const mostWaiting = 8192;

/** The model rows that the explanation of a row needs at most. */
export function rowsPerExplanation(options: {
  readonly players: number;
  readonly background: number;
  readonly permutations: number;
}): number {
  const { players, background, permutations } = options;
  return background * Math.min(coalitionRows(players), permutations * pairRows(players));
}

/**
 * Interventional Shapley values of a model's answers (Štrumbelj and Kononenko 2014; Janzing, Minorics and Blöbaum 2020): what
 * a feature adds on average when it comes to the features before it, those after it being as in a background row. Each
 * background row has its own orders, so the values are about exactly these background rows, and only the orders are a
 * sample. Orders are hashed from the rows, the same for every model.
 */
export async function shapleyValues(model: AskedModel, question: ShapleyQuestion): Promise<ShapleyValues> {
  const { table, explained, background, permutations, groups } = question;
  const players = table.players.length;
  const width = players + groups.length;
  const ends = await endAnswers(model, question);
  const tally = new Tally({ rows: explained.length, width, permutations });
  // Where every coalition is cheaper than walks it needs at most the rows of all walks.
  const largest = Math.min(coalitionRows(players), permutations * pairRows(players));
  const rows = new MixedRows(table, Math.max(rowsPerCall(table), largest));
  const truths = new Float64Array(rows.capacity);
  let waiting: { readonly row: number; readonly other: number; readonly walk: Walk; readonly rounds: number }[] = [];
  const contributions = new Float64Array(width);
  const flush = async () => {
    const answers = rows.rows === 0 ? [] : explainedAnswers(await model.ask(rows, truths), question.by);
    for (const { row, other, walk, rounds } of waiting) {
      contributions.fill(0);
      const between = { background: ends.background(row, other), row: ends.answers[row] ?? 0 };
      walk.addTo(contributions, answers, between);
      for (const [place, { members }] of groups.entries()) {
        let sum = 0;
        for (const player of members) sum += contributions[player] ?? 0;
        contributions[players + place] = sum;
      }
      for (let round = 0; round < rounds; round++) tally.add(row, contributions);
    }
    rows.clear();
    waiting = [];
  };
  for (const [row, place] of explained.entries()) {
    for (const [other, behind] of background.entries()) {
      const mix = mixOf(table, { background: behind, row: place });
      const keys = [table.rows[place]?.key ?? 0, table.rows[behind]?.key ?? 0] as const;
      const isExact = coalitionRows(mix.moving.length) <= permutations * pairRows(mix.moving.length);
      // An exact answer counts as all rounds at once, between which nothing differs.
      const rounds = isExact ? permutations : 1;
      for (let round = 0; round < permutations; round += rounds) {
        if (rows.rows + largest > rows.capacity || waiting.length >= mostWaiting) await flush();
        const start = rows.rows;
        const walk = isExact ? addCoalitions(rows, mix) : addPair(rows, mix, seedOf(...keys, round));
        truths.fill(question.classes?.[row] ?? 0, start, rows.rows);
        waiting.push({ row, other, walk, rounds });
      }
    }
  }
  await flush();
  return { width, ...tally.finish({ ...ends, players, background: background.length }) };
}

interface EndAnswers {
  readonly answers: Float64Array;
  readonly baselines: Float64Array;
  /** The answer for a background row, about the class of an explained row. */
  readonly background: (row: number, other: number) => number;
}

/** What the model says of the rows that are explained and of the background, which every walk begins and ends with. */
async function endAnswers(model: AskedModel, question: ShapleyQuestion): Promise<EndAnswers> {
  const { explained, background, classes } = question;
  const classOf = (row: number) => classes?.[row] ?? 0;
  const answers = await answersAbout(model, { question, places: explained, classOf });
  const known = new Map<number, Float64Array>();
  for (let row = 0; row < explained.length; row++) {
    const kind = classOf(row);
    if (known.has(kind)) continue;
    known.set(kind, await answersAbout(model, { question, places: background, classOf: () => kind }));
  }
  const backgroundAt = (row: number, other: number) => known.get(classOf(row))?.[other] ?? Number.NaN;
  const baselines = Float64Array.from(explained, (_, row) => {
    let sum = 0;
    for (let other = 0; other < background.length; other++) sum += backgroundAt(row, other);
    return sum / background.length;
  });
  return { answers, baselines, background: backgroundAt };
}

async function answersAbout(
  model: AskedModel,
  options: {
    readonly question: ShapleyQuestion;
    readonly places: readonly number[];
    readonly classOf: (row: number) => number;
  },
): Promise<Float64Array> {
  const { question, places, classOf } = options;
  const { table, by } = question;
  const all = new Float64Array(places.length);
  const rows = new MixedRows(table, Math.min(rowsPerCall(table), places.length));
  for (let start = 0; start < places.length; start += rows.capacity) {
    rows.clear();
    const some = places.slice(start, start + rows.capacity);
    for (const place of some) rows.add(new Int32Array(table.players.length).fill(place));
    const truths = Float64Array.from(some, (_, row) => classOf(start + row));
    all.set(explainedAnswers(await model.ask(rows, truths), by), start);
  }
  return all;
}

/**
 * Gathers contributions, row by row and within a row background row by background row. The background rows are strata: the
 * error of a value is that of the orders within each of them (Cochran, Sampling Techniques, §5.3).
 */
class Tally {
  readonly #rows: number;
  readonly #width: number;
  readonly #rounds: number;
  readonly #halves: readonly [Float64Array, Float64Array];
  /** Sums over strata of the squared deviations within each. */
  readonly #squares: Float64Array;
  /** Sums over strata of the squares of those: whether few strata make most of the error. */
  readonly #fourths: Float64Array;
  /** Of the rounds of the background row that is being added. */
  readonly #mean: Float64Array;
  readonly #deviations: Float64Array;
  readonly #largest: Float64Array;
  #round = 0;

  constructor({
    rows,
    width,
    permutations,
  }: { readonly rows: number; readonly width: number; readonly permutations: number }) {
    this.#rows = rows;
    this.#width = width;
    this.#rounds = permutations;
    this.#halves = [new Float64Array(rows * width), new Float64Array(rows * width)];
    this.#squares = new Float64Array(rows * width);
    this.#fourths = new Float64Array(rows * width);
    this.#mean = new Float64Array(width);
    this.#deviations = new Float64Array(width);
    this.#largest = new Float64Array(width);
  }

  /** One round of one background row; its other rounds follow before any of another. */
  add(row: number, contributions: Float64Array): void {
    const half = this.#halves[this.#round % 2 === 0 ? 0 : 1];
    const first = row * this.#width;
    for (let player = 0; player < this.#width; player++) {
      const value = contributions[player] ?? 0;
      const place = first + player;
      half[place] = (half[place] ?? 0) + value;
      const step = value - (this.#mean[player] ?? 0);
      const mean = (this.#mean[player] ?? 0) + step / (this.#round + 1);
      this.#mean[player] = mean;
      this.#deviations[player] = (this.#deviations[player] ?? 0) + step * (value - mean);
      this.#largest[player] = Math.max(this.#largest[player] ?? 0, Math.abs(value));
    }
    this.#round++;
    if (this.#round < this.#rounds) return;
    this.#round = 0;
    for (let player = 0; player < this.#width; player++) {
      const within = this.#deviations[player] ?? 0;
      this.#squares[first + player] = (this.#squares[first + player] ?? 0) + within;
      this.#fourths[first + player] = (this.#fourths[first + player] ?? 0) + within ** 2;
    }
    this.#mean.fill(0);
    this.#deviations.fill(0);
  }

  finish(options: {
    readonly answers: Float64Array;
    readonly baselines: Float64Array;
    readonly players: number;
    readonly background: number;
  }): Omit<ShapleyValues, 'width'> {
    const { answers, baselines, players, background } = options;
    const rounds = this.#rounds;
    const [even, odd] = this.#halves;
    const values = even.map((sum, place) => (sum + (odd[place] ?? 0)) / (background * rounds));
    const standardErrors = this.#squares.map((squares) =>
      rounds < 2 ? 0 : Math.sqrt(squares / ((rounds - 1) * rounds)) / background,
    );
    // Satterthwaite, with the correction for strata of few rounds (Cochran, §5.4).
    const degrees = this.#squares.map((squares, place) => {
      const fourths = this.#fourths[place] ?? 0;
      return fourths === 0 ? 1 : Math.max(1, ((rounds + 1) * squares ** 2) / fourths - 2);
    });
    // An error that turns a sign makes a size too large. Halves of the orders disagree as often as the whole is wrong, and
    // twice as far: their mean size less the size of the whole is what the whole has too much (Quenouille's correction).
    const sizes = values.map((value, place) => {
      if (rounds < 2) return Math.abs(value);
      const half = Math.abs(even[place] ?? 0) + Math.abs(odd[place] ?? 0);
      return 2 * Math.abs(value) - half / (background * rounds);
    });
    let efficiencyGap = 0;
    let scale = 0;
    for (let row = 0; row < this.#rows; row++) {
      let sum = 0;
      for (let player = 0; player < players; player++) sum += values[row * this.#width + player] ?? 0;
      const difference = (answers[row] ?? 0) - (baselines[row] ?? 0);
      efficiencyGap = Math.max(efficiencyGap, Math.abs(sum - difference));
      scale = Math.max(scale, Math.abs(answers[row] ?? 0), Math.abs(baselines[row] ?? 0));
    }
    return {
      values,
      standardErrors,
      degrees,
      sizes,
      answers,
      baselines,
      // What the same numbers answer in another place of a batch may differ in the last digits of a float.
      isUsed: Array.from(this.#largest, (largest) => largest > 5e-7 * scale),
      efficiencyGap,
    };
  }
}
