import { expect, test } from 'vitest';
import { problemText } from '../../src/error.ts';
import { policyChanges } from '../../src/policy/compare.ts';
import { parsePolicy } from '../../src/policy/parse.ts';
import type { Policy } from '../../src/policy/policy.ts';

function text(fairness: string, task = 'binary'): string {
  return `version: 1
models:
  loans:
    task: ${task}
    target: paid
    data: { train: train.csv, holdout: holdout.csv }
    model: loans.onnx
    metrics: { ${task === 'regression' ? 'mae' : 'accuracy'}: { not-worse-by: 0.01 } }
${fairness === '' ? '' : `    fairness: ${fairness}\n`}`;
}

function problems(fairness: string, task?: string): readonly string[] {
  const parsed = parsePolicy({ text: text(fairness, task) });
  return parsed.kind === 'valid' ? [] : parsed.problems.map(problemText);
}

function policy(fairness: string): Policy {
  const parsed = parsePolicy({ text: text(fairness) });
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems));
  return parsed.policy;
}

const changes = (before: string, after: string) => policyChanges(policy(before), policy(after));

test('one protected column is enough, and safe minima fill the rest', () => {
  expect(policy('{ protected: [sex] }').models['loans']?.fairness).toEqual({
    protected: ['sex'],
    intersections: [],
    'min-rows': 100,
    'min-cases': 20,
    gates: {},
  });
});

test('every mistake is told at once, with what to write instead', () => {
  expect(
    problems(
      '{ protected: [sex, paid, sex], intersections: [[sex, region]], gates: { four-fifths: { at-most: 0.8 }, equal-opportunity: { at-least: 0.1 }, equalised-odds: {}, demographic-party: { at-most: 2 } } }',
    ),
  ).toMatchInlineSnapshot(`
    [
      "\`models.loans.fairness.protected.1\`: expected columns other than the target, found the target \`paid\`; name what people are told apart by",
      "\`models.loans.fairness.protected.2\`: expected each column once, found \`sex\` again; remove it",
      "\`models.loans.fairness.intersections.0\`: expected two columns of \`protected\`, found \`region\`; choose two different columns that \`protected\` names",
      "\`models.loans.fairness.gates.four-fifths.at-most\`: expected \`at-least\`, found \`at-most\`; write \`at-least\`: a ratio of 1 is equal treatment",
      "\`models.loans.fairness.gates.equal-opportunity.at-least\`: expected \`at-most\`, found \`at-least\`; write \`at-most\`: a distance of 0 is equal treatment",
      "\`models.loans.fairness.gates.equalised-odds\`: expected a bound (\`at-most\`, \`at-least\`, \`not-worse-by\`), found an empty mapping; add one, e.g. \`at-most: 0.1\`",
      "\`models.loans.fairness.gates.demographic-party\`: expected a known key, found \`demographic-party\`; did you mean \`demographic-parity\`?",
    ]
  `);
});

test('a regression has no fairness, and with many classes somebody must say which one is selected', () => {
  expect([
    ...problems('{ protected: [sex] }', 'regression'),
    ...problems('{ protected: [sex] }', 'multiclass'),
  ]).toMatchInlineSnapshot(`
    [
      "\`models.loans.fairness\`: expected \`fairness\` with task binary, multiclass or text-classification only, found task regression; remove it: only a predicted class can select somebody",
      "\`models.loans.fairness.positive-label\`: expected the class whose prediction counts as being selected, found nothing; add \`positive-label\` to \`fairness\`: with many classes nothing else says it",
    ]
  `);
  expect(problems('{ protected: [sex], positive-label: gold }', 'multiclass')).toEqual([]);
});

test('what makes it easier to treat groups unequally is called loosened, first', () => {
  const before =
    '{ protected: [sex, region], intersections: [[sex, region]], gates: { demographic-parity: { at-most: 0.1, not-worse-by: 0.01 }, four-fifths: { at-least: 0.8 } } }';
  const after =
    '{ protected: [sex, age], positive-label: 0, min-rows: 500, min-cases: 10, gates: { demographic-parity: { at-most: 0.2 }, four-fifths: { at-least: 0.9 }, equal-opportunity: { at-most: 0.1 } } }';

  expect(changes(before, after)).toMatchInlineSnapshot(`
    [
      "\`loans\`: no longer looks at fairness by \`region\` (loosened).",
      "\`loans\`: no longer looks at fairness by \`region\` × \`sex\` (loosened).",
      "\`loans\`: changes \`fairness.positive-label\` from the default to \`0\` (loosened).",
      "\`loans\`: changes \`fairness.min-rows\` from 100 to 500 (loosened).",
      "\`loans\`: gate on demographic parity: changes \`at-most\` from 0.1 to 0.2 (loosened).",
      "\`loans\`: gate on demographic parity: removes \`not-worse-by\`, which was 0.01 (loosened).",
      "\`loans\`: looks at fairness by \`age\` from now on.",
      "\`loans\`: changes \`fairness.min-cases\` from 20 to 10.",
      "\`loans\`: gates equal opportunity from now on.",
      "\`loans\`: gate on four-fifths ratio: changes \`at-least\` from 0.8 to 0.9.",
    ]
  `);
  expect(changes(before, '')).toMatchInlineSnapshot(`
    [
      "\`loans\`: no longer looks at fairness (loosened).",
    ]
  `);
  expect(changes('', before)).toMatchInlineSnapshot(`
    [
      "\`loans\`: looks at fairness by \`sex\` and \`region\` from now on, with 2 gates.",
    ]
  `);
  expect(changes(before, before)).toEqual([]);
});
