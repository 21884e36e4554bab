import type { MetricName } from '../metric-name.ts';
import { averagePrecision } from './average-precision.ts';
import { type Linear, meanMetric, type Undefined } from './linear.ts';
import type { RankingScores } from './scores.ts';

/**
 * The metrics of a ranking: the mean over the queries that have a relevant row. Rows of equal score are in no order, so
 * each metric but MAP is its mean over all orders of them; MAP takes them together, as average precision does.
 */
export function rankingMetric(metric: MetricName, scores: RankingScores): Linear | Undefined | null {
  const measure = measures[metric];
  if (measure === undefined) return null;
  const queries = relevantQueries(scores);
  if (queries.length === 0) return { kind: 'undefined', reason: 'no query has a relevant row' };
  return meanMetric(queries.length, (place) => measure(rankedQuery(scores, queries[place] ?? []), scores));
}

/** The rows of each query that has a relevant one, in order of its number. */
export function relevantQueries(scores: RankingScores): readonly (readonly number[])[] {
  return queriesOf(scores).filter((rows) => rows.some((row) => (scores.truth[row] ?? 0) > 0));
}

/** The queries of a holdout are the same for both models and every metric. */
const known = new WeakMap<Uint32Array, readonly (readonly number[])[]>();

/** The rows of each query, in order of its number. */
export function queriesOf({ query }: RankingScores): readonly (readonly number[])[] {
  const remembered = known.get(query);
  if (remembered !== undefined) return remembered;
  const queries = grouped(query);
  known.set(query, queries);
  return queries;
}

function grouped(query: Uint32Array): readonly (readonly number[])[] {
  const rows = new Map<number, number[]>();
  for (const [row, number] of query.entries()) {
    const list = rows.get(number);
    if (list === undefined) rows.set(number, [row]);
    else list.push(row);
  }
  return [...rows.keys()].sort((a, b) => a - b).map((number) => rows.get(number) ?? []);
}

/** The rows of a query by descending score: relevance, and where each run of equal scores ends. */
interface RankedQuery {
  readonly relevance: readonly number[];
  readonly score: readonly number[];
}

type Measure = (query: RankedQuery, options: Pick<RankingScores, 'cutoff' | 'gain'>) => number;

const measures: Readonly<Partial<Record<MetricName, Measure>>> = {
  ndcg: (query, { cutoff, gain }) => {
    const gains = query.relevance.map((relevance) => (gain === 'linear' ? relevance : 2 ** relevance - 1));
    const ideal = gains.toSorted((a, b) => b - a);
    return discounted({ ...query, relevance: gains }, cutoff) / discounted({ relevance: ideal, score: [] }, cutoff);
  },
  mrr: (query) => {
    for (const { from, to, relevant } of ties(query)) {
      if (relevant === 0) continue;
      let expected = 0;
      let missed = 1;
      for (let at = 0; at < to - from && missed > 0; at++) {
        const left = to - from - at;
        const isHere = missed * Math.min(1, relevant / left);
        expected += isHere / (from + at + 1);
        missed -= isHere;
      }
      return expected;
    }
    return 0;
  },
  map: ({ relevance, score }) =>
    averagePrecision(
      Uint8Array.from(relevance, (one) => (one > 0 ? 1 : 0)),
      Float64Array.from(score),
    ),
  'recall-at-k': (query, { cutoff }) => {
    const all = query.relevance.filter((one) => one > 0).length;
    return foundWithin(query, cutoff) / all;
  },
  'precision-at-k': (query, { cutoff }) => foundWithin(query, cutoff) / cutoff,
};

function rankedQuery({ truth, predicted }: RankingScores, rows: readonly number[]): RankedQuery {
  const order = rows.toSorted((a, b) => (predicted[b] ?? 0) - (predicted[a] ?? 0));
  return { relevance: order.map((row) => truth[row] ?? 0), score: order.map((row) => predicted[row] ?? 0) };
}

/** Runs of equal scores: places `from` up to `to`, how many of their rows are relevant, and what they gain together. */
function* ties({ relevance, score }: RankedQuery) {
  for (let from = 0; from < relevance.length; ) {
    let to = from;
    let relevant = 0;
    let gain = 0;
    do {
      gain += relevance[to] ?? 0;
      relevant += (relevance[to] ?? 0) > 0 ? 1 : 0;
      to++;
    } while (to < relevance.length && score.length > 0 && score[to] === score[from]);
    yield { from, to, relevant, gain };
    from = to;
  }
}

/** DCG@k where rows of equal score share their places (McSherry and Najork, ECIR 2008). */
function discounted(query: RankedQuery, cutoff: number): number {
  let sum = 0;
  for (const { from, to, gain } of ties(query)) {
    if (from >= cutoff) break;
    let discount = 0;
    for (let place = from; place < Math.min(to, cutoff); place++) discount += 1 / Math.log2(place + 2);
    sum += (gain / (to - from)) * discount;
  }
  return sum;
}

function foundWithin(query: RankedQuery, cutoff: number): number {
  let found = 0;
  for (const { from, to, relevant } of ties(query)) {
    if (from >= cutoff) break;
    found += (relevant * (Math.min(to, cutoff) - from)) / (to - from);
  }
  return found;
}
