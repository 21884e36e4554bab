import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { prepareRepository } from '../examples/flights/prepare.ts';
import { acceptedPolicy } from '../examples/flights/story.ts';
import { openDataset } from '../src/data/dataset.ts';
import { evaluateModels } from '../src/evaluate/evaluate.ts';
import { parsePolicy } from '../src/policy/parse.ts';
import { type Bench, figure } from './figure.ts';

const rounds = 5;
const rows = 60_000;

/** Rows per second of an evaluation, beside a loop over onnxruntime that has its inputs ready and drops the answers. */
export const evaluate: Bench = {
  name: 'evaluate',
  async run(say) {
    const folder = join(mkdtempSync(join(tmpdir(), 'siskin-bench-')), 'flights');
    try {
      await prepareRepository({ folder, rows });
      const parsed = parsePolicy({ text: acceptedPolicy(), file: '.github/siskin.yml' });
      const policy = parsed.kind === 'valid' ? parsed.policy.models['delay-minutes'] : undefined;
      if (policy === undefined) throw new Error('expected the example to have a model delay-minutes, found none');
      const candidate = join(folder, 'models/delay-minutes.onnx');
      const measured = { ...policy, data: { ...policy.data, holdout: ['data/train/2001-01.parquet'] } };
      const batches = await inputs(folder, measured.features ?? []);
      const session = await InferenceSession.create(candidate);
      const [bare, ours]: [number[], number[]] = [[], []];
      for (let round = 0; round < rounds; round++) {
        bare.push(
          await rate(async () => {
            for (const feeds of batches) await session.run(feeds);
          }),
        );
        ours.push(
          await rate(async () => {
            await evaluateModels({ holdoutRoot: folder, policy: measured, candidate, champion: null });
          }),
        );
      }
      await session.release();
      say(`${ours.map((one) => one.toFixed(0)).join(' ')} rows/s, bare ${bare.map((one) => one.toFixed(0)).join(' ')}`);
      return [
        figure({
          name: `evaluation of the example's ONNX model, ${rows} rows`,
          samples: ours,
          unit: 'rows/s',
          note: 'all of it: opening the Parquet file, metrics, slices, latency',
        }),
        figure({ name: 'bare onnxruntime, inputs ready, answers dropped', samples: bare, unit: 'rows/s' }),
        figure({
          name: 'bare ÷ evaluation',
          samples: ours.map((one, round) => (bare[round] ?? Number.NaN) / one),
          unit: '×',
          promise: { text: '≥ 0.9 × its rows per second', most: 1 / 0.9, of: 'median' },
        }),
      ];
    } finally {
      rmSync(join(folder, '..'), { recursive: true, force: true });
    }
  },
};

async function rate(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return (rows / (performance.now() - started)) * 1000;
}

/** The features of the rows as tensors, one per feature and batch; a batch is what DuckDB gives at once, as in the evaluation. */
async function inputs(folder: string, features: readonly string[]): Promise<readonly Record<string, Tensor>[]> {
  await using dataset = await openDataset({ root: folder, paths: ['data/train/2001-01.parquet'] });
  const batches: Record<string, Tensor>[] = [];
  const wanted = features.map((name) => {
    const kind = dataset.columns.find((column) => column.name === name)?.kind;
    return { name, as: kind === 'string' ? ('text' as const) : ('number' as const) };
  });
  await dataset.streamColumns({
    columns: wanted,
    onChunk({ rows, columns }) {
      const feeds: Record<string, Tensor> = {};
      for (const [place, column] of columns.entries()) {
        const { name } = wanted[place] ?? { name: '' };
        feeds[name] =
          column.kind === 'text'
            ? new Tensor(
                'string',
                column.values.map((value) => value ?? ''),
                [rows, 1],
              )
            : new Tensor('float32', Float32Array.from(column.values), [rows, 1]);
      }
      batches.push(feeds);
    },
  });
  return batches;
}
