import { z } from 'zod';
import { AppError } from '../error.ts';
import { Histogram, mergeHistograms } from './histogram.ts';
import { Extremes, mergeExtremes } from './profile-parts.ts';

/** The longest vectors that are looked at as embeddings. */
export const largestDimension = 16_384;

/** How many fixed directions every embedding is projected on. */
export const projectionCount = 16;

/**
 * One column of embeddings: vectors of one length. Nothing of a single row is kept. The moments of each dimension show
 * which of them moved and in what direction; the norms and the projections on fixed random directions (of
 * projection-directions.ts: they depend on the dimension alone) are distributions on the grid of every histogram here, so
 * two profiles can be tested against each other. By the Cramér–Wold theorem two distributions that agree on all
 * directions are the same; sixteen directions see most differences that are not confined to few dimensions of many.
 */
export const EmbeddingColumn = z.strictObject({
  name: z.string().max(200),
  kind: z.literal('embedding'),
  dimension: z.number().int().min(1).max(largestDimension),
  nulls: z.number().int().nonnegative(),
  /** Vectors that hold a null, NaN or an infinite number: counted, and left out of everything below. */
  nonFinite: z.number().int().nonnegative(),
  /** Vectors of finite numbers. */
  count: z.number().int().nonnegative(),
  /** Mean and sum of squared deviations of each dimension; null without vectors and where sums overflow. */
  moments: z
    .strictObject({
      means: z.array(z.number()).max(largestDimension),
      squares: z.array(z.number().nonnegative()).max(largestDimension),
    })
    .nullable(),
  /** Euclidean lengths. */
  norms: z.strictObject({ extremes: Extremes.nullable(), histogram: Histogram }),
  /** One histogram per direction. Their grid is at most 2^-4 of a value wide. */
  projections: z.array(Histogram).length(projectionCount),
});
/** A column of vectors of one length. */
export type EmbeddingProfile = z.infer<typeof EmbeddingColumn>;

/** The vectors of both. Throws `bad-input` when their lengths differ. */
export function mergeEmbeddings(a: EmbeddingProfile, b: EmbeddingProfile): EmbeddingProfile {
  if (a.dimension !== b.dimension) {
    throw new AppError(
      'bad-input',
      `expected embeddings of one length, found column ${a.name} with ${a.dimension} and with ${b.dimension} numbers; profile vectors of one model`,
    );
  }
  return {
    name: a.name,
    kind: 'embedding',
    dimension: a.dimension,
    nulls: a.nulls + b.nulls,
    nonFinite: a.nonFinite + b.nonFinite,
    count: a.count + b.count,
    moments: mergeMoments(a, b),
    norms: {
      extremes: mergeExtremes(a.norms.extremes, b.norms.extremes),
      histogram: mergeHistograms(a.norms.histogram, b.norms.histogram),
    },
    projections: a.projections.map((one, index) => {
      const other = b.projections[index];
      return other === undefined ? one : mergeHistograms(one, other);
    }),
  };
}

/** Chan, Golub and LeVeque (1979), dimension by dimension. */
function mergeMoments(a: EmbeddingProfile, b: EmbeddingProfile): EmbeddingProfile['moments'] {
  if (a.count === 0 || b.count === 0) return a.count === 0 ? b.moments : a.moments;
  if (a.moments === null || b.moments === null) return null;
  const total = a.count + b.count;
  const [x, y] = [a.moments, b.moments];
  const means = x.means.map((mean, at) => mean * (a.count / total) + (y.means[at] ?? 0) * (b.count / total));
  const squares = x.squares.map((sum, at) => {
    const difference = (y.means[at] ?? 0) - (x.means[at] ?? 0);
    return sum + (y.squares[at] ?? 0) + difference * difference * ((a.count * b.count) / total);
  });
  return [...means, ...squares].every(Number.isFinite) ? { means, squares } : null;
}
