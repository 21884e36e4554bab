import { expect, it } from 'vitest';
import { AppError } from '../../../src/error.ts';
import { candidate, champion, csv, explained, lines, wishes } from './explained.ts';
import { formulaRuntime, stream } from './formula-model.ts';

it('refuses a loss that the models do not have, and explains the rest', async () => {
  const report = await explained({ csv: csv(lines(100)), candidate, explanation: { loss: 'log-loss' } });

  expect(report.permutation).toEqual({
    kind: 'failed',
    reason: expect.stringContaining('squared-error, absolute-error'),
  });
  expect(report.shapley).toMatchObject({ kind: 'value' });
});

it('says that looked-up answers cannot be explained, as candidate and as champion', async () => {
  const file = { ...candidate, isTimed: false };

  const first = await explained({ csv: csv(lines(100)), candidate: file, champion });
  const second = await explained({ csv: csv(lines(100)), candidate, champion: file });

  expect(first.permutation).toEqual({ kind: 'missing', reason: expect.stringContaining('looked up') });
  expect(first.shapley).toEqual(first.permutation);
  expect(first.modelRows.asked).toBe(0);
  expect(second.championAbsence).toContain('looked up');
  expect(second.shapley).toMatchObject({ kind: 'value', championBaseline: null });
});

it('ends with one reason where a model answers NaN for mixed rows, and goes on without such a champion', async () => {
  // Fine on its own rows: a and b of one row are never both that large.
  const touchy = formulaRuntime(wishes, ([a, b, city]) =>
    city === 'Riga' && Number(a) > 0.5 && Number(b) > 0.5 ? Number.NaN : 1,
  );
  const rows = lines(200).filter((line) => {
    const [, a, b, city] = line.split(',');
    return !(city === 'Riga' && Number(a) > 0.5 && Number(b) > 0.5);
  });

  const first = await explained({ csv: csv(rows), candidate: touchy });
  const second = await explained({ csv: csv(rows), candidate, champion: touchy });

  expect(first.shapley).toEqual({
    kind: 'failed',
    reason: expect.stringMatching(/mix the values of others.*finite number.*NaN/),
  });
  expect(second.shapley).toMatchObject({ kind: 'value', championBaseline: null });
  expect(second.championAbsence).toContain('NaN');
});

function wide(features: number) {
  const names = Array.from({ length: features }, (_, place) => `f${place}`);
  const next = stream(3);
  const rows = Array.from({ length: 60 }, () => [...names.map(() => next().toFixed(2)), next()].join(','));
  return {
    csv: [[...names, 'y'].join(','), ...rows].join('\n'),
    candidate: formulaRuntime(
      names.map((name) => ({ name, as: 'number' }) as const),
      (row) => Number(row[0]) + Number(row[1]) * Number(row[2]),
    ),
  };
}

it('refuses a thousand features that the budget does not reach for, before a model is asked', async () => {
  const report = await explained({ ...wide(1000), explanation: { 'budget-rows': 100_000 } });

  const reason = expect.stringMatching(/1000 features, found \d+ of `budget-rows` 100000; raise it/);
  expect(report).toMatchObject({ permutation: { reason }, shapley: { reason }, modelRows: { asked: 0, estimated: 0 } });
});

it('explains fewer rows where the budget reaches for those, and says so', async () => {
  const report = await explained({
    ...wide(80),
    explanation: { 'budget-rows': 40_000, background: 2, permutations: 2 },
  });

  const { shapley, modelRows, notes } = report;
  if (shapley?.kind !== 'value') throw new Error('expected Shapley values');
  expect(notes).toEqual([expect.stringMatching(/^Shapley values: \d+ rows instead of 60/)]);
  expect(shapley.rows).toBeGreaterThanOrEqual(30);
  expect(shapley).toMatchObject({ omitted: 30 });
  expect(
    shapley.features
      .slice(0, 3)
      .map(({ name }) => name)
      .sort(),
  ).toEqual(['f0', 'f1', 'f2']);
  expect(modelRows.asked).toBeLessThanOrEqual(modelRows.estimated);
  expect(modelRows.estimated).toBeLessThanOrEqual(modelRows.budget);
});

it.each(['regression', 'binary', 'multiclass'] as const)(
  'asks no more than it said before, and says how far it is: %s',
  async (task) => {
    const target = { regression: 'y', binary: 'late', multiclass: 'kind' }[task];
    const three = formulaRuntime(wishes, ([a]) =>
      task === 'multiclass' ? [Number(a) / 2, 0.5 - Number(a) / 2, 0.5] : Number(a),
    );
    const seen: number[] = [];

    const { modelRows } = await explained({
      csv: csv(lines(120)),
      candidate: three,
      champion: three,
      policy: { task, target, metrics: { [task === 'regression' ? 'mae' : 'accuracy']: { kind: 'info' } } },
      explanation: { rows: 40, permutations: 2 },
      names: ['4'],
      onProgress: ({ rows, totalRows }) => {
        seen.push(rows);
        expect(rows).toBeLessThanOrEqual(totalRows);
      },
    });

    expect(seen.at(-1)).toBe(modelRows.asked);
    expect(modelRows.asked).toBeLessThanOrEqual(modelRows.estimated);
  },
);

it('has no champion to compare with, and says why', async () => {
  const broken = new AppError('bad-input', 'expected a model, found none; export it');

  const [none, failed] = await Promise.all(
    [null, broken].map((one) => explained({ csv: csv(lines(60)), candidate, champion: one })),
  );

  expect(none?.championAbsence).toBe('no champion yet');
  expect(failed?.championAbsence).toBe(broken.message);
  expect(failed?.shapley).toMatchObject({ kind: 'value', championBaseline: null });
});

it.each([
  ['one row', csv(lines(1))],
  ['one row with a truth', csv([...lines(1), '1,0.5,0.5,Oslo,7,,0,low'])],
])('needs two rows, and says so: %s', async (_, data) => {
  const report = await explained({ csv: data, candidate });

  expect(report.permutation).toEqual({ kind: 'missing', reason: expect.stringContaining('at least 2 holdout rows') });
});

it('explains rows that are all the same: nothing matters', async () => {
  const report = await explained({ csv: csv(Array(50).fill(lines(1)[0] ?? '')), candidate, champion });

  if (report.shapley?.kind !== 'value' || report.permutation?.kind !== 'value')
    throw new Error('expected both methods');
  expect(report.shapley.features.every(({ candidate: { importance } }) => importance.value === 0)).toBe(true);
  expect(report.permutation.features.every(({ candidate: { value } }) => value === 0)).toBe(true);
});

it('takes hostile names as names', async () => {
  const hostile = ['__proto__', 'constructor', 'a "b"', 'x'.repeat(200), '😀', "'; DROP TABLE data; --"];
  const model = formulaRuntime(
    hostile.map((name) => ({ name, as: 'number' }) as const),
    (row) => Number(row[0]) - Number(row[4]),
  );
  const next = stream(4);
  const head = [...hostile, 'y'].map((name) => `"${name.replaceAll('"', '""')}"`).join(',');
  const rows = Array.from({ length: 60 }, () => [...hostile.map(next), next()].join(','));

  const report = await explained({ csv: [head, ...rows].join('\n'), candidate: model, champion: model });

  if (report.shapley?.kind !== 'value') throw new Error('expected Shapley values');
  expect(report.shapley.features.map(({ name }) => name).sort()).toEqual([...hostile].sort());
});

it.each([
  [{ groups: { g: ['a', 'nowhere'] } }, {}, [], /groups.*found nowhere/],
  [{}, {}, ['0'], /row numbers from 1 to 60, found "0"/],
  [{}, { id: 'id' }, ['none'], /values of the id id, found "none"/],
  [{}, {}, Array.from({ length: 21 }, (_, row) => String(row + 1)), /at most 20 rows/],
])('refuses what is not there: %o %o %o', async (explanation, policy, names, message) => {
  await expect(explained({ csv: csv(lines(60)), candidate, explanation, policy, names })).rejects.toThrow(message);
});
