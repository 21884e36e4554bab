import type { BinaryPair } from '../../../src/evaluate/comparison/pair.ts';
import { type BinaryScores, scoresOf } from '../../../src/evaluate/metrics/scores.ts';
import { mixed } from '../../../src/statistics/poisson-bootstrap.ts';

/** Numbers between 0 and 1 that row, sample and salt decide. */
export function uniform(sample: number, row: number, salt: number): number {
  return (mixed(mixed(sample * 7919 + salt) ^ row) + 0.5) / 2 ** 32;
}

/** Standard normal numbers, likewise; they use up two salts. */
export function normal(sample: number, row: number, salt: number): number {
  const radius = Math.sqrt(-2 * Math.log(uniform(sample, row, salt)));
  return radius * Math.cos(2 * Math.PI * uniform(sample, row, salt + 1));
}

/** Two models that see the same truth through different noise; rows of a cluster share part of the noise. */
export function binaryPair(options: {
  readonly rows: number;
  readonly sample?: number;
  /** How good the models are: what their logit is told of the true one. */
  readonly candidate?: number;
  readonly champion?: number;
  readonly clusterOf?: (row: number) => number;
}): BinaryPair {
  const { rows, sample = 1, candidate = 1, champion = 1, clusterOf } = options;
  const logit = Float64Array.from({ length: rows }, (_, row) => 1.5 * normal(sample, row, 1) - 0.4);
  const truth = Uint8Array.from(logit, (value, row) => Number(uniform(sample, row, 3) < 1 / (1 + Math.exp(-value))));
  const scores = (strength: number, salt: number): BinaryScores => {
    const probability = logit.map((value, row) => {
      const shared = clusterOf === undefined ? 0 : 1.5 * normal(sample, clusterOf(row), salt + 4);
      return 1 / (1 + Math.exp(-(strength * value + 0.7 * normal(sample, row, salt) + shared)));
    });
    return {
      kind: 'binary',
      truth,
      predicted: Uint8Array.from(probability, (share) => Number(share > 0.5)),
      probability,
    };
  };
  return { kind: 'binary', candidate: scores(candidate, 11), champion: scores(champion, 31) };
}

/** The same rows in another order. */
export function reordered({ candidate, champion }: BinaryPair, order: Uint32Array): BinaryPair {
  // The scores of binary scores are binary scores.
  const of = (scores: BinaryScores) => scoresOf(scores, order) as BinaryScores;
  const moved = of(candidate);
  return { kind: 'binary', candidate: moved, champion: { ...of(champion), truth: moved.truth } };
}

/** An order of rows that the seed decides. */
export function shuffledOrder(rows: number, seed: number): Uint32Array {
  return Uint32Array.from({ length: rows }, (_, row) => row).sort(
    (a, b) => uniform(seed, a, 99) - uniform(seed, b, 99),
  );
}
