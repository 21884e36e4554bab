import { describe, expect, it } from 'vitest';
import { evaluateModels } from '../../src/evaluate/evaluate.ts';
import { EvaluationReport } from '../../src/evaluate/evaluation-report.ts';
import { folderOf, policyFor } from './fixture.ts';

type Files = Readonly<Record<string, string>>;

/** Evaluates a.csv against b.csv on holdout.csv. */
async function evaluated(files: Files, given: Readonly<Record<string, unknown>>) {
  using folder = folderOf(files);
  const policy = policyFor({ features: undefined, ...given });
  const champion = files['b.csv'] === undefined ? null : folder.file('b.csv');
  const { report, failures } = await evaluateModels({
    holdoutRoot: folder.path,
    policy,
    candidate: folder.file('a.csv'),
    champion,
  });
  return { report: EvaluationReport.parse(JSON.parse(JSON.stringify(report))), failures };
}

async function refusal(files: Files, given: Readonly<Record<string, unknown>>): Promise<string> {
  return await evaluated(files, given).then(
    () => 'no refusal',
    (error: Error) => error.message,
  );
}

const shown = (...names: readonly string[]) => Object.fromEntries(names.map((name) => [name, { kind: 'info' }]));

const ranking = {
  given: { task: 'ranking', target: 'rel', ranking: { query: 'q', cutoff: 2 }, metrics: shown('ndcg', 'mrr') },
  files: {
    'holdout.csv': 'q,rel\nx,0\nx,1\ny,2\ny,0\nz,0\nz,0\n',
    'a.csv': 'score\n1\n2\n5\n4\n1\n2\n',
    'b.csv': 'score\n2\n1\n5\n4\n1\n2\n',
  },
};

const forecast = {
  given: {
    task: 'forecasting',
    target: 'y',
    forecast: { series: 's', time: 'day', horizon: 'h' },
    data: { train: 'past.csv', holdout: 'holdout.csv' },
    metrics: shown('mase', 'mae'),
  },
  files: {
    'past.csv': 's,day,y\nu,2026-01-01,1\nu,2026-01-02,3\nu,2026-01-03,5\nv,2026-01-01,7\nv,2026-01-02,7\n',
    'holdout.csv': 's,day,h,y\nu,2026-01-04,1,7\nu,2026-01-05,1,9\nu,2026-01-05,2,9\nv,2026-01-04,1,7\n',
    'a.csv': 'prediction\n8\n9\n13\n8\n',
    'b.csv': 'prediction\n7\n7\n7\n7\n',
  },
};

const labels = {
  given: { task: 'multilabel', target: 'tags', metrics: shown('f1', 'accuracy') },
  files: {
    'holdout.csv': 'tags\nred|round\nred\nround | big\n',
    'a.csv': 'prediction\nred|round\nred|big\nround|big\n',
    'b.csv': 'probability_big,probability_red,probability_round\n0.9,0.9,0.9\n0.1,0.9,0.2\n0.3,0.2,0.8\n',
  },
};

describe('a task', () => {
  it('of queries is measured query by query, and says which say nothing', async () => {
    const { report } = await evaluated(ranking.files, ranking.given);

    expect(report.metrics.mrr).toMatchObject({ candidate: { value: 1 }, champion: { value: 0.75 } });
    expect(report.metrics.ndcg?.difference?.method).toBe('paired t over queries');
    expect(report.details?.ranking).toEqual({ queries: 3, withoutRelevant: 1, cutoff: 2 });
  });

  it('of forecasts takes its scale from the history and shows each step', async () => {
    const { report } = await evaluated(forecast.files, forecast.given);

    // Series u changes by 2 a day and is wrong by (1 + 0 + 4) / 3; series v never changed, so it has no scale.
    expect(report.metrics.mase?.candidate).toMatchObject({ value: expect.closeTo(5 / 3 / 2, 12) });
    expect(report.details?.forecast).toMatchObject({
      series: 2,
      times: 2,
      withoutScale: 1,
      steps: [
        { step: 1, rows: 3, mae: { candidate: { value: 2 / 3 }, champion: { value: 2 / 3 } } },
        { step: 2, rows: 1, mae: { candidate: { value: 4 }, champion: { value: 2 } } },
      ],
    });
  });

  it('of quantiles names the columns of a predictions file', async () => {
    const quantiles = { ...forecast.given.forecast, quantiles: [0.1, 0.5, 0.9] };
    const given = { ...forecast.given, forecast: quantiles, metrics: shown('coverage', 'pinball', 'interval-width') };
    const file = 'quantile_0.9,quantile_0.1,quantile_0.5\n9,6,8\n9,8,8.5\n15,11,13\n7,7,7\n';

    const { report } = await evaluated({ ...forecast.files, 'a.csv': file, 'b.csv': file }, given);

    expect(report.metrics.coverage?.candidate).toEqual({ kind: 'value', value: 0.75 });
    expect(report.metrics['interval-width']?.candidate).toEqual({ kind: 'value', value: 2 });
    expect(await refusal(forecast.files, given)).toContain(
      'expected the columns quantile_0.1, quantile_0.5, quantile_0.9 in a.csv for task forecasting, found prediction',
    );
  });

  it('of label sets compares sets as text with probabilities of labels', async () => {
    const { report } = await evaluated(labels.files, labels.given);

    expect(report.metrics.accuracy).toMatchObject({ candidate: { value: 2 / 3 }, champion: { value: 1 / 3 } });
    expect(report.details?.classes?.map(({ label, rows }) => [label, rows])).toEqual([
      ['red', 2],
      ['round', 2],
      ['big', 1],
    ]);
  });

  it('of text gives the text alone to the model', async () => {
    const given = {
      task: 'text-classification',
      target: 'topic',
      text: 'message',
      metrics: shown('accuracy', 'f1-weighted'),
    };
    const holdout = 'message,topic\n"good, really",praise\nbad,blame\nfine,praise\n';

    const { report } = await evaluated(
      { 'holdout.csv': holdout, 'a.csv': 'prediction\npraise\nblame\nblame\n' },
      given,
    );

    expect(report.metrics.accuracy?.candidate).toEqual({ kind: 'value', value: 2 / 3 });
  });

  it('of two classes shows calibration and the threshold that was chosen', async () => {
    const rows = Array.from({ length: 200 }, (_, row) => ({
      late: Number(row % 5 === 0),
      p: ((row * 37) % 100) / 100,
    }));
    const files = {
      'holdout.csv': `late\n${rows.map(({ late }) => late).join('\n')}\n`,
      'a.csv': `probability\n${rows.map(({ late, p }) => late * 0.3 + p * 0.7).join('\n')}\n`,
    };
    const costs = { costs: { 'false-positive': 1, 'false-negative': 3 } };

    const { report } = await evaluated(files, { metrics: shown('expected-cost', 'recall'), threshold: costs });

    expect(report.details?.threshold).toMatchObject({ rule: 'costs', costs: { falsePositive: 1, falseNegative: 3 } });
    expect(report.details?.threshold?.candidate.halves).toHaveLength(2);
    expect(report.details?.reliability?.candidate?.reduce((sum, bin) => sum + bin.rows, 0)).toBe(200);
    expect(report.metrics['expected-cost']?.candidate.kind).toBe('value');
  });

  it.each([
    [
      'ranking without its query',
      ranking.files,
      { ...ranking.given, ranking: undefined },
      'expected `ranking` for task ranking, found none',
    ],
    [
      'a query that is not there',
      ranking.files,
      { ...ranking.given, ranking: { query: 'session' } },
      'no session (`ranking.query`)',
    ],
    [
      'a negative relevance',
      { ...ranking.files, 'holdout.csv': 'q,rel\nx,-1\nx,1\n' },
      ranking.given,
      'expected a relevance of 0 or more in column rel, found -1 in row 1',
    ],
    [
      'a row without a query',
      { ...ranking.files, 'holdout.csv': 'q,rel\n,0\nx,1\n' },
      ranking.given,
      'expected a value in column q for every row of the holdout, found none in row 1',
    ],
    [
      'a time that comes twice',
      { ...forecast.files, 'holdout.csv': 's,day,y\nu,2026-01-04,1\nu,2026-01-04,1\n' },
      { ...forecast.given, forecast: { series: 's', time: 'day' } },
      'expected each time once in a series, found 2 rows of one; name `forecast.horizon` for rolling forecasts',
    ],
    [
      'a time that is text',
      { ...forecast.files, 'holdout.csv': 's,day,y\nu,soon,1\n' },
      { ...forecast.given, forecast: { series: 's', time: 'day' } },
      'expected numbers, dates or timestamps in column day (`forecast.time`), found VARCHAR',
    ],
    [
      'a label that is no label',
      { ...labels.files, 'a.csv': 'prediction\nred\nblue\nbig\n' },
      labels.given,
      'expected the labels big, red, round from the candidate, found blue in row 2',
    ],
    [
      'label columns of other numbers',
      { 'holdout.csv': 'red,big\n1,0\n2,0\n', 'a.csv': 'probability_red,probability_big\n1,0\n1,0\n' },
      { ...labels.given, multilabel: { columns: ['red', 'big'] } },
      'expected 0 or 1 in the label column red, found 2 in row 2 of the holdout',
    ],
    [
      'features that hold a label',
      { 'holdout.csv': 'red,big\n1,0\n0,1\n', 'a.csv': 'probability_red,probability_big\n1,0\n1,0\n' },
      { ...labels.given, multilabel: { columns: ['red', 'big'] }, features: ['red'] },
      'the target red, which would tell the answer',
    ],
    [
      'too few rows',
      { ...ranking.files, 'a.csv': 'score\n1\n' },
      ranking.given,
      'expected a.csv to hold exactly the rows of the holdout, found none for row 2',
    ],
  ])('is refused with %s', async (_, files, given, message) => {
    expect(await refusal(files, given)).toContain(message);
  });

  it('says why MASE has no scale', async () => {
    const data = { train: 'missing.csv', holdout: 'holdout.csv' };

    const { report, failures } = await evaluated(forecast.files, { ...forecast.given, data });

    expect(report.metrics.mase?.candidate.kind).toBe('failed');
    expect(failures[0]?.message).toMatch(/^MASE has no scale: expected .*missing\.csv/);
  });
});
