import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { writeTable } from './drift-data.ts';
import type { DriftRun, Spent } from './drift-run.ts';
import { type Bench, type Figure, figure } from './figure.ts';
import { runPeer } from './peer.ts';

const rounds = 3;
const columns = 20;
/** Fewer for a quick look; what is promised is promised of ten million. */
const rows = Number(process.env['SISKIN_BENCH_ROWS'] ?? 10_000_000);
/** Evidently holds some 2.4 GB per million rows and side pair: more than these are beyond the memory of most machines. */
const peerRows = Math.min(rows, 1_000_000);

/** Profiles and compares two Parquet files, beside what DuckDB needs to decode the same columns, and beside Evidently. */
export const drift: Bench = {
  name: 'drift',
  async run(say) {
    const folder = mkdtempSync(join(tmpdir(), 'siskin-bench-'));
    try {
      await writeSides(folder, rows);
      const measured = await runApart({ folder, rounds });
      const { whole, opening, decoding, peakBytes } = measured;
      say(
        `${listed(whole)}; opening ${listed(opening)}; DuckDB ${listed(decoding)}; ${(peakBytes / 1e6).toFixed(0)} MB`,
      );
      return [...ownFigures(measured), ...(await besideEvidently(folder, say))];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** Each round in a process of its own: nothing that one has read is known to the next, and peak memory is that of this work. */
export async function runApart(what: { readonly folder: string; readonly rounds: number }): Promise<DriftRun> {
  const program = join(import.meta.dirname, 'drift-run.ts');
  const runs: DriftRun[] = [];
  for (let round = 0; round < what.rounds; round++) {
    const { stdout } = await promisify(execFile)(process.execPath, [program, what.folder]);
    // The other program of ours writes nothing else.
    runs.push(JSON.parse(stdout) as DriftRun);
  }
  return {
    whole: runs.flatMap(({ whole }) => whole),
    opening: runs.flatMap(({ opening }) => opening),
    decoding: runs.flatMap(({ decoding }) => decoding),
    peakBytes: Math.max(...runs.map(({ peakBytes }) => peakBytes)),
  };
}

function ownFigures({ whole, opening, decoding, peakBytes }: DriftRun): readonly Figure[] {
  const times = (parts: readonly Spent[], of: keyof Spent) =>
    parts.map((one, round) => one[of] / (decoding[round]?.[of] ?? Number.NaN));
  const profiling = whole.map((one, round) => ({
    seconds: one.seconds - (opening[round]?.seconds ?? 0),
    processorSeconds: one.processorSeconds - (opening[round]?.processorSeconds ?? 0),
  }));
  const promise = { text: '≤ 2 ×', most: 2, of: 'median' } as const;
  return [
    figure({
      name: `drift, 2 × ${rows / 1e6} M rows × ${columns} columns of Parquet`,
      samples: whole.map((one) => one.seconds),
      unit: 's',
      note: `from opening the files to the report; digests take ${shortest(opening)} s of it`,
    }),
    figure({
      name: 'DuckDB alone: decode and aggregate the same columns',
      samples: decoding.map((one) => one.seconds),
      unit: 's',
      note: 'sums of numbers, lengths of texts; the same settings and threads',
    }),
    figure({ name: 'drift ÷ decoding', samples: times(whole, 'seconds'), unit: '×', promise }),
    figure({
      name: 'drift ÷ decoding, without the digests of the files',
      samples: times(profiling, 'seconds'),
      unit: '×',
      note: `in processor time ${times(profiling, 'processorSeconds')
        .map((one) => one.toFixed(2))
        .join(', ')} ×`,
    }),
    figure({
      name: 'drift, peak memory',
      samples: [peakBytes / 1e6],
      unit: 'MB',
      promise: { text: '< 1 GB', most: 1000 },
    }),
  ];
}

async function besideEvidently(folder: string, say: (line: string) => void): Promise<readonly Figure[]> {
  await writeSides(folder, peerRows);
  const { whole } = await runApart({ folder, rounds });
  const args = [join(folder, 'reference.parquet'), join(folder, 'current.parquet'), '1'];
  const peer = await runPeer({ program: 'evidently_drift.py', args, limitSeconds: 1200, say });
  if (peer === null) return [];
  say(`Evidently ${peer.seconds.map((one) => one.toFixed(0)).join(' ')} s, drift ${listed(whole)}`);
  const times = peer.seconds.map((one) => one / Math.min(...whole.map(({ seconds }) => seconds)));
  return [
    figure({
      name: `Evidently ${peer.version}: data drift preset, 2 × ${peerRows / 1e6} M rows of the same columns`,
      samples: peer.seconds,
      unit: 's',
      note: `peak memory ${(peer.peakBytes / 1e9).toFixed(1)} GB; without the column of times, which it takes for categories`,
    }),
    {
      ...figure({ name: 'Evidently ÷ drift, on those rows', samples: times, unit: '×' }),
      promise: { text: '≥ 50 ×', kept: Math.min(...times) >= 50 },
    },
  ];
}

async function writeSides(folder: string, count: number): Promise<void> {
  await writeTable({ path: join(folder, 'reference.parquet'), rows: count, columns, seed: 0.1 });
  await writeTable({ path: join(folder, 'current.parquet'), rows: count, columns, seed: 0.2 });
}

function shortest(parts: readonly Spent[]): string {
  return Math.min(...parts.map((one) => one.seconds)).toFixed(1);
}

function listed(parts: readonly Spent[]): string {
  return parts
    .map((one) => `${one.seconds.toFixed(2)} s (${one.processorSeconds.toFixed(2)} of processors)`)
    .join(', ');
}
