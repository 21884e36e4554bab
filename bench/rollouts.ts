import { performance } from 'node:perf_hooks';
import { startRollouts } from '../app/rollouts.ts';
import type { MetricSource } from '../src/ports/metric-source.ts';
import type { ServingPlatform } from '../src/ports/serving.ts';
import { type Connections, noConnections } from '../src/rollout/connections.ts';
import { openDatabase } from '../src/store/place.ts';
import { startQueue } from '../src/store/queue.ts';
import { openStore } from '../src/store/store.ts';
import { emptyDatabase } from '../test/database.ts';
import { memoryPlatform } from '../test/rollout/memory-platform.ts';
import { memorySource } from '../test/rollout/memory-source.ts';
import { aModel, aRollout } from '../test/rollout/rollout-builder.ts';
import { repository } from '../test/store/test-store.ts';

/**
 * Many rollouts at once in one process, on a real store, before platforms and a source in the same process: processor time
 * of a turn, memory, how late turns begin, and how long from a verdict to verified zero when all of them do harm at once.
 * `node bench/rollouts.ts [rollouts] [seconds] [interval-seconds]`
 */
const [count = 500, seconds = 60, interval = 10] = process.argv.slice(2).map(Number);
await using database = await openDatabase(emptyDatabase());
await using queue = await startQueue(database, () => {});
const store = await openStore({ database, queue, clock: () => new Date() });
const platforms = new Map<string, ReturnType<typeof memoryPlatform>>();
const sources: ReturnType<typeof memorySource>[] = [];
const connections: Connections = {
  ...noConnections,
  openServing: ({ model }): ServingPlatform => platformOf(model),
  openMetricSource: (): MetricSource => byModel,
};
const byModel: MetricSource = {
  measure: (question) => sourceOf(question.model).measure(question),
  check: async () => [],
};

function platformOf(model: string): ReturnType<typeof memoryPlatform> {
  const known = platforms.get(model) ?? memoryPlatform(aModel('v1'));
  platforms.set(model, known);
  return known;
}

const sourceByModel = new Map<string, ReturnType<typeof memorySource>>();
function sourceOf(model: string): ReturnType<typeof memorySource> {
  const known = sourceByModel.get(model) ?? memorySource(() => platformOf(model).traffic?.weight ?? 0);
  if (!sourceByModel.has(model)) sources.push(known);
  sourceByModel.set(model, known);
  return known;
}

const rules = { 'interval-seconds': interval, steps: [{ weight: 20, 'minimum-minutes': 60, 'maximum-minutes': 120 }] };
const rollouts = Array.from({ length: count }, (_, at) =>
  aRollout({ model: `m${at}`, rules, createdAt: new Date().toISOString() }),
);
const turns = { count: 0, lags: [] as number[], zeros: [] as number[], faults: 0 };
const log = { warn: console.error, error: console.error };
const began = performance.now();
for (let from = 0; from < count; from += 50) {
  const changes = rollouts.slice(from, from + 50).map((rollout) => ({ kind: 'request-rollout', rollout }) as const);
  await store.record(repository, { changes, effects: [] });
}
const running = startRollouts({
  store,
  connections,
  clock: () => new Date(),
  // Probot's logger has more than the two that are used here.
  log: log as unknown as Parameters<typeof startRollouts>[0]['log'],
  metrics: {
    rolloutTurn({ lag, zeroAfterMs, end }) {
      turns.count += 1;
      turns.lags.push(lag);
      if (end === 'fault') turns.faults += 1;
      if (zeroAfterMs !== null) turns.zeros.push(zeroAfterMs);
    },
  },
});
const states = async () => await store.rollouts.countByState();
while (((await states())['step'] ?? 0) < count) await new Promise((resolve) => setTimeout(resolve, 500));
console.log(`${count} rollouts in their step after ${((performance.now() - began) / 1000).toFixed(1)} s`);

turns.count = 0;
turns.lags = [];
const cpu = process.cpuUsage();
await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
const used = process.cpuUsage(cpu);
const milliseconds = (used.user + used.system) / 1000;
console.log(
  `${seconds} s of ${count} rollouts, each sealed every ${interval} s: ${turns.count} turns, ${(milliseconds / turns.count).toFixed(2)} ms processor each (database included), ` +
    `${((milliseconds / seconds) * 0.1).toFixed(0)} % of a core, lag p50 ${at(turns.lags, 0.5).toFixed(3)} s, p99 ${at(turns.lags, 0.99).toFixed(3)} s, ` +
    `${(process.memoryUsage().rss / 1e6).toFixed(0)} MB, ${turns.faults} faults`,
);

for (const source of sources) source.rates.candidate = 0.5;
const until = performance.now() + 120_000;
while (turns.zeros.length < count && performance.now() < until)
  await new Promise((resolve) => setTimeout(resolve, 200));
console.log(
  `${turns.zeros.length} rolled back; verdict to verified zero p50 ${at(turns.zeros, 0.5)} ms, p99 ${at(turns.zeros, 0.99)} ms`,
);
await running.stop();

function at(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
