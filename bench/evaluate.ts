import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import type { EvaluateRun } from './evaluate-run.ts';
import { type Bench, type Figure, figure } from './figure.ts';
import { type PeerRun, python, runPeer } from './peer.ts';

const rounds = 3;
const features = 20;
/** Fewer for a quick look; what is promised is promised of five million. */
const rows = Number(process.env['SISKIN_BENCH_ROWS'] ?? 5_000_000);

/** Rows per second of an evaluation of boosted trees, beside a bare loop over onnxruntime in Python. */
export const evaluate: Bench = {
  name: 'evaluate',
  async run(say) {
    const folder = mkdtempSync(join(tmpdir(), 'siskin-bench-'));
    try {
      const [model, data] = [join(folder, 'model.onnx'), join(folder, 'holdout.parquet')];
      const trees = [model, String(features), '100', '6'];
      try {
        await promisify(execFile)(python, [join(import.meta.dirname, 'peers/boosted_trees.py'), ...trees]);
      } catch {
        say('not run: the model is written with the Python package onnx, which is not installed (SISKIN_BENCH_PYTHON)');
        return [];
      }
      await writeHoldout(data);
      const loop = (mode: 'ready' | 'reading') => {
        const args = [model, data, 'target', mode, String(availableParallelism()), String(rounds)];
        return runPeer({ program: 'onnx_loop.py', args, limitSeconds: 1200, say });
      };
      const bare = await loop('reading');
      const ours = await runOurs(folder);
      const ready = await loop('ready');
      say(
        `${rates(ours)} rows/s; bare ${bare === null ? '–' : rates(bare)}; ready ${ready === null ? '–' : rates(ready)}`,
      );
      return [
        figure({
          name: `evaluation of boosted trees in ONNX, ${rows / 1e6} M rows × ${features} features`,
          samples: ours.seconds.map((one) => rows / one),
          unit: 'rows/s',
          note: `100 trees of depth 6; accuracy, ROC AUC, log-loss; ${(ours.peakBytes / 1e6).toFixed(0)} MB`,
        }),
        ...besides(ours, { run: bare, what: 'that reads the same file', promised: true }),
        ...besides(ours, { run: ready, what: 'whose inputs are ready in memory', promised: false }),
      ];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function besides(
  ours: EvaluateRun,
  bare: { readonly run: PeerRun | null; readonly what: string; readonly promised: boolean },
): readonly Figure[] {
  const { run, what, promised } = bare;
  if (run === null) return [];
  const times = ours.seconds.map((one, round) => one / (run.seconds[round] ?? Number.NaN));
  return [
    figure({
      name: `onnxruntime ${run.version} in Python: a bare loop ${what}`,
      samples: run.seconds.map((one) => rows / one),
      unit: 'rows/s',
      note: 'batches of 16 384, answers dropped, the same threads',
    }),
    figure({
      name: `evaluation ÷ a bare loop ${what}, in time`,
      samples: times,
      unit: '×',
      ...(promised ? { promise: { text: '≥ 0.9 × its rows per second', most: 1 / 0.9, of: 'median' } as const } : {}),
    }),
  ];
}

/** Each round in a process of its own: nothing that one has read is known to the next. */
async function runOurs(folder: string): Promise<EvaluateRun> {
  const program = join(import.meta.dirname, 'evaluate-run.ts');
  const runs: EvaluateRun[] = [];
  for (let round = 0; round < rounds; round++) {
    const { stdout } = await promisify(execFile)(process.execPath, [program, folder]);
    // The other program of ours writes nothing else.
    runs.push(JSON.parse(stdout) as EvaluateRun);
  }
  return {
    seconds: runs.flatMap(({ seconds }) => seconds),
    processorSeconds: runs.flatMap(({ processorSeconds }) => processorSeconds),
    peakBytes: Math.max(...runs.map(({ peakBytes }) => peakBytes)),
  };
}

async function writeHoldout(path: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  const normal = 'sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random())';
  const select = Array.from({ length: features }, (_, place) => `(${normal})::FLOAT AS x${place}`);
  await connection.run('SELECT setseed(0.1)');
  await connection.run(
    `COPY (SELECT ${select.join(', ')}, (random() < 0.3)::INTEGER AS target FROM range(${rows})) TO '${path}' (FORMAT parquet)`,
  );
  connection.closeSync();
  instance.closeSync();
}

/** Rows per second, and microseconds of the processors per row: these hold on a busy machine too. */
function rates(run: { readonly seconds: readonly number[]; readonly processorSeconds: readonly number[] }): string {
  const perSecond = run.seconds.map((one) => (rows / one).toFixed(0));
  const perRow = run.processorSeconds.map((one) => ((one / rows) * 1e6).toFixed(2));
  return `${perSecond.join(' ')} rows/s (${perRow.join(' ')} µs of processors per row)`;
}
