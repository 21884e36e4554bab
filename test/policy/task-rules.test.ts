import { expect, it } from 'vitest';
import { parsePolicy } from '../../src/policy/parse.ts';

function problems(model: string): readonly string[] {
  const text = `version: 1\nmodels:\n  m:\n    data: { train: a.csv, holdout: b.csv }\n    model: m.onnx\n${model.replaceAll(/^/gm, '    ')}\n`;
  const parsed = parsePolicy({ text });
  return parsed.kind === 'valid'
    ? []
    : parsed.problems.map(({ expected, found, fix }) => `expected ${expected}, found ${found}; ${fix}`);
}

it.each([
  'task: ranking\ntarget: rel\nranking: { query: q, cutoff: 5, gain: exponential }\nmetrics: { ndcg: { not-worse-by: 0.01 } }',
  'task: forecasting\ntarget: y\nforecast: { time: day, quantiles: [0.1, 0.9] }\nmetrics: { coverage: { at-least: 0.8 } }',
  'task: multilabel\ntarget: tags\nmultilabel: { columns: [a, b] }\nthreshold: 0.3\nmetrics: { f1-micro: { at-least: 0.8 } }',
  'task: text-classification\ntarget: topic\ntext: message\nmetrics: { f1-weighted: { at-least: 0.8 } }',
  'task: binary\ntarget: y\nthreshold: { costs: { false-positive: 1, false-negative: 9 } }\nmetrics: { expected-cost: { kind: info } }',
  'task: binary\ntarget: y\ninputs: { x: { columns: [a, b], shape: [2], type: float16, missing: 0 } }\noutputs: { probabilities: p }\nmetrics: { mcc: { kind: info } }',
  'task: regression\ntarget: y\npredict: { command: [python, predict.py, "{model}"], input: csv }\nmetrics: { mae: { kind: info } }',
])('takes what a task needs: %s', (model) => {
  expect(problems(model)).toEqual([]);
});

it.each([
  [
    'accuracy: { at-least: 95 }',
    'expected what accuracy can be: at least 0 and at most 1, found 95; write it as a share: 0.95',
  ],
  ['accuracy: { at-least: 2 }', 'expected what accuracy can be: at least 0 and at most 1, found 2; correct it'],
  ['mcc: { at-least: -1.5 }', 'expected what mcc can be: at least -1 and at most 1, found -1.5; correct it'],
  ['log-loss: { at-most: -0.1 }', 'expected what log-loss can be: at least 0, found -0.1; correct it'],
])('refuses a bound that no model can reach: %s', (metric, problem) => {
  expect(problems(`task: binary\ntarget: y\nmetrics: { ${metric} }`)).toEqual([problem]);
});

it.each([
  [
    'task: ranking\ntarget: rel\nmetrics: { ndcg: { kind: info } }',
    'expected `ranking` for task ranking, found none; add it, e.g. `ranking: { query: session }`',
  ],
  [
    'task: forecasting\ntarget: y\nmetrics: { mase: { kind: info } }',
    'expected `forecast` for task forecasting, found none; add it, e.g. `forecast: { series: store, time: day }`',
  ],
  [
    'task: text-classification\ntarget: y\nmetrics: { accuracy: { kind: info } }',
    'expected `text` for task text-classification, found none; add the column of text that the model reads, e.g. `text: message`',
  ],
  [
    'task: binary\ntarget: y\nranking: { query: q }\nmetrics: { mcc: { kind: info } }',
    'expected `ranking` with task ranking only, found task binary; remove it',
  ],
  [
    'task: binary\ntarget: y\nmetrics: { expected-cost: { kind: info } }',
    'expected `threshold.costs` beside it, found none; say what mistakes cost, e.g. `threshold: { costs: { false-positive: 1, false-negative: 10 } }`',
  ],
  [
    'task: forecasting\ntarget: y\nforecast: { time: t }\nmetrics: { coverage: { kind: info } }',
    'expected `forecast.quantiles` beside it, found none; add the quantiles of the model’s outputs, e.g. `[0.1, 0.5, 0.9]`',
  ],
  [
    'task: multilabel\ntarget: t\nmultilabel: { columns: [a, a] }\nthreshold: { at-recall: 0.5 }\nmetrics: { f1: { kind: info } }',
    'expected a number for task multilabel, found a rule; write e.g. `threshold: 0.3`',
  ],
  [
    'task: multilabel\ntarget: t\nmultilabel: { columns: [a, b] }\nfeatures: [b, c]\nmetrics: { f1: { kind: info } }',
    'expected columns other than the labels, found the label b; remove it: a model that reads the truth is not measured',
  ],
])('says what does not fit: %s', (model, problem) => {
  expect(problems(model)).toContain(problem);
});

it('refuses an input that is filled by nothing or by two things', () => {
  for (const input of ['{}', '{ column: a, columns: [a] }']) {
    const found = problems(`task: binary\ntarget: y\ninputs: { x: ${input} }\nmetrics: { mcc: { kind: info } }`);

    expect(found.join()).toContain('`column` or `columns`');
  }
});
