import { wilsonInterval } from '../../statistics/wilson.ts';
import { calibrationBinOf, calibrationBins } from '../metrics/calibration-error.ts';
import { calibrationOf } from '../metrics/metric-value.ts';
import type { Scores } from '../metrics/scores.ts';
import type { ReliabilityReport } from '../task-report.ts';

/** The reliability diagram of both models, in the bins of the calibration error; null where neither gives probabilities. */
export function reliability(candidate: Scores, champion: Scores | null): ReliabilityReport | null {
  const ours = binsOf(candidate);
  const theirs = champion && binsOf(champion);
  if (ours === null && theirs === null) return null;
  return { of: candidate.kind === 'binary' ? 'positive' : 'predicted', candidate: ours, champion: theirs };
}

function binsOf(scores: Scores): ReliabilityReport['candidate'] {
  const calibration = calibrationOf(scores);
  if (calibration === null) return null;
  const { confidence, hits } = calibration;
  const sums = Array.from({ length: calibrationBins }, () => ({ rows: 0, confidence: 0, hits: 0 }));
  for (const [row, bin] of calibrationBinOf(confidence).entries()) {
    const sum = sums[bin];
    if (sum === undefined) continue;
    sum.rows++;
    sum.confidence += confidence[row] ?? 0;
    sum.hits += hits[row] ?? 0;
  }
  return sums
    .filter(({ rows }) => rows > 0)
    .map(({ rows, confidence: total, hits: found }) => {
      const { low, high } = wilsonInterval({ hits: found, rows }, 0.95);
      const within = (share: number) => Math.min(1, Math.max(0, share));
      return { rows, confidence: within(total / rows), observed: found / rows, low: within(low), high: within(high) };
    });
}
