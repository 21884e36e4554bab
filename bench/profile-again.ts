import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderCache } from '../src/data/profile-cache.ts';
import { profileFiles } from '../src/data/profile-files.ts';
import { compareProfiles } from '../src/drift/compare.ts';
import { DriftPolicy } from '../src/policy/drift-policy.ts';
import { writeTable } from './drift-data.ts';
import { type Bench, figure } from './figure.ts';

const files = 20;
const rowsPerFile = 250_000;
const rounds = 3;

/** Profiles and compares data of twenty files, and again when one of them has changed. */
export const profileAgain: Bench = {
  name: 'again',
  async run(say) {
    const root = mkdtempSync(join(tmpdir(), 'siskin-bench-'));
    try {
      const write = (file: number, seed: number) =>
        writeTable({ path: join(root, `part-${file}.parquet`), rows: rowsPerFile, columns: 20, seed });
      for (let file = 0; file < files; file++) await write(file, file / 100);
      const [first, again]: [number[], number[]] = [[], []];
      for (let round = 0; round < rounds; round++) {
        const cache = folderCache(join(root, `cache-${round}`));
        const reference = await profileFiles({
          root,
          paths: ['part-0.parquet'],
          cache: folderCache(join(root, 'other')),
        });
        const compare = async () => {
          const current = await profileFiles({ root, paths: ['part-*.parquet'], cache });
          compareProfiles({ reference, current, policy: DriftPolicy.parse({}) });
          return current.unread;
        };
        first.push(await seconds(compare));
        await write(7, 0.5 + round / 100);
        again.push(
          await seconds(async () => {
            if ((await compare()) !== files - 1) throw new Error('expected one file to be read');
          }),
        );
      }
      say(`${first.map((one) => one.toFixed(2)).join(' ')} s, again ${again.map((one) => one.toFixed(2)).join(' ')} s`);
      return [
        figure({
          name: `profile and compare, ${files} files of ${rowsPerFile} rows × 20 columns`,
          samples: first,
          unit: 's',
        }),
        figure({ name: 'the same again, one file changed', samples: again, unit: 's' }),
        figure({
          name: 'again ÷ the first time',
          samples: again.map((one, round) => one / (first[round] ?? Number.NaN)),
          unit: '×',
          promise: { text: '≤ 1/10', most: 0.1, of: 'median' },
        }),
      ];
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  },
};

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}
