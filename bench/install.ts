import { execFile } from 'node:child_process';
import { cpSync, existsSync, lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf } from '../src/error.ts';
import { type Bench, figure } from './figure.ts';

const root = join(import.meta.dirname, '..');

/** What a newcomer waits for, and what lies on the disk afterwards. It needs the registry. */
export const install: Bench = {
  name: 'install',
  async run(say) {
    const folder = mkdtempSync(join(tmpdir(), 'siskin-bench-'));
    try {
      for (const name of ['package.json', 'package-lock.json', '.npmrc'])
        if (existsSync(join(root, name))) cpSync(join(root, name), join(folder, name));
      const started = performance.now();
      try {
        await npm(folder, ['ci']);
      } catch (error) {
        say(`left out: npm cannot install here (${messageOf(error).split('\n')[0]})`);
        return [];
      }
      const seconds = (performance.now() - started) / 1000;
      const all = sizeOf(join(folder, 'node_modules'));
      await npm(folder, ['prune', '--omit=dev']);
      const production = sizeOf(join(folder, 'node_modules'));
      say(
        `${seconds.toFixed(0)} s, ${(all / 1e6).toFixed(0)} MB, without what only development needs ${(production / 1e6).toFixed(0)} MB`,
      );
      return [
        figure({
          name: '`npm ci` with an empty cache',
          samples: [seconds],
          unit: 's',
          note: 'as quick as the registry',
        }),
        figure({ name: 'installed', samples: [all / 1e6], unit: 'MB' }),
        figure({ name: 'installed without what only development needs', samples: [production / 1e6], unit: 'MB' }),
      ];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function npm(folder: string, words: readonly string[]): Promise<void> {
  const options = ['--no-audit', '--no-fund', '--cache', join(folder, 'cache')];
  await promisify(execFile)('npm', [...words, ...options], { cwd: folder, maxBuffer: 2 ** 26 });
}

/** Bytes of the files of a folder. */
function sizeOf(folder: string): number {
  let bytes = 0;
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const found = lstatSync(join(folder, name));
    if (found.isFile()) bytes += found.size;
  }
  return bytes;
}
