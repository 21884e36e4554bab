import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Endpoint } from './endpoint.ts';

/** Which arm a request is counted for: `direct` named its version itself, `shadow` is a copy whose answer was dropped. */
export type CountedArm = 'champion' | 'candidate' | 'outside' | 'direct' | 'shadow';

/** What is measured of a server, on a registry of its own. No label holds what a caller wrote. */
export interface ServeMetrics {
  /** Counts one answer of one arm. */
  answered(answer: {
    readonly model: string;
    readonly version: string;
    readonly arm: CountedArm;
    readonly status: number;
    readonly seconds: number;
  }): void;
  /** A copy for the candidate that was not sent, because enough were under way. */
  shadowDropped(model: string): void;
  /** A request that was refused before a model was chosen. */
  refused(status: number): void;
  /** The page in Prometheus' text format. */
  render(endpoints: readonly Endpoint[], reading: number): Promise<string>;
  readonly contentType: string;
}

/** Upper edges in seconds, close to each other where small models answer. */
const latencyBuckets = [
  0.0005, 0.001, 0.0015, 0.002, 0.003, 0.004, 0.006, 0.008, 0.012, 0.016, 0.024, 0.032, 0.048, 0.064, 0.1, 0.15, 0.25,
  0.4, 0.65, 1, 2.5, 5, 10,
];

/** Makes the metrics. Series of a version go when nobody serves it any more and enough others came after it. */
export function openServeMetrics(): ServeMetrics {
  const registry = new Registry();
  const registers = [registry];
  const arm = ['model', 'version', 'arm'] as const;
  const requests = new Counter({
    name: 'siskin_serve_requests_total',
    help: 'Inference requests that were answered, also with an error',
    labelNames: arm,
    registers,
  });
  const errors = new Counter({
    name: 'siskin_serve_errors_total',
    help: 'Of these, those that got no prediction: unfit (400), failed (500), overloaded (503), late (504)',
    labelNames: [...arm, 'kind'],
    registers,
  });
  const seconds = new Histogram({
    name: 'siskin_serve_request_seconds',
    help: 'From the whole request to its answer',
    labelNames: arm,
    buckets: latencyBuckets,
    registers,
  });
  const dropped = new Counter({
    name: 'siskin_serve_shadow_dropped_total',
    help: 'Copies that were not sent to the candidate, because enough were under way',
    labelNames: ['model'],
    registers,
  });
  const refusals = new Counter({
    name: 'siskin_serve_refused_total',
    help: 'Requests that were refused before a model was asked',
    labelNames: ['status'],
    registers,
  });
  const waiting = new Gauge({
    name: 'siskin_serve_waiting',
    help: 'Requests that a version has not answered yet',
    labelNames: ['model', 'version'],
    registers,
  });
  const ready = new Gauge({
    name: 'siskin_serve_ready',
    help: 'Whether a version can answer',
    labelNames: ['model', 'version'],
    registers,
  });
  const weight = new Gauge({
    name: 'siskin_serve_weight_percent',
    help: 'What the candidate really gets',
    labelNames: ['model'],
    registers,
  });
  const bodies = new Gauge({
    name: 'siskin_serve_reading_bytes',
    help: 'Bytes of requests that are being read or answered',
    registers,
  });
  // Finding a series by its labels costs more than counting it.
  const known = new Map<string, Series>();

  return {
    answered({ model, version, arm, status, seconds: took }) {
      const key = `${model}\n${version}\n${arm}`;
      let series = known.get(key);
      if (series === undefined) {
        const labels = { model, version, arm };
        series = { requests: requests.labels(labels), seconds: seconds.labels(labels), labels };
        known.set(key, series);
        // They begin at 0, so that the first error of a version is seen as a rise.
        for (const kind of Object.values(errorKinds)) errors.inc({ ...labels, kind }, 0);
        forgetOldest();
      }
      series.requests.inc();
      series.seconds.observe(took);
      const kind = errorKinds[status];
      if (kind !== undefined) errors.inc({ ...series.labels, kind });
    },
    shadowDropped: (model) => dropped.inc({ model }),
    refused: (status) => refusals.inc({ status: String(status) }),
    async render(endpoints, reading) {
      for (const gauge of [waiting, ready, weight]) gauge.reset();
      for (const endpoint of endpoints) {
        weight.set({ model: endpoint.name }, endpoint.state().weight);
        for (const version of endpoint.versions()) {
          const labels = { model: endpoint.name, version: version.model.version };
          waiting.set(labels, version.host()?.waiting() ?? 0);
          ready.set(labels, version.state().kind === 'ready' ? 1 : 0);
        }
      }
      bodies.set(reading);
      return await registry.metrics();
    },
    contentType: registry.contentType,
  };

  function forgetOldest(): void {
    for (const [key, { labels }] of known) {
      if (known.size <= mostSeries) return;
      known.delete(key);
      requests.remove(labels);
      seconds.remove(labels);
      for (const kind of Object.values(errorKinds)) errors.remove({ ...labels, kind });
    }
  }
}

interface Series {
  readonly requests: { inc(): void };
  readonly seconds: { observe(value: number): void };
  readonly labels: { readonly model: string; readonly version: string; readonly arm: CountedArm };
}

/** Of all models and versions together. */
const mostSeries = 500;

const errorKinds: Readonly<Record<number, string>> = { 400: 'unfit', 500: 'failed', 503: 'overloaded', 504: 'late' };
