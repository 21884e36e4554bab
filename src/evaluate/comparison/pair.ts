import type { BinaryScores, MulticlassScores, RegressionScores, Scores } from '../metrics/scores.ts';

/** Both models of a binary task. */
export interface BinaryPair {
  readonly kind: 'binary';
  readonly candidate: BinaryScores;
  readonly champion: BinaryScores;
}

/** Both models of a task of many classes. */
export interface MulticlassPair {
  readonly kind: 'multiclass';
  readonly candidate: MulticlassScores;
  readonly champion: MulticlassScores;
}

/** Both models of a regression. */
export interface RegressionPair {
  readonly kind: 'regression';
  readonly candidate: RegressionScores;
  readonly champion: RegressionScores;
}

/** Candidate and champion on the same rows, in the same order. */
export type Pair = BinaryPair | MulticlassPair | RegressionPair;

/** The pair of two scores of one task; null when they are of two. */
export function pairOf(candidate: Scores, champion: Scores): Pair | null {
  if (candidate.kind === 'binary' && champion.kind === 'binary') return { kind: 'binary', candidate, champion };
  if (candidate.kind === 'multiclass' && champion.kind === 'multiclass') {
    return { kind: 'multiclass', candidate, champion };
  }
  if (candidate.kind === 'regression' && champion.kind === 'regression') {
    return { kind: 'regression', candidate, champion };
  }
  return null;
}
