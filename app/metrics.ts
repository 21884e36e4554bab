import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Applied } from '../src/apply.ts';
import type { InstallationRate } from '../src/store/rates.ts';
import type { Backlog } from '../src/store/upkeep.ts';
import type { CallCount } from './calls.ts';

/** What can be measured of one running App, on its own registry, so that several in one process do not mix. */
export interface Metrics {
  acknowledged(result: string, seconds: number): void;
  called(call: { readonly method: string; readonly route: string; readonly status: number }): void;
  worked(event: string, end: string, calls: CallCount): void;
  applied(applied: Applied): void;
  /** GitHub said how many requests an installation has left in this hour. */
  budgetLeft(installation: number, remaining: number): void;
  /** A rollout had its turn. */
  rolloutTurn(turn: {
    readonly end: string;
    /** Seconds from when it was due to when it began, and from there to its end. */
    readonly lag: number;
    readonly seconds: number;
    /** Set where traffic was seen to be back: milliseconds since that was decided. */
    readonly zeroAfterMs: number | null;
  }): void;
  /** The page in Prometheus' text format. */
  render(
    backlog: Backlog,
    rates: readonly InstallationRate[],
    rollouts: Readonly<Record<string, number>>,
  ): Promise<string>;
  readonly contentType: string;
}

/** Makes the metrics. */
export function openMetrics(): Metrics {
  const registry = new Registry();
  const acknowledgements = new Histogram({
    name: 'siskin_acknowledge_seconds',
    help: 'From the start of a webhook request to its answer',
    labelNames: ['result'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [registry],
  });
  const calls = new Counter({
    name: 'siskin_github_calls_total',
    help: 'Requests to GitHub',
    labelNames: ['method', 'route', 'status'],
    registers: [registry],
  });
  const callsPerEvent = new Histogram({
    name: 'siskin_github_calls_per_event',
    help: 'Requests to GitHub that one delivery led to, its effects included',
    labelNames: ['event', 'kind'],
    buckets: [0, 1, 2, 4, 6, 8, 10, 15, 20, 50],
    registers: [registry],
  });
  const deliveries = new Counter({
    name: 'siskin_deliveries_total',
    help: 'Attempts to work on a delivery, by how they ended',
    labelNames: ['event', 'end'],
    registers: [registry],
  });
  const effects = new Counter({
    name: 'siskin_effects_total',
    help: 'Attempts to apply an effect, by how they ended',
    labelNames: ['kind', 'outcome'],
    registers: [registry],
  });
  const backlogGauge = new Gauge({
    name: 'siskin_backlog',
    help: 'Deliveries and effects that wait or failed for good',
    labelNames: ['what', 'state'],
    registers: [registry],
  });
  const oldest = new Gauge({
    name: 'siskin_oldest_delivery_seconds',
    help: 'How long the oldest waiting delivery has waited',
    registers: [registry],
  });
  const budget = new Gauge({
    name: 'siskin_github_requests_left',
    help: 'Requests that GitHub still takes of an installation in this hour, as its newest answer to this process said',
    labelNames: ['installation'],
    registers: [registry],
  });
  const throttled = new Gauge({
    name: 'siskin_github_throttled_until_seconds',
    help: 'Until when GitHub refuses an installation for its rate, in seconds since 1970; 0 when it does not',
    labelNames: ['installation'],
    registers: [registry],
  });
  const held = new Gauge({
    name: 'siskin_effects_held',
    help: 'Effects that wait for a rate limit: that of GitHub, or ours of 80 comments a minute and 500 an hour',
    labelNames: ['installation'],
    registers: [registry],
  });
  const content = new Gauge({
    name: 'siskin_github_content_writes',
    help: 'Requests of the last minute that created content at GitHub, by all replicas; 80 at most',
    labelNames: ['installation'],
    registers: [registry],
  });
  const rolloutsByState = new Gauge({
    name: 'siskin_rollouts',
    help: 'Rollouts in which something is left to be done, by state',
    labelNames: ['state'],
    registers: [registry],
  });
  const turnLag = new Histogram({
    name: 'siskin_rollout_lag_seconds',
    help: 'From the instant at which a rollout was due to the begin of its turn',
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60],
    registers: [registry],
  });
  const turnSeconds = new Histogram({
    name: 'siskin_rollout_turn_seconds',
    help: 'How long a turn of a rollout took, by how it ended',
    labelNames: ['end'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30],
    registers: [registry],
  });
  const zeroSeconds = new Histogram({
    name: 'siskin_rollout_zero_seconds',
    help: 'From the verdict (or order) to the observation that the candidate gets nothing',
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300],
    registers: [registry],
  });
  const runs = new Gauge({ name: 'siskin_runs', help: 'Runs by state', labelNames: ['state'], registers: [registry] });
  return {
    contentType: registry.contentType,
    acknowledged: (result, seconds) => acknowledgements.observe({ result }, seconds),
    called: ({ method, route, status }) => calls.inc({ method, route, status: String(status) }),
    worked(event, end, { reads, writes }) {
      deliveries.inc({ event, end });
      callsPerEvent.observe({ event, kind: 'read' }, reads);
      callsPerEvent.observe({ event, kind: 'write' }, writes);
    },
    applied: ({ effect, outcome }) => effects.inc({ kind: effect.effect.kind, outcome: outcome.kind }),
    budgetLeft: (installation, remaining) => budget.set({ installation }, remaining),
    rolloutTurn({ end, lag, seconds, zeroAfterMs }) {
      turnLag.observe(lag);
      turnSeconds.observe({ end }, seconds);
      if (zeroAfterMs !== null) zeroSeconds.observe(zeroAfterMs / 1000);
    },
    async render(backlog, rates, rollouts) {
      rolloutsByState.reset();
      for (const [state, count] of Object.entries(rollouts)) rolloutsByState.set({ state }, count);
      backlogGauge.set({ what: 'deliveries', state: 'waiting' }, backlog.waitingDeliveries);
      backlogGauge.set({ what: 'deliveries', state: 'failed' }, backlog.failedDeliveries);
      backlogGauge.set({ what: 'effects', state: 'waiting' }, backlog.waitingEffects);
      backlogGauge.set({ what: 'effects', state: 'failed' }, backlog.failedEffects);
      oldest.set(backlog.oldestSeconds);
      runs.reset();
      for (const [state, count] of Object.entries(backlog.runsByState)) runs.set({ state }, count);
      for (const { installation, until, held: waiting, content: written } of rates) {
        throttled.set({ installation }, until === null ? 0 : Date.parse(until) / 1000);
        held.set({ installation }, waiting);
        content.set({ installation }, written);
      }
      return await registry.metrics();
    },
  };
}
