import { expect, it } from 'vitest';
import { parsePolicy } from '../../src/policy/parse.ts';

function problems(keys: string, metrics = 'roc-auc: { not-worse-by: 0.01 }'): readonly string[] {
  const text = `version: 1
models:
  m:
    task: binary
    target: y
    data: { train: t.csv, holdout: h.csv }
    model: m.onnx
    metrics: { ${metrics} }
${keys}`;
  const parsed = parsePolicy({ text, file: '.github/siskin.yml' });
  return parsed.kind === 'valid' ? [] : parsed.problems.map(({ expected, found }) => `${expected}; ${found}`);
}

it.each<readonly [string, string, RegExp | null]>([
  ['a cluster that is the target', '    cluster: y', /other than the target/],
  ['a column crossed with itself', '    slice-crosses: [[a, a]]', /two columns/],
  ['a slices gate without slices', '    slices-gate: { not-worse-by: 2% }', /`slices` or `slice-crosses`/],
  [
    'a slices gate on what is not measured',
    '    slices: [a]\n    slices-gate: { metrics: [f1] }',
    /a metric of this model/,
  ],
  ['a margin that is none', '    slices: [a]\n    slices-gate: { not-worse-by: two }', /share of the champion’s value/],
  ['a rule of spending that there is not', '    holdout: { spend: all }', /one of none, bonferroni, pocock/],
  ['an edge without a bound', '    edge: {}', /a bound/],
  [
    'everything as it should be',
    '    cluster: u\n    slices: [a]\n    slices-gate: { method: holm }\n    holdout: { spend: pocock, looks: 5 }\n    edge: { runs-in-wasm: true }',
    null,
  ],
])('a policy with %s', (_, keys, problem) => {
  const found = problems(keys);

  if (problem === null) expect(found).toEqual([]);
  else expect(found.join('\n')).toMatch(problem);
});

it('a slices gate needs a margin somewhere', () => {
  const keys = '    slices: [a]\n    slices-gate: { method: holm }';

  expect(problems(keys, 'roc-auc: { at-least: 0.7 }').join()).toMatch(/a margin; none, here or at a metric/);
});
