import { expect, it } from 'vitest';
import { candidate, champion, chance, csv, explained, lines, wishes } from './explained.ts';
import { formulaRuntime, stream } from './formula-model.ts';

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
