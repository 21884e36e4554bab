import type {
  BinaryScores,
  ForecastScores,
  MulticlassScores,
  MultilabelScores,
  RankingScores,
  RegressionScores,
  Scores,
} from '../metrics/scores.ts';

interface Both<Kind extends Scores['kind'], One> {
  readonly kind: Kind;
  readonly candidate: One;
  readonly champion: One;
}

/** Both models of a binary task. */
export type BinaryPair = Both<'binary', BinaryScores>;
/** Both models of a task of many classes. */
export type MulticlassPair = Both<'multiclass', MulticlassScores>;
/** Both models of a task of several labels. */
export type MultilabelPair = Both<'multilabel', MultilabelScores>;
/** Both models of a regression. */
export type RegressionPair = Both<'regression', RegressionScores>;
/** Both models of a ranking. */
export type RankingPair = Both<'ranking', RankingScores>;
/** Both models of a forecast. */
export type ForecastPair = Both<'forecasting', ForecastScores>;

/** Candidate and champion on the same rows, in the same order. */
export type Pair = BinaryPair | MulticlassPair | MultilabelPair | RegressionPair | RankingPair | ForecastPair;

/** The pair of two scores of one task; null when they are of two. */
export function pairOf(candidate: Scores, champion: Scores): Pair | null {
  if (candidate.kind !== champion.kind) return null;
  // Both are of one kind, which the compiler does not follow through a union.
  return { kind: candidate.kind, candidate, champion } as Pair;
}
