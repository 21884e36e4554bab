import { join } from 'node:path';
import { type Bench, figure } from './figure.ts';
import { runTimed } from './run-timed.ts';

/** How long a person waits for the smallest command. */
export const cliStart: Bench = {
  name: 'cli',
  async run(say) {
    const command = [join(import.meta.dirname, '../cli/siskin.ts'), '--version'];
    const samples: number[] = [];
    const bare: number[] = [];
    for (let round = 0; round < 10; round++) {
      samples.push((await runTimed({ args: command })).endedMs);
      bare.push((await runTimed({ args: ['--eval', '0'] })).endedMs);
    }
    const [ours] = [
      figure({
        name: '`siskin --version`',
        samples,
        unit: 'ms',
        promise: { text: '< 150 ms', most: 150, of: 'median' },
      }),
    ];
    const node = figure({ name: 'Node itself, doing nothing', samples: bare, unit: 'ms' });
    say(`${ours.median.toFixed(0)} ms, of which Node ${node.median.toFixed(0)} ms`);
    return [ours, node];
  },
};
