import { RolloutPolicy } from '../src/policy/rollout-policy.ts';
import { judging } from '../src/rollout/judge/judge.ts';
import { type Bench, type Figure, figure } from './figure.ts';
import { judgeTables, simulateJudges } from './judge-simulation.ts';
import { evidenceOf, scenarios } from './judge-traffic.ts';

const rollouts = 500;
const ticks = 60;

/** What judging costs, and how it errs beside other rules; the tables are those of docs/judge.md. */
export const judge: Bench = {
  name: 'judge',
  async run(say) {
    const figures = [tickFigure()];
    const runs = 1000;
    say(`${runs} simulated rollouts in each cell …`);
    for (const line of judgeTables(simulateJudges(runs)).split('\n')) say(line);
    return figures;
  },
};

/** One tick of so many rollouts: each takes in an interval and is judged. */
function tickFigure(): Figure {
  const policy = RolloutPolicy.parse({
    metrics: {
      errors: { kind: 'error-rate' },
      failures: { kind: 'error-rate' },
      timeouts: { kind: 'error-rate', role: 'info' },
    },
  });
  const evidence = Array.from({ length: 8 }, (_, seed) =>
    evidenceOf(scenarios['steady'] ?? { minute: () => ({ requests: 0, chance: 0, share: 0 }) }, { seed, harm: 1 }).map(
      (interval) => {
        const errors = interval.metrics['errors'];
        return errors === undefined
          ? interval
          : { ...interval, metrics: { errors, failures: errors, timeouts: errors } };
      },
    ),
  );
  const sequences = Array.from({ length: rollouts }, () => judging(policy));
  const samples: number[] = [];
  for (let tick = 0; tick < ticks; tick += 1) {
    const before = process.cpuUsage();
    for (const [at, sequence] of sequences.entries()) {
      const interval = evidence[at % evidence.length]?.[tick];
      if (interval !== undefined) sequence.add(interval);
      sequence.judgement();
    }
    const { user, system } = process.cpuUsage(before);
    // The ticks of the history cost less, and say nothing.
    if (tick >= 30) samples.push((user + system) / 1000 / rollouts);
  }
  return figure({
    name: `judging an interval of three metrics, each of ${rollouts} rollouts (processor time)`,
    samples,
    unit: 'ms',
    promise: { text: '< 5 ms', most: 5 },
    note: 'the same however many intervals came before',
  });
}
