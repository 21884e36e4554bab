import { describe, expect, it } from 'vitest';
import { type BatchSettings, openBatcher } from '../../src/serve/batcher.ts';
import { answersRowByRow } from '../../src/serve/row-by-row.ts';
import type { TensorValue } from '../../src/serve/tensor.ts';
import type { TensorModel } from '../../src/serve/tensor-model.ts';

/** A model that adds 1 to each number and remembers how many rows each run had; 13 is bad luck. */
function plusOne(
  runs: number[],
  answer: (values: Float32Array) => Float32Array = (values) => values.map((value) => value + 1),
): TensorModel {
  return {
    platform: 'onnxruntime_onnx',
    inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 1] }],
    outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 1] }],
    async run([x]) {
      const values = x?.elements as Float32Array; // the one input, whose datatype is checked before
      runs.push(values.length);
      if (values.includes(13)) throw new Error('bad luck');
      const y: TensorValue = { name: 'y', datatype: 'FP32', shape: [values.length, 1], elements: answer(values) };
      return [y];
    },
    async dispose() {},
  };
}

async function ask(
  settings: Partial<BatchSettings> & Pick<BatchSettings, 'model'>,
  numbers: readonly (readonly number[])[],
) {
  const { add } = openBatcher({
    name: 'm',
    version: '1',
    isRowByRow: true,
    mostRows: 256,
    timeoutMs: 1000,
    now: () => 0,
    ...settings,
  });
  return await Promise.all(
    numbers.map(
      (data) =>
        new Promise<{ status: number; data: unknown }>((resolve) => {
          const body = Buffer.from(
            JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape: [data.length, 1], data }] }),
          );
          add({
            body,
            jsonBytes: null,
            answer: (status, response) => {
              const document = JSON.parse(Buffer.from(response.body).toString());
              resolve({ status, data: document.outputs?.[0].data ?? document.error });
            },
          });
        }),
    ),
  );
}

describe('a batch', () => {
  it('answers what waits at once, each with its own rows', async () => {
    const runs: number[] = [];
    const answers = await ask({ model: plusOne(runs) }, [[1], [2, 3], [4]]);
    expect(answers.map(({ data }) => data)).toEqual([[2], [3, 4], [5]]);
    expect(runs).toEqual([4]);
  });

  it('takes no more rows than it may, but one request of more all the same', async () => {
    const runs: number[] = [];
    await ask({ model: plusOne(runs), mostRows: 3 }, [[1], [2, 3], [4], [1, 2, 3, 4, 5]]);
    expect(runs).toEqual([3, 1, 5]);
  });

  it('lets one request fail alone', async () => {
    const answers = await ask({ model: plusOne([]) }, [[1], [13], [2]]);
    expect(answers.map(({ status }) => status)).toEqual([200, 500, 200]);
    expect(answers[1]?.data).toContain('found: bad luck');
  });

  it('answers one by one where the model does not answer row by row', async () => {
    const runs: number[] = [];
    await ask({ model: plusOne(runs), isRowByRow: false }, [[1], [2], [3]]);
    expect(runs).toEqual([1, 1, 1]);
  });

  it('does not run what nobody waits for any more', async () => {
    let now = 0;
    const runs: number[] = [];
    const late = plusOne(runs, (values) => {
      now += 600;
      return values;
    });
    const answers = await ask({ model: late, isRowByRow: false, timeoutMs: 1000, now: () => now }, [
      [1],
      [2],
      [3],
      [4],
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 504, 504]);
    expect(runs).toHaveLength(2);
  });
});

describe('a model', () => {
  it('is seen to answer row by row', async () => {
    expect(await answersRowByRow(plusOne([]))).toBe(true);
  });

  it('is seen not to where a row depends on the one before it', async () => {
    const sums = (values: Float32Array) => values.map((_, at) => values.slice(0, at + 1).reduce((a, b) => a + b, 0));
    expect(await answersRowByRow(plusOne([], sums))).toBe(false);
  });

  it('is not tried where its first dimension is fixed', async () => {
    const model = plusOne([]);
    expect(await answersRowByRow({ ...model, inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 1] }] })).toBe(false);
  });
});
