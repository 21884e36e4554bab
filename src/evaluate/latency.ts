import { bootstrapEstimate, forEachReplicate, mixed } from '../statistics/poisson-bootstrap.ts';
import { type Measurement, measured } from '../verdict.ts';
import type { MetricComparison } from './evaluation-report.ts';
import { slice } from './runtime/onnx-inputs.ts';
import type { Batch, Runtime } from './runtime/runtime.ts';

const warmUps = 30;
const fewestBlocks = 30;
const mostBlocks = 400;
const millisecondsForBlocks = 3000;
const replicates = 2000;

/** Milliseconds of single-row predictions: two of each model per block, in the order candidate, champion, champion, candidate. */
export interface Timing {
  readonly candidate: Float64Array;
  readonly champion: Float64Array | null;
}

/** What one model is timed on: its own columns of some holdout rows. */
export interface TimedModel {
  readonly runtime: Runtime;
  readonly sample: Batch;
}

/**
 * Times predictions of one row each, from feature values to answer. Interleaving makes both models see the same machine;
 * the first calls are dropped.
 */
export async function timeModels(candidate: TimedModel, champion: TimedModel | null): Promise<Timing> {
  for (let call = 0; call < warmUps; call++) {
    await timeOne(candidate, call);
    if (champion !== null) await timeOne(champion, call);
  }
  const candidateTimes: number[] = [];
  const championTimes: number[] = [];
  const end = performance.now() + millisecondsForBlocks;
  for (let block = 0; block < mostBlocks && (block < fewestBlocks || performance.now() < end); block++) {
    candidateTimes.push(await timeOne(candidate, block));
    if (champion !== null) championTimes.push(await timeOne(champion, block), await timeOne(champion, block + 1));
    candidateTimes.push(await timeOne(candidate, block + 1));
  }
  return {
    candidate: Float64Array.from(candidateTimes),
    champion: champion === null ? null : Float64Array.from(championTimes),
  };
}

/** A quantile of the times and its difference, with an interval from resampling whole blocks. */
export function latencyComparison(
  timing: Timing,
  options: { readonly share: number; readonly confidence: number },
): MetricComparison {
  const { share, confidence } = options;
  const candidate = quantile(timing.candidate, share);
  const rows = timing.candidate.length;
  if (timing.champion === null) {
    const reason = 'no champion that can be timed';
    return { candidate: measured(candidate), champion: { kind: 'missing', reason }, difference: null, rows };
  }
  const champion = quantile(timing.champion, share);
  const estimate = bootstrapEstimate(
    candidate - champion,
    blockReplicates(timing.candidate, timing.champion, share),
    confidence,
  );
  return {
    candidate: measured(candidate),
    champion: measured(champion),
    difference: estimate && { ...estimate, confidence, method: 'interleaved blocks, Poisson bootstrap' },
    rows,
  };
}

/** The median of the times of one model with its 95 % interval, from resampling whole blocks. */
export function medianTime(times: Float64Array): {
  readonly median: Measurement;
  readonly low: number | null;
  readonly high: number | null;
} {
  const median = quantile(times, 0.5);
  const estimate = bootstrapEstimate(median, blockReplicates(times, null, 0.5), 0.95);
  const ends = estimate === null ? { low: null, high: null } : { low: Math.max(0, estimate.low), high: estimate.high };
  return { median: measured(median), ...ends };
}

async function timeOne({ runtime, sample }: TimedModel, call: number): Promise<number> {
  const row = slice(sample, call % sample.rows, 1);
  const start = performance.now();
  await runtime.predict(row);
  return performance.now() - start;
}

function blockReplicates(candidate: Float64Array, champion: Float64Array | null, share: number): Float64Array {
  const blocks = candidate.length / 2;
  const cells = {
    keys: Uint32Array.from({ length: blocks }, (_, block) => mixed(block + 1)),
    counts: new Float64Array(blocks).fill(1),
  };
  const first = ascending(candidate);
  const second = champion && ascending(champion);
  const differences = new Float64Array(replicates);
  forEachReplicate(cells, replicates, (weights, replicate) => {
    const rival = champion && second && weightedQuantile(champion, { order: second, weights, share });
    differences[replicate] = weightedQuantile(candidate, { order: first, weights, share }) - (rival ?? 0);
  });
  return differences;
}

function ascending(times: Float64Array): Uint32Array {
  return Uint32Array.from(times.keys()).sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0));
}

function weightedQuantile(
  times: Float64Array,
  options: { readonly order: Uint32Array; readonly weights: Float64Array; readonly share: number },
): number {
  const { order, weights, share } = options;
  let total = 0;
  for (const weight of weights) total += 2 * weight;
  let sum = 0;
  for (const at of order) {
    sum += weights[at >> 1] ?? 0;
    if (sum >= share * total && sum > 0) return times[at] ?? Number.NaN;
  }
  return Number.NaN;
}

function quantile(times: Float64Array, share: number): number {
  const sorted = times.slice().sort();
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
