import { expect, it } from 'vitest';
import { estimateOf } from '../../../src/evaluate/explanation/estimate.ts';
import { exchangeEffect } from '../../../src/evaluate/explanation/exchange-effect.ts';
import { cyclicDonors, permutationImportance } from '../../../src/evaluate/explanation/permutation-importance.ts';
import { formulaModel, numberWishes, stream, tableOf } from './formula-model.ts';

const singles = (features: number) =>
  Array.from({ length: features }, (_, place) => ({ name: `x${place}`, members: [place] }));

/** Rows of a law whose features are correlated, with the truth 2·a + b·c + noise. */
function drawn(rows: number, seed: number) {
  const next = stream(seed);
  const features = Array.from({ length: rows }, () => {
    const common = next();
    return [common + next(), common - next(), 2 * next(), next()];
  });
  const truths = features.map(([a = 0, b = 0, c = 0]) => 2 * a + b * c + next() - 0.5);
  return { features, truths };
}

const formula = (row: readonly unknown[]) => {
  const [a = 0, b = 0, c = 0] = row.map(Number);
  return 1.8 * a + b * c;
};

async function importance(options: {
  readonly rows: ReturnType<typeof drawn>;
  readonly rounds: number;
  readonly loss?: 'squared-error' | 'absolute-error';
  readonly candidate?: typeof formula;
  readonly champion?: typeof formula;
}) {
  const { rows, rounds, champion } = options;
  return await permutationImportance({
    table: tableOf(rows.features, rows.truths),
    truths: Float64Array.from(rows.truths),
    groups: [...singles(4), { name: 'all', members: [0, 1, 2, 3] }, { name: 'nothing', members: [] }],
    candidate: formulaModel(numberWishes(4), options.candidate ?? formula),
    champion: champion === undefined ? null : formulaModel(numberWishes(4), champion),
    loss: options.loss ?? 'squared-error',
    donors: cyclicDonors(rows.truths.length, rounds),
  });
}

it('gives the difference of the mean losses with a feature exchanged and as it is', async () => {
  const rows = drawn(40, 2);
  const donors = cyclicDonors(40, 3);
  const lossOf = (row: readonly number[], truth: number) => (formula(row) - truth) ** 2;
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value / values.length, 0);

  const { features, candidate } = await importance({ rows, rounds: 3 });

  const before = mean(rows.features.map((row, at) => lossOf(row, rows.truths[at] ?? 0)));
  expect(candidate).toBeCloseTo(before, 12);
  for (const [place, members] of [[0], [1], [2], [3], [0, 1, 2, 3]].entries()) {
    const after = donors.map((donor) =>
      mean(
        rows.features.map((row, at) => {
          const giver = rows.features[donor[at] ?? 0] ?? [];
          const given = row.map((value, feature) => (members.includes(feature) ? (giver[feature] ?? 0) : value));
          return lossOf(given, rows.truths[at] ?? 0);
        }),
      ),
    );
    expect(features[place]?.candidate.value).toBeCloseTo(mean(after) - before, 12);
  }
});

it('is 0 without an error for a feature that is not read, and for a group of none', async () => {
  const { features } = await importance({ rows: drawn(50, 4), rounds: 2, champion: formula });

  for (const place of [3, 5]) {
    expect(features[place]?.candidate).toMatchObject({ value: 0, standardError: 0 });
    expect(features[place]?.difference).toMatchObject({ value: 0, standardError: 0 });
  }
});

it('gives both models the same rows, so that a difference is surer than its parts', async () => {
  const champion = (row: readonly unknown[]) => formula(row) + 0.1 * Number(row[3]);

  const { features } = await importance({ rows: drawn(200, 5), rounds: 4, champion });

  const [first] = features;
  expect(first?.difference?.value).toBeCloseTo((first?.candidate.value ?? 0) - (first?.champion?.value ?? 0), 12);
  expect(first?.difference?.standardError).toBeLessThan((first?.candidate.standardError ?? 0) / 10);
});

it('never leaves a row its own value, and gives each value to one row', () => {
  for (const rows of [2, 3, 10, 501]) {
    for (const donor of cyclicDonors(rows, 6)) {
      expect([...donor].sort((a, b) => a - b)).toEqual([...Array(rows).keys()]);
      expect(donor.some((giver, row) => giver === row)).toBe(false);
    }
  }
  expect(cyclicDonors(100, 2)[0]).not.toEqual(cyclicDonors(100, 2)[1]);
});

it('covers the exact increase of the loss in about 95 of 100 intervals of samples of rows', async () => {
  // For f = Σ wᵢ·xᵢ with errors e the increase of the squared error is 2·wᵢ·Cov(e, xᵢ) + 2·wᵢ²·Var(xᵢ), which for uniform
  // parts is a fraction.
  const linear = (first: number, second: number) => (row: readonly unknown[]) =>
    first * Number(row[0]) + second * Number(row[1]);
  const exact = [
    { candidate: 1.2, difference: 1.2 - 0.95 },
    { candidate: 11 / 30, difference: 11 / 30 - 0.5 },
  ];
  let covered = 0;
  let asked = 0;
  for (let sample = 0; sample < 150; sample++) {
    const { features } = await importance({
      rows: drawn(300, (sample + 1) * 1_000_003),
      rounds: 4,
      candidate: linear(1.8, 1),
      champion: linear(1.5, 1.2),
    });
    for (const [place, truth] of exact.entries()) {
      for (const name of ['candidate', 'difference'] as const) {
        const found = features[place]?.[name];
        if (found === null || found === undefined) throw new Error('expected an importance');
        const { low, high } = estimateOf(found, 0.95);
        covered += Number(low <= truth[name] && truth[name] <= high);
        asked++;
      }
    }
  }

  expect(covered / asked).toBeGreaterThan(0.92);
  expect(covered / asked).toBeLessThan(0.98);
});

it('counts a row as who gives too: the spread of who receives alone would be too small', () => {
  // The effect is all the giver's: rows as receivers differ only by chance, and twice the rounds would halve that.
  const next = stream(7);
  const gift = Array.from({ length: 300 }, next);
  const donors = cyclicDonors(300, 4);
  const effects = Float64Array.from(donors.flatMap((donor) => [...donor].map((giver) => gift[giver] ?? 0)));

  const { standardError } = exchangeEffect(effects, donors);

  // The error of a mean of 300 uniform gifts; that of the mean of the receivers' means would be half of it.
  const expected = Math.sqrt(1 / 12 / 300);
  expect(standardError / expected).toBeGreaterThan(0.85);
  expect(standardError / expected).toBeLessThan(1.15);
});
