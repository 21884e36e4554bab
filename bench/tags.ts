import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTags } from '../src/registry/read-tags.ts';
import { registryState } from '../src/registry/registry-state.ts';
import { type Bench, figure } from './figure.ts';

const models = 50;
const versions = 100;

/** How long it takes to say what ten thousand tags of a real repository say. */
export const tags: Bench = {
  name: 'tags',
  async run(say) {
    const folder = mkdtempSync(join(tmpdir(), 'siskin-tags-'));
    try {
      const repository = join(folder, 'repository');
      makeRepository(repository);
      const cold: number[] = [];
      const warm: number[] = [];
      for (let round = 0; round < 10; round += 1) {
        const cache = join(folder, `cache-${round}`);
        cold.push(await answerMs(repository, cache));
        for (let again = 0; again < 3; again += 1) warm.push(await answerMs(repository, cache));
      }
      const name = 'What 10 000 registry tags of a clone say';
      const peer = 'GTO: 6–12 s for 1 500 tags (iterative/gto#156)';
      const figures = [
        figure({
          name: `${name}, warm`,
          samples: warm,
          unit: 'ms',
          promise: { text: '< 50 ms', most: 50 },
          note: peer,
        }),
        figure({ name: `${name}, cold`, samples: cold, unit: 'ms', promise: { text: '< 2 s', most: 2000 } }),
      ];
      say(figures.map((one) => `${one.name}: ${one.median.toFixed(0)} ms`).join('; '));
      return figures;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** All is asked each time: git for the refs, the cache for the objects, and what every model has in every stage. */
async function answerMs(repository: string, cache: string): Promise<number> {
  const begun = performance.now();
  const read = await readTags({ folder: repository, cache });
  const state = registryState(read.tags);
  const ended = performance.now();
  const isRight = read.tags.length === models * versions * 2 && state.get('model-7')?.latest === `1.${versions - 1}.0`;
  if (!isRight) throw new Error(`expected ${models * versions * 2} tags, found ${read.tags.length}`);
  return ended - begun;
}

function makeRepository(folder: string): void {
  execFileSync('git', ['init', '--quiet', '--initial-branch=main', folder]);
  const who = 'Ada <ada@example.com>';
  const lines: string[] = [];
  for (let version = 0; version < versions; version += 1) {
    lines.push('commit refs/heads/main', `mark :${version + 1}`, `committer ${who} ${1_700_000_000 + version} +0000`);
    lines.push('data 1', 'x');
  }
  for (let version = 0; version < versions; version += 1) {
    for (let model = 0; model < models; model += 1) {
      for (const tag of [`model-${model}@v1.${version}.0`, `model-${model}#production#${version + 1}`]) {
        lines.push(
          `tag ${tag}`,
          `from :${version + 1}`,
          `tagger ${who} ${1_700_001_000 + version} +0000`,
          'data 1',
          'x',
        );
      }
    }
  }
  execFileSync('git', ['-C', folder, 'fast-import', '--quiet'], { input: `${lines.join('\n')}\n` });
  // As a clone has them.
  execFileSync('git', ['-C', folder, 'pack-refs', '--all']);
}
