import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { quoted } from '../src/data/column.ts';
import { type Dataset, openDataset } from '../src/data/dataset.ts';
import { profileDataset } from '../src/data/profile.ts';
import { compareProfiles, type ProfiledData } from '../src/drift/compare.ts';
import { DriftPolicy } from '../src/policy/drift-policy.ts';

/** Seconds of the clock and of the processors. */
export interface Spent {
  readonly seconds: number;
  readonly processorSeconds: number;
}

/** What each round took (one round per process), and the most memory that this process held. */
export interface DriftRun {
  /** From opening the files to the report. */
  readonly whole: readonly Spent[];
  /** Of that: opening the files, their digests included. */
  readonly opening: readonly Spent[];
  /** DuckDB alone: one query per file that must decode every cell. */
  readonly decoding: readonly Spent[];
  readonly peakBytes: number;
}

const policy = DriftPolicy.parse({});

/** Compares reference.parquet and current.parquet of a folder; with only the first, profiles it. */
async function run(folder: string): Promise<DriftRun> {
  const files = ['reference.parquet', 'current.parquet'].filter((file) => existsSync(join(folder, file)));
  const profiled: ProfiledData[] = [];
  let [opening, profiling, decoding] = [nothing, nothing, nothing];
  for (const file of files) {
    let opened: Dataset | undefined;
    opening = sum(
      opening,
      await spent(async () => {
        opened = await openDataset({ root: folder, paths: [file] });
      }),
    );
    if (opened === undefined) throw new Error('expected a dataset, found none');
    await using dataset: Dataset = opened;
    decoding = sum(decoding, await spent(() => decode(dataset)));
    const profile = async () => profiled.push({ profile: await profileDataset(dataset), digest: dataset.digest });
    profiling = sum(profiling, await spent(profile));
  }
  const [reference, current] = profiled;
  if (reference !== undefined && current !== undefined) {
    profiling = sum(profiling, await spent(async () => compareProfiles({ reference, current, policy })));
  }
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  return { whole: [sum(opening, profiling)], opening: [opening], decoding: [decoding], peakBytes };
}

async function decode({ columns, query }: Dataset): Promise<void> {
  const sums = columns.map(({ name, kind }) => {
    if (kind === 'string') return `sum(length(${quoted(name)}))`;
    return kind === 'timestamp' ? `sum(epoch_us(${quoted(name)}))` : `sum(${quoted(name)}::DOUBLE)`;
  });
  await query(`SELECT ${sums.map((one, place) => `${one}::DOUBLE AS s${place}`).join(', ')} FROM data`);
}

const nothing: Spent = { seconds: 0, processorSeconds: 0 };

function sum(a: Spent, b: Spent): Spent {
  return { seconds: a.seconds + b.seconds, processorSeconds: a.processorSeconds + b.processorSeconds };
}

async function spent(work: () => Promise<unknown>): Promise<Spent> {
  const [started, used] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(used);
  return { seconds: (performance.now() - started) / 1000, processorSeconds: (user + system) / 1e6 };
}

if (import.meta.main) process.stdout.write(JSON.stringify(await run(process.argv[2] ?? '')));
