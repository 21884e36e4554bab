import { expect, it } from 'vitest';
import { openDataset } from '../../../src/data/dataset.ts';
import { AppError } from '../../../src/error.ts';
import { explainModels } from '../../../src/evaluate/explanation/explain-models.ts';
import { ExplanationReport } from '../../../src/evaluate/explanation/explanation-report.ts';
import type { Runtime } from '../../../src/evaluate/runtime/runtime.ts';
import { readTarget } from '../../../src/evaluate/target.ts';
import { ExplanationPolicy } from '../../../src/policy/explanation-policy.ts';
import { folderOf, policyFor } from '../fixture.ts';
import { formulaRuntime, stream } from './formula-model.ts';

type Given = Readonly<Record<string, unknown>>;

/** Explains models on a CSV file; the report must be one that its schema reads. */
async function explained(options: {
  readonly csv: string;
  readonly candidate: Runtime;
  readonly champion?: Runtime | AppError | null;
  readonly policy?: Given;
  readonly explanation?: Given;
  readonly names?: readonly string[];
  readonly onProgress?: (progress: { readonly rows: number; readonly totalRows: number }) => void;
}): Promise<ExplanationReport> {
  using folder = folderOf({ 'holdout.csv': options.csv });
  const policy = policyFor({
    task: 'regression',
    target: 'y',
    features: undefined,
    metrics: { mae: { kind: 'info' } },
    ...options.policy,
  });
  await using dataset = await openDataset({ root: folder.path, paths: policy.data.holdout });
  const report = await explainModels({
    dataset,
    reference: null,
    target: await readTarget(dataset, policy),
    policy,
    explanation: ExplanationPolicy.parse(options.explanation ?? {}),
    candidate: options.candidate,
    champion: options.champion ?? null,
    names: options.names ?? [],
    onProgress: options.onProgress,
  });
  return ExplanationReport.parse(JSON.parse(JSON.stringify(report)));
}

const wishes = [
  { name: 'a', as: 'number' },
  { name: 'b', as: 'number' },
  { name: 'city', as: 'text' },
  { name: 'constant', as: 'number' },
] as const;

function lines(rows: number, seed = 1): readonly string[] {
  const next = stream(seed);
  return Array.from({ length: rows }, (_, row) => {
    const [a, b] = [next().toFixed(3), row % 17 === 0 ? '' : next().toFixed(3)];
    const city = ['Oslo', 'Riga', '"Bern, CH"', ''][Math.floor(4 * next())];
    const y = (2 * Number(a) - Number(b) + (city === 'Riga' ? 1 : 0) + next() / 10).toFixed(3);
    return `${row},${a},${b},${city},7,${y},${Number(Number(y) > 0.7)},${['low', 'mid', 'top'][Math.min(2, Math.max(0, Math.round(Number(y) + 0.5)))]}`;
  });
}
const header = 'id,a,b,city,constant,y,late,kind';
const csv = (rows: readonly string[]) => [header, ...rows].join('\n');

const candidate = formulaRuntime(
  wishes,
  ([a, b, city]) => 2 * Number(a) - Number(b ?? 0.5) + (city === 'Riga' ? 1 : 0),
);
const champion = formulaRuntime(wishes, ([a, b]) => -Number(a) - 2 * Number(b ?? 0.5));
const chance = (value: number) => 1 / (1 + Math.exp(-value));

it('says what changed: importance, features that one model uses, and signs that flipped', async () => {
  const report = await explained({
    csv: csv(lines(400)),
    candidate,
    champion,
    explanation: { groups: { both: ['a', 'b'] } },
  });

  const { shapley, permutation } = report;
  if (shapley?.kind !== 'value' || permutation?.kind !== 'value') throw new Error('expected both methods');
  const by = new Map(shapley.features.map((feature) => [feature.name, feature]));
  expect([...by.keys()].sort()).toEqual(['a', 'b', 'city', 'constant']);
  // Mean |2·(a − ā)| against mean |a − ā| for a uniform feature: ½ and ¼.
  expect(by.get('a')?.candidate.importance.value).toBeCloseTo(0.5, 1);
  expect(by.get('a')?.champion?.importance.value).toBeCloseTo(0.25, 1);
  expect(by.get('a')).toMatchObject({ isFlipped: true, difference: { qValue: expect.any(Number) } });
  expect(by.get('a')?.difference?.qValue).toBeLessThan(1e-6);
  expect(by.get('a')?.candidate.direction).toBeCloseTo(1, 6);
  expect(by.get('a')?.champion?.direction).toBeCloseTo(-1, 6);
  expect(by.get('b')).toMatchObject({ isFlipped: false, agreement: expect.closeTo(1, 6) });
  expect(by.get('city')).toMatchObject({
    candidate: { isUsed: true, direction: null },
    champion: { isUsed: false },
    agreement: null,
  });
  expect(by.get('constant')).toMatchObject({
    candidate: { isUsed: false, importance: { value: 0, standardError: 0 } },
    difference: { value: 0, pValue: 1, qValue: 1 },
  });
  expect(shapley.features.at(-1)?.name).toBe('constant');
  expect(shapley.efficiencyGap).toBeLessThan(1e-12);
  expect(shapley.groups.map(({ name }) => name)).toEqual(['both']);
  expect(permutation.loss).toBe('squared-error');
  expect(permutation.groups.map(({ name }) => name)).toEqual(['both']);
  expect(report.championAbsence).toBeNull();
});

it('gives the same numbers in any order of the rows, with rows that are there twice', async () => {
  const rows = lines(500).map((line) => line.replace(/^\d+/, '0'));
  const twice = [...rows, ...rows.slice(0, 300), ...rows.slice(0, 50)];
  const next = stream(5);
  const shuffled = twice
    .map((line) => ({ line, at: next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ line }) => line);
  const policy = { features: ['a', 'b', 'city', 'constant'] };

  const [one, other] = await Promise.all(
    [twice, shuffled].map((some) =>
      explained({ csv: csv(some), candidate, champion, policy, explanation: { rows: 60 } }),
    ),
  );

  expect(other).toEqual(one);
});

it('takes rows by their id where the policy has one, so that new rows leave most of the sample as it was', async () => {
  const policy = { id: 'id' };
  const names = ['3', '17'];

  const report = await explained({ csv: csv(lines(100)), candidate, champion, policy, names });

  if (report.shapley?.kind !== 'value') throw new Error('expected Shapley values');
  const { locals, candidateBaseline } = report.shapley;
  expect(locals.map(({ row }) => row)).toEqual(names);
  for (const { candidateAnswer, contributions } of locals) {
    const sum = contributions.reduce((total, { candidate: { value } }) => total + value, 0);
    expect(candidateBaseline + sum).toBeCloseTo(candidateAnswer, 10);
    expect(contributions.map(({ name }) => name)).toContain('city');
  }
});

it('explains the class that the candidate predicts where there are many, for both models', async () => {
  const of = (weight: number) =>
    formulaRuntime(wishes, ([a, b]) => {
      const shares = [Math.exp(-weight * Number(a)), Math.exp(Number(b ?? 0.5)), Math.exp(weight * Number(a))];
      const total = shares.reduce((sum, share) => sum + share, 0);
      return shares.map((share) => share / total);
    });

  const report = await explained({
    csv: csv(lines(200)),
    candidate: of(2),
    champion: of(1),
    policy: { task: 'multiclass', target: 'kind', metrics: { accuracy: { kind: 'info' } } },
    explanation: { rows: 50 },
    names: ['1', '2'],
  });

  if (report.shapley?.kind !== 'value') throw new Error('expected Shapley values');
  expect(report.shapley.answer).toBe('predicted-probability');
  for (const local of report.shapley.locals) {
    expect(['low', 'mid', 'top']).toContain(local.explainedClass);
    expect(local.candidateAnswer).toBeGreaterThan(1 / 3);
  }
  expect(report.shapley.features[0]?.name).toBe('a');
  expect(report.permutation).toMatchObject({ kind: 'value', loss: 'log-loss' });
});

it('explains labels where a model gives nothing else', async () => {
  const labels = formulaRuntime(wishes, ([a]) => Number(a), { labels: (value) => String(Number(value > 0.4)) });
  const scores = formulaRuntime(wishes, ([a, b]) => chance(4 * Number(a) - 2 * Number(b ?? 0)));

  const policy = { task: 'binary', target: 'late', metrics: { accuracy: { kind: 'info' } } };
  const report = await explained({ csv: csv(lines(200)), candidate: labels, champion: scores, policy });

  expect(report.shapley).toMatchObject({ kind: 'value', answer: 'label' });
  expect(report.permutation).toMatchObject({ kind: 'value', loss: 'error' });
});

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
