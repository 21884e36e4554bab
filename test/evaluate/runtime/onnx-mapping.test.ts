import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ColumnChunk } from '../../../src/data/column-stream.ts';
import { openDataset } from '../../../src/data/dataset.ts';
import { evaluateModels } from '../../../src/evaluate/evaluate.ts';
import { loadModel } from '../../../src/evaluate/runtime/load-model.ts';
import { requestOf } from '../../../src/evaluate/runtime/runtime.ts';
import { folderOf, modelFolder, policyFor } from '../fixture.ts';

const mapped = (name: string) => join(modelFolder, 'mapped', `${name}.onnx`);
const table = 'a,b,c,d,flag,city,y\n1,2,3,4,true,Oslo,0\n5,6,7,8,false,Bern,1\n9,1,1,2,true,Riga,1\n';

/** What a model says of the rows above, mapped as `given` says. */
async function answers(model: string, given: Readonly<Record<string, unknown>>) {
  using folder = folderOf({ 'holdout.csv': table });
  await using dataset = await openDataset({ root: folder.path, paths: ['holdout.csv'] });
  const policy = policyFor({ target: 'y', features: ['a', 'b', 'c', 'd', 'flag', 'city'], ...given });
  const features = dataset.columns.filter(({ name }) => name !== 'y');
  const runtime = await loadModel({ ...requestOf(policy, { features, dataset, root: folder.path }), path: model });
  const scores: number[] = [];
  const labels: string[] = [];
  await dataset.streamColumns({
    columns: runtime.wishes,
    async onChunk({ rows, columns }: ColumnChunk) {
      const found = await runtime.predict({ firstRow: 0, rows, columns });
      scores.push(...Array.from(found.scores ?? []));
      labels.push(...(found.labels ?? []));
    },
  });
  await runtime.dispose();
  return { scores, labels, notes: runtime.notes };
}

const everyType = {
  in_float16: { column: 'a' },
  in_float64: { column: 'b' },
  in_int64: { column: 'c' },
  in_int16: { column: 'd' },
  in_uint8: { column: 'a' },
  in_bool: { column: 'flag' },
};

async function refusal(model: string, given: Readonly<Record<string, unknown>>): Promise<string> {
  return await answers(model, given).then(
    () => 'no refusal',
    (error: Error) => error.message,
  );
}

describe('a mapping of inputs and outputs', () => {
  it('fills inputs of any name and type, a column several times if need be', async () => {
    const { scores } = await answers(mapped('types'), { task: 'regression', inputs: everyType });

    expect(scores).toEqual([12, 31, 23]);
  });

  it('gives rows a shape, and reads the output that is named', async () => {
    const inputs = { image: { columns: ['a', 'b', 'c', 'd'], shape: [2, 2] } };

    const sums = await answers(mapped('image'), { task: 'forecasting', inputs, outputs: { value: 'sums' } });
    const both = await answers(mapped('image'), { inputs, outputs: { probabilities: 'shares', label: 'best' } });

    expect(sums.scores).toEqual([4, 6, 12, 14, 10, 3]);
    expect(both.labels).toEqual(['1', '1', '0']);
    expect(both.scores[1]).toBeCloseTo(1 / (1 + Math.exp(-2)), 5);
  });

  it('puts several outputs side by side', async () => {
    const given = { task: 'forecasting', inputs: { x: { column: 'b' } }, outputs: { value: ['q_0', 'q_1', 'q_2'] } };

    expect((await answers(mapped('quantiles'), given)).scores).toEqual([1, 2, 3, 5, 6, 7, 0, 1, 2]);
  });

  it('gives text to a model of strings', async () => {
    const { scores } = await answers(mapped('text'), { inputs: { text: { column: 'city' } } });

    expect(scores).toEqual([0, 1, 0.5]);
  });

  it('is not needed for the one text of a text classifier', async () => {
    using folder = folderOf({ 'holdout.csv': 'message,topic\nOslo,north\nBern,south\nRiga,south\n' });
    const policy = policyFor({
      task: 'binary',
      target: 'topic',
      'positive-label': 'south',
      features: ['message'],
      threshold: 0.4,
    });

    const { report } = await evaluateModels({
      holdoutRoot: folder.path,
      policy,
      candidate: mapped('text'),
      champion: null,
    });

    expect(report.metrics.accuracy?.candidate).toEqual({ kind: 'value', value: 1 });
  });

  it('says what stands for a missing number', async () => {
    using folder = folderOf({ 'holdout.csv': 'a,y\n1,0\n,1\n3,1\n' });
    const run = async (missing: Readonly<Record<string, number>>) => {
      const policy = policyFor({
        task: 'regression',
        target: 'y',
        features: undefined,
        metrics: { mae: { kind: 'info' } },
        inputs: { x: { column: 'a', ...missing } },
        outputs: { value: 'q_1' },
      });
      return await evaluateModels({ holdoutRoot: folder.path, policy, candidate: mapped('quantiles'), champion: null });
    };

    const { report } = await run({ missing: 2 });

    expect(report.metrics.mae?.candidate).toMatchObject({ value: (1 + 1 + 2) / 3 });
    await expect(run({})).rejects.toThrow('expected a finite number from the candidate, found NaN in row 2');
  });

  it('falls back to the processor where CUDA is not installed, and says so', async () => {
    const given = { task: 'regression', inputs: everyType, 'execution-provider': 'cuda' };

    const { scores, notes } = await answers(mapped('types'), given);

    expect(scores).toEqual([12, 31, 23]);
    expect(notes?.[0]).toMatch(/types.onnx.*(ran on CUDA|it ran on the processor)/);
  });

  it.each([
    [
      { inputs: { x: { column: 'a' } } },
      'no input x in the model, which has image; nothing for input image (float32 [n, 2, 2])',
    ],
    [{ inputs: { image: { columns: ['a', 'b', 'c'], shape: [2, 2] } } }, '3 columns for input image of [rows, 2, 2]'],
    [
      { inputs: { image: { columns: ['a', 'b', 'c', 'd'], shape: [4] } } },
      'shape [rows, 4] for input image (float32 [n, 2, 2])',
    ],
    [
      { inputs: { image: { columns: ['a', 'b', 'c', 'city'] } } },
      'VARCHAR in column city for input image, which takes float32',
    ],
    [
      { inputs: { image: { columns: ['a', 'b', 'c', 'd'], type: 'int64' } } },
      'type int64 for input image, which takes float32',
    ],
    [
      { inputs: { image: { columns: ['a', 'b', 'c', 'd'] } }, outputs: { probabilities: 'p' } },
      'no output p in the model, which has best (int64 [n]), sums (float32 [n, 2]), shares (float32 [n, 2])',
    ],
    [
      { inputs: { image: { columns: ['a', 'b', 'c', 'd'] } }, outputs: { value: 'sums' } },
      'no `outputs.probabilities` or `outputs.label` for task binary',
    ],
  ])('that does not fit is refused with all that is wrong: %j', async (given, found) => {
    expect(await refusal(mapped('image'), given)).toContain(`found ${found}; correct`);
  });

  it('refuses a number that a type cannot hold', async () => {
    const inputs = { ...everyType, in_bool: { column: 'a' } };

    expect(await refusal(mapped('types'), { task: 'regression', inputs })).toBe(
      'expected bool in column a for input in_bool of types.onnx, found 5 in row 2; fill the column, say what stands for it in `inputs.in_bool.missing`, or export the model with a float input',
    );
  });
});
