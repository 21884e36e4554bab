import { expect, test } from 'vitest';
import { embeddingSummary } from '../../src/data/embedding-summary.ts';
import { type Profile, profileSchema } from '../../src/data/profile-document.ts';
import { compareProfiles } from '../../src/drift/compare.ts';
import { DriftPolicy } from '../../src/policy/drift-policy.ts';
import { randomNumbers } from '../data/profile-of.ts';

const dimension = 24;

/** Correlated normal vectors, moved and stretched as asked; some hold NaN. */
function drawn(options: {
  readonly rows: number;
  readonly seed: number;
  readonly shift?: number;
  readonly scale?: number;
  readonly odd?: number;
}): Profile {
  const { rows, seed, shift = 0, scale = 1, odd = 0 } = options;
  const random = randomNumbers(seed);
  const normal = () => Math.sqrt(-2 * Math.log(random() + 1e-300)) * Math.cos(2 * Math.PI * random());
  const values = new Float64Array(rows * dimension);
  for (let row = 0; row < rows; row++) {
    const common = normal();
    for (let at = 0; at < dimension; at++)
      values[row * dimension + at] = scale * (normal() + common) + (at < 6 ? shift : 0);
    if (row < odd) values[row * dimension] = Number.NaN;
  }
  const summary = embeddingSummary(dimension);
  summary.add({ rows, dimension, values, hasVector: () => true });
  return { schema: profileSchema, rows, columns: [summary.finish('v')] };
}

function verdict(reference: Profile, current: Profile) {
  const digest = 'sha256:0' as const;
  const policy = DriftPolicy.parse({});
  const report = compareProfiles({
    reference: { profile: reference, digest },
    current: { profile: current, digest },
    policy,
  });
  return report.columns['v'];
}

test('embeddings of one distribution do not move: at most one of forty pairs at a level of one in a hundred', () => {
  const moved = Array.from({ length: 40 }, (_, at) =>
    verdict(drawn({ rows: 600, seed: 2 * at }), drawn({ rows: 400, seed: 2 * at + 1 })),
  ).filter((column) => column?.verdict !== 'steady');

  expect(moved.length).toBeLessThanOrEqual(1);
});

test.each([
  ['a shift of six dimensions', { shift: 1.5 }],
  ['longer vectors', { scale: 1.6 }],
  ['vectors with NaN', { odd: 200 }],
])('%s is seen from the profiles alone', (_, change) => {
  const column = verdict(drawn({ rows: 1500, seed: 1 }), drawn({ rows: 1000, seed: 2, ...change }));

  expect(column).toMatchObject({ kind: 'embedding', verdict: 'moved' });
});

test('another dimension is another kind of column', () => {
  const other = embeddingSummary(2);
  other.add({ rows: 2, dimension: 2, values: Float64Array.from([1, 2, 3, 4]), hasVector: () => true });
  const current: Profile = { schema: profileSchema, rows: 2, columns: [other.finish('v')] };

  expect(verdict(drawn({ rows: 30, seed: 1 }), current)).toMatchObject({
    verdict: 'moved',
    reason: 'the type changed: embedding of 24 numbers became embedding of 2 numbers',
  });
});

test('vectors without a finite one among them are compared without harm', () => {
  const column = verdict(drawn({ rows: 50, seed: 1, odd: 50 }), drawn({ rows: 50, seed: 2 }));

  expect(column?.verdict).toBe('moved');
});
