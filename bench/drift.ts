import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import type { DriftRun } from './drift-run.ts';
import { type Bench, figure } from './figure.ts';

const rounds = 5;
const columns = [
  ...Array.from({ length: 6 }, (_, index) => ({ name: `number_${index}`, sql: 'random() * random() * 1000' })),
  { name: 'count', sql: '(random() * 500)::INTEGER' },
  { name: 'hour', sql: '(random() * 24)::INTEGER' },
  { name: 'city', sql: "'city-' || (random() * random() * 300)::INTEGER" },
  { name: 'carrier', sql: "'carrier-' || (random() * 12)::INTEGER" },
];

/** Profiles and compares two Parquet files, beside what DuckDB needs to decode the same columns. */
export const drift: Bench = {
  name: 'drift',
  async run(say) {
    const folder = mkdtempSync(join(tmpdir(), 'siskin-bench-'));
    try {
      const figures = [];
      const peaks: { readonly rows: number; readonly megabytes: number }[] = [];
      for (const rows of [1_000_000, 4_000_000]) {
        await write(folder, rows);
        const measured = await runApart({ folder, rounds: rows === 1_000_000 ? rounds : 1 });
        peaks.push({ rows, megabytes: measured.peakBytes / 1e6 });
        say(
          `${rows} rows: ${measured.ours.map((one) => one.toFixed(2)).join(' ')} s, DuckDB ${measured.decoding.map((one) => one.toFixed(2)).join(' ')} s, peak ${(measured.peakBytes / 1e6).toFixed(0)} MB`,
        );
        if (rows !== 1_000_000) continue;
        const note = 'two files, 6 floating, 2 whole and 2 text columns each';
        figures.push(
          figure({ name: 'drift, 2 × 1 M rows × 10 columns of Parquet', samples: measured.ours, unit: 's', note }),
          figure({
            name: 'DuckDB alone: decode and aggregate the same columns',
            samples: measured.decoding,
            unit: 's',
            note: 'sum of numbers, length of texts, in the same process settings',
          }),
          figure({
            name: 'drift ÷ decoding',
            samples: measured.ours.map((one, round) => one / (measured.decoding[round] ?? Number.NaN)),
            unit: '×',
            promise: { text: '≤ 2 ×', most: 2, of: 'median' },
          }),
        );
      }
      const [small, large] = [peaks[0]?.megabytes ?? 0, peaks[1]?.megabytes ?? 0];
      figures.push(
        figure({
          name: 'drift, peak memory at 4 M rows ÷ at 1 M',
          samples: [large / small],
          unit: '×',
          promise: { text: 'flat in rows', most: 1.5 },
          note: `${small.toFixed(0)} MB and ${large.toFixed(0)} MB`,
        }),
      );
      return figures;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function write(folder: string, rows: number): Promise<void> {
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  const select = columns.map(({ name, sql }) => `${sql} AS ${name}`).join(', ');
  for (const [name, seed] of [
    ['reference', 0.1],
    ['current', 0.2],
  ] as const) {
    await connection.run(`SELECT setseed(${seed})`);
    await connection.run(
      `COPY (SELECT ${select} FROM range(${rows})) TO '${join(folder, `${name}.parquet`)}' (FORMAT parquet)`,
    );
  }
  connection.closeSync();
  instance.closeSync();
}

/** In a process of its own, whose peak memory is that of this work alone. */
async function runApart(what: { readonly folder: string; readonly rounds: number }): Promise<DriftRun> {
  const program = join(import.meta.dirname, 'drift-run.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [program, what.folder, String(what.rounds)]);
  // The other program of ours writes nothing else.
  return JSON.parse(stdout) as DriftRun;
}
