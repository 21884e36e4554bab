import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runApart } from './drift.ts';
import { writeTable } from './drift-data.ts';
import { type Bench, type Figure, figure } from './figure.ts';

/** 100 M rows take 10 GB of disk and half an hour to write: SISKIN_BENCH_MOST_ROWS=100000000 asks for them. */
const mostRows = Number(process.env['SISKIN_BENCH_MOST_ROWS'] ?? 10_000_000);
const rowCounts = [1_000_000, 10_000_000, 100_000_000].filter((rows) => rows <= mostRows);
const columnCounts = [10, 20, 50, 100];

/** What a profile costs in rows and in columns: the cost of a million cells must not grow with either. */
export const scaling: Bench = {
  name: 'scaling',
  async run(say) {
    const figures: Figure[] = [];
    for (const rows of rowCounts) figures.push(await profileOf({ rows, columns: 20, say }));
    for (const columns of columnCounts) figures.push(await profileOf({ rows: 500_000, columns, say }));
    return figures;
  },
};

async function profileOf(options: {
  readonly rows: number;
  readonly columns: number;
  readonly say: (line: string) => void;
}): Promise<Figure> {
  const { rows, columns, say } = options;
  const folder = mkdtempSync(join(tmpdir(), 'siskin-bench-'));
  try {
    await writeTable({ path: join(folder, 'reference.parquet'), rows, columns, seed: 0.1 });
    const { whole, peakBytes } = await runApart({ folder, rounds: rows > 10_000_000 ? 1 : 3 });
    const samples = whole.map(({ seconds }) => (seconds / (rows * columns)) * 1e9);
    const name = `profile, ${rows / 1e6} M rows × ${columns} columns`;
    const shortest = Math.min(...whole.map(({ seconds }) => seconds));
    say(`${name}: ${shortest.toFixed(2)} s, ${(peakBytes / 1e6).toFixed(0)} MB`);
    return figure({
      name,
      samples,
      unit: 'ns per cell',
      note: `${shortest.toFixed(2)} s, peak ${(peakBytes / 1e6).toFixed(0)} MB`,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
