import { describe, expect, it } from 'vitest';
import { policyChanges } from '../../src/policy/compare.ts';
import { type ParsedPolicy, parsePolicy } from '../../src/policy/parse.ts';

const base = `version: 1
models:
  late:
    task: binary
    target: late
    model: late.onnx
    data: { train: data/train.csv, holdout: data/holdout.csv }
    metrics: { roc-auc: { not-worse-by: 0.005 } }
`;

const parse = (budget: string): ParsedPolicy => parsePolicy({ text: `${base}${budget}` });

function problemsOf(budget: string): readonly string[] {
  const parsed = parse(budget);
  return parsed.kind === 'invalid'
    ? parsed.problems.map(({ path, expected, fix }) => `${path}: ${expected}; ${fix}`)
    : [];
}

function changes(before: string, after: string): readonly string[] {
  const [old, now] = [parse(before), parse(after)];
  if (old.kind === 'invalid' || now.kind === 'invalid') throw new Error('expected valid policies');
  return policyChanges(old.policy, now.policy);
}

describe('a budget', () => {
  it('is optional, and one that only names prices limits nothing', () => {
    expect(parse('')).toMatchObject({ kind: 'valid' });
    expect(parse('budget: { price-per-hour: { gpu: 2.5 } }')).toMatchObject({
      policy: { budget: { currency: 'USD', limits: [] } },
    });
  });

  it.each([
    ['budget: { limits: [{ per: person, window: day }] }', 'budget.limits.0', 'a bound (`hours`, `cost`)'],
    ['budget: { limits: [{ per: persons, window: day, hours: 1 }] }', 'budget.limits.0.per', 'person'],
    ['budget: { limits: [{ per: person, window: week, hours: 1 }] }', 'budget.limits.0.window', 'day'],
    ['budget: { limits: [{ per: person, window: day, hours: -1 }] }', 'budget.limits.0.hours', '0'],
    ['budget: { limits: [{ per: person, window: day, hour: 1 }] }', 'budget.limits.0.hour', '`hours`'],
    ['budget: { limits: [{ per: person, window: day, cost: 1 }] }', 'budget', 'a price for every `cost`'],
    ['budget: { currency: dollars }', 'budget.currency', 'three capital letters'],
    ['budget: { price-per-hour: { gpu: free } }', 'budget.price-per-hour.gpu', 'number'],
  ])('%s is refused where it is wrong, with what to do', (budget, path, words) => {
    const problems = problemsOf(budget);

    expect(problems.join('\n')).toContain(words);
    expect(problems.some((problem) => problem.startsWith(path))).toBe(true);
  });

  it('that lets more be spent is told as loosened, before all else', () => {
    const before =
      'budget: { price-per-hour: { gpu: 2 }, limits: [{ per: repository, window: day, hours: 5 }, { per: person, window: total, cost: 9 }] }';
    const after =
      'budget: { currency: EUR, price-per-hour: { gpu: 1, cpu: 1 }, limits: [{ per: repository, window: day, hours: 6, cost: 3 }] }';

    expect(changes(before, after)).toEqual([
      'Changes the limit of hours per repository and day from 5 to 6 (loosened).',
      'No longer limits the cost per person in total, which were 9 (loosened).',
      'Changes the price of an hour on `gpu` from 2 to 1 (loosened).',
      'Changes the currency of the budget from USD to EUR: what was spent until then does not count any more (loosened).',
      'Limits the cost per repository and day to 3.',
      'Sets the price of an hour on `cpu` to 1.',
    ]);
  });

  it('that is removed is loosened, and one that is new is not', () => {
    const budget = 'budget: { limits: [{ per: repository, window: month, hours: 5 }] }';

    expect(changes(budget, '')).toEqual([
      'No longer limits the hours per repository and month, which were 5 (loosened).',
    ]);
    expect(changes('', budget)).toEqual(['Limits the hours per repository and month to 5.']);
  });
});
