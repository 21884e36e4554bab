import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type EvaluationRequest, evaluateModels } from '../../src/evaluate/evaluate.ts';
import { EvaluationReport } from '../../src/evaluate/evaluation-report.ts';
import { folderOf, modelFolder, policyFor } from './fixture.ts';

const model = (name: string) => join(modelFolder, name);
const holdout = readFileSync(model('holdout.csv'), 'utf8').trimEnd().split('\n');
const every = (...names: readonly string[]) => Object.fromEntries(names.map((name) => [name, { kind: 'info' }]));

function evaluate(given: Partial<EvaluationRequest>) {
  return evaluateModels({
    holdoutRoot: modelFolder,
    policy: policyFor({}),
    candidate: model('binary-tensor.onnx'),
    champion: null,
    ...given,
  });
}

async function refusal(given: Partial<EvaluationRequest>): Promise<string> {
  return await evaluate(given).then(
    () => 'nothing was refused',
    (error: unknown) => String(error),
  );
}

describe('an evaluation', () => {
  it('measures candidate and champion on the same rows and keeps the contract of its report', async () => {
    const policy = policyFor({
      metrics: every('roc-auc', 'log-loss', 'f1', 'ece', 'pr-auc', 'model-bytes', 'latency-p95'),
      slices: ['city'],
    });

    const { report, failures } = await evaluate({ policy, champion: model('binary-zipmap.onnx') });

    expect(EvaluationReport.parse(report)).toEqual(report);
    expect(report).toMatchObject({ task: 'binary', target: 'late', rows: 240 });
    expect(report.metrics['latency-p95']?.candidate.kind).toBe('value');
    expect(report.slices.map(({ column, value }) => `${column} ${value}`).sort()).toEqual([
      'city Bern',
      'city Oslo',
      'city Riga',
    ]);
    expect(failures).toEqual([]);
  });

  it('finds no difference between two exports of one model, and none at all in the same file', async () => {
    const policy = policyFor({ metrics: every('roc-auc', 'accuracy', 'model-bytes') });

    const exports = await evaluate({ policy, champion: model('binary-zipmap.onnx') });
    const same = await evaluate({ policy, champion: model('binary-tensor.onnx') });

    expect(exports.report.churn).toMatchObject({ changed: 0, rows: 240, flips: [] });
    expect(exports.report.metrics['model-bytes']?.difference).toMatchObject({ value: -150, low: -150, high: -150 });
    expect(same.report.metrics.accuracy?.difference).toMatchObject({ low: 0, high: 0, method: 'the same model' });
  });

  it('goes on without a champion that cannot be used, and says why', async () => {
    const policy = policyFor({ metrics: { 'roc-auc': { 'not-worse-by': 0.01 } } });

    const { report, failures } = await evaluate({ policy, champion: model('columns.onnx') });

    expect(report.champion).toBeNull();
    expect(report.metrics['roc-auc']).toMatchObject({
      candidate: { kind: 'value' },
      champion: { kind: 'failed' },
      difference: null,
    });
    expect(failures).toMatchObject([{ message: expect.stringContaining('found none for member, city') }]);
  });

  it('leaves out rows without a target and says how many', async () => {
    const lines = holdout.map((line, row) => (row > 0 && row <= 5 ? line.replace(/,[01],/, ',,') : line));
    using folder = folderOf({ 'holdout.csv': lines.join('\n') });

    const { report, failures } = await evaluate({ holdoutRoot: folder.path });

    expect(report.rows).toBe(235);
    expect(failures).toEqual([
      { code: 'bad-input', message: '5 of 240 holdout rows have no target and were left out' },
    ]);
  });

  it('gives the same numbers for the rows in another order', async () => {
    const [head = '', ...rows] = holdout;
    using folder = folderOf({ 'holdout.csv': [head, ...rows.toReversed()].join('\n') });
    const policy = policyFor({ metrics: every('roc-auc', 'f1', 'pr-auc', 'ece', 'log-loss') });
    using predictions = folderOf({ 'champion.csv': predictionsFor(rows, (row) => 0.3 + ((row * 13) % 40) / 100) });

    const forward = await evaluate({ policy: { ...policy, id: 'id' }, champion: predictions.file('champion.csv') });
    const backward = await evaluate({
      policy: { ...policy, id: 'id' },
      holdoutRoot: folder.path,
      champion: predictions.file('champion.csv'),
    });

    for (const [name, { difference }] of Object.entries(forward.report.metrics)) {
      const other = Object.entries(backward.report.metrics).find(([one]) => one === name)?.[1].difference;
      expect(other?.low, name).toBeCloseTo(difference?.low ?? Number.NaN, 10);
      expect(other?.pValue, name).toBeCloseTo(difference?.pValue ?? Number.NaN, 10);
    }
  });

  it('scores a multiclass and a regression model', async () => {
    const kinds = await evaluate({
      policy: policyFor({
        task: 'multiclass',
        target: 'kind',
        metrics: every('accuracy', 'f1', 'log-loss', 'brier', 'ece'),
      }),
      candidate: model('kinds-zipmap.onnx'),
    });
    const delay = await evaluate({
      policy: policyFor({ task: 'regression', target: 'delay', metrics: every('rmse', 'mae', 'mape', 'r2') }),
      candidate: model('regression.onnx'),
    });

    for (const { candidate } of Object.values({ ...kinds.report.metrics, ...delay.report.metrics })) {
      expect(candidate.kind).toBe('value');
    }
    const { rmse, mae } = delay.report.metrics;
    expect(
      rmse?.candidate.kind === 'value' &&
        mae?.candidate.kind === 'value' &&
        rmse.candidate.value >= mae.candidate.value,
    ).toBe(true);
  });

  it('names a slice that is too small without measuring it', async () => {
    const lines = holdout.map((line, row) => (row > 0 && row < 10 ? line.replace(/Oslo|Riga|Bern/, 'Nuuk') : line));
    using folder = folderOf({ 'holdout.csv': lines.join('\n') });

    const { report } = await evaluate({ holdoutRoot: folder.path, policy: policyFor({ slices: ['city'] }) });

    expect(report.slices.find(({ value }) => value === 'Nuuk')).toEqual({
      column: 'city',
      value: 'Nuuk',
      rows: 9,
      metrics: {},
    });
  });
});

function predictionsFor(rows: readonly string[], probability: (row: number) => number): string {
  return ['id,probability', ...rows.map((line, row) => `${line.split(',')[0]},${probability(row)}`)].join('\n');
}

describe('a predictions file', () => {
  const rows = holdout.slice(1);
  const byId = () => ({ policy: { ...policyFor({ metrics: every('roc-auc') }), id: 'id' } });

  it('is joined by id whatever its order', async () => {
    using folder = folderOf({
      'forward.csv': predictionsFor(rows, (row) => (row % 100) / 100),
      'backward.csv': [
        'id,probability',
        ...predictionsFor(rows, (row) => (row % 100) / 100)
          .split('\n')
          .slice(1)
          .reverse(),
      ].join('\n'),
    });

    const { report } = await evaluate({
      ...byId(),
      candidate: folder.file('forward.csv'),
      champion: folder.file('backward.csv'),
    });

    expect(report.metrics['roc-auc']?.difference).toMatchObject({ value: 0, low: 0, high: 0 });
  });

  it.each([
    ['a row is missing', predictionsFor(rows.slice(1), () => 0.5), 'found none for row 1 of the holdout'],
    [
      'a row is there twice',
      predictionsFor([...rows, ...rows.slice(0, 1)], () => 0.5),
      'expected every id once in p.csv, found "row-0" again',
    ],
    [
      'there are more rows',
      `${predictionsFor(rows, () => 0.5)}\nrow-x,0.5`,
      'exactly the 240 rows of the holdout, found 1 rows more',
    ],
    [
      'a value is missing',
      predictionsFor(rows, () => 0.5).replace('row-7,0.5', 'row-7,'),
      'expected a value in column probability of p.csv, found none in row 8',
    ],
    [
      'a probability is above 1',
      predictionsFor(rows, (row) => (row === 3 ? 1.5 : 0.5)),
      'expected probabilities between 0 and 1 from the candidate, found 1.5 in row 4',
    ],
    ['a probability is NaN', predictionsFor(rows, (row) => (row === 3 ? Number.NaN : 0.5)), 'found NaN in row 4'],
    [
      'the columns are others',
      'id,score\nrow-0,1',
      'expected a column prediction, probability or probability_<class> in p.csv',
    ],
    [
      'its truth is another',
      `${predictionsFor(rows, () => 0.5)
        .replace('probability', 'probability,late')
        .replaceAll(',0.5', ',0.5,1')}`,
      'expected p.csv to hold the rows of the holdout with their truth, found "1" for "0" in row',
    ],
  ])('is refused when %s', async (_, content, message) => {
    using folder = folderOf({ 'p.csv': content });

    expect(await refusal({ ...byId(), candidate: folder.file('p.csv') })).toContain(message);
  });

  it('has neither latency nor size', async () => {
    using folder = folderOf({ 'p.csv': predictionsFor(rows, () => 0.5) });
    const policy = { ...policyFor({ metrics: every('latency-p50', 'model-bytes') }), id: 'id' };

    const { report } = await evaluate({ policy, candidate: folder.file('p.csv') });

    expect(report.metrics['latency-p50']?.candidate).toEqual({
      kind: 'missing',
      reason: 'a predictions file has no model to time',
    });
    expect(report.metrics['model-bytes']?.candidate.kind).toBe('missing');
  });
});

describe('an evaluation is refused in one sentence', () => {
  it.each([
    ['the target is a feature', { features: ['amount', 'late'] }, 'found the target late, which would tell the answer'],
    [
      'a feature is not in the holdout',
      { features: ['amount', 'agee'] },
      'found agee, which the holdout does not have',
    ],
    ['the target is not in the holdout', { target: 'later' }, 'expected the target column later in the holdout'],
    ['a slice is not in the holdout', { slices: ['town'] }, 'expected `slices` to name holdout columns, found town'],
    [
      'the target has more than two classes',
      { target: 'kind' },
      'expected two values in the target kind for task binary, found 3',
    ],
    [
      'the positive class is not known',
      { target: 'city', 'positive-label': 'Rome' },
      'expected two values in the target city',
    ],
    [
      'a regression has a text target',
      { task: 'regression', target: 'city' },
      'expected numbers in the target city for task regression',
    ],
  ])('when %s', async (_, given, message) => {
    const policy = policyFor({ metrics: every('roc-auc', 'mae'), ...given });

    expect(await refusal({ policy })).toContain(message);
  });

  it('when a prediction is NaN', async () => {
    const policy = policyFor({ task: 'regression', target: 'delay', metrics: every('mae') });

    expect(await refusal({ policy, candidate: model('nan.onnx') })).toMatch(
      /expected a finite number from the candidate, found NaN in row \d+ of the holdout/,
    );
  });

  it('when a probability is not one', async () => {
    expect(await refusal({ candidate: model('regression.onnx') })).toContain(
      'expected probabilities between 0 and 1 from the candidate',
    );
  });
});
