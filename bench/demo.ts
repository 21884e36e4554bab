import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type Bench, figure } from './figure.ts';
import { treeMemory } from './tree-memory.ts';

const root = join(import.meta.dirname, '..');
const megabyte = 1e6;

/** The whole story, as a newcomer sees it. */
export const demo: Bench = {
  name: 'demo',
  async run(say) {
    const started = performance.now();
    const child = spawn(process.execPath, [join(root, 'sandbox/demo/demo.ts'), '--once'], { stdio: 'ignore' });
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    let peak = 0;
    let exitCode: number | null | undefined;
    ended.then((code) => {
      exitCode = code;
    });
    while (exitCode === undefined) {
      peak = Math.max(peak, treeMemory(child.pid ?? 0));
      await setTimeout(100);
    }
    const seconds = (performance.now() - started) / 1000;
    if (exitCode !== 0) throw new Error(`expected the demo to end as told, found exit code ${exitCode}`);
    // The demo's own file.
    const summary = JSON.parse(readFileSync(join(root, 'out/demo/summary.json'), 'utf8')) as {
      readonly peakMemoryBytes: number;
    };
    say(`${seconds.toFixed(0)} s, ${(summary.peakMemoryBytes / megabyte).toFixed(0)} MB`);
    return [
      figure({
        name: 'demo, from start to end',
        samples: [seconds],
        unit: 's',
        promise: { text: '< 3 minutes', most: 180 },
      }),
      figure({ name: 'demo, peak memory of its process', samples: [summary.peakMemoryBytes / megabyte], unit: 'MB' }),
      figure({
        name: 'demo, peak memory with all that it starts',
        samples: [peak / megabyte],
        unit: 'MB',
        note: 'git, npm, the training and two evaluations; pages that they share are counted in each',
      }),
    ];
  },
};
