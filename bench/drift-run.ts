import { join } from 'node:path';
import { quoted } from '../src/data/column.ts';
import { openDataset } from '../src/data/dataset.ts';
import { profileDataset } from '../src/data/profile.ts';
import { compareProfiles, type ProfiledData } from '../src/drift/compare.ts';
import { DriftPolicy } from '../src/policy/drift-policy.ts';

/** Seconds of each round, and the most memory that this process held. */
export interface DriftRun {
  readonly ours: readonly number[];
  readonly decoding: readonly number[];
  readonly peakBytes: number;
}

const files = ['reference.parquet', 'current.parquet'];

async function run(folder: string, rounds: number): Promise<DriftRun> {
  const [ours, decoding]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    decoding.push(await seconds(() => decode(folder)));
    ours.push(await seconds(() => compare(folder)));
  }
  return { ours, decoding, peakBytes: process.resourceUsage().maxRSS * 1024 };
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

/** The same opening of files, and one query that must decode every cell. */
async function decode(folder: string): Promise<void> {
  for (const file of files) {
    await using dataset = await openDataset({ root: folder, paths: [file] });
    const sums = dataset.columns.map(({ name, kind }) =>
      kind === 'string' ? `sum(length(${quoted(name)}))` : `sum(${quoted(name)})`,
    );
    await dataset.query(`SELECT ${sums.map((sum, place) => `${sum}::DOUBLE AS s${place}`).join(', ')} FROM data`);
  }
}

async function compare(folder: string): Promise<void> {
  const profiled: ProfiledData[] = [];
  for (const file of files) {
    await using dataset = await openDataset({ root: folder, paths: [file] });
    profiled.push({ profile: await profileDataset(dataset), digest: dataset.digest });
  }
  const [reference, current] = profiled;
  if (reference === undefined || current === undefined) throw new Error('expected two profiles, found fewer');
  const { columns } = compareProfiles({
    reference,
    current,
    policy: DriftPolicy.parse({}),
  });
  if (Object.keys(columns).length !== 10) throw new Error('expected ten columns to be compared');
}

if (import.meta.main)
  process.stdout.write(JSON.stringify(await run(join(process.argv[2] ?? ''), Number(process.argv[3]))));
