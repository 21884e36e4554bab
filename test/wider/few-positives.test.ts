import { expect, it } from 'vitest';
import { compareScores } from '../../src/evaluate/comparison/compare-scores.ts';
import type { BinaryPair } from '../../src/evaluate/comparison/pair.ts';
import { metricValue } from '../../src/evaluate/metrics/metric-value.ts';
import { binaryPair, reordered } from '../evaluate/comparison/binary-pair.ts';

const strengths = { candidate: 1.6, champion: 1 } as const;

function difference({ candidate, champion }: BinaryPair): number {
  const [ours, theirs] = [metricValue('roc-auc', candidate), metricValue('roc-auc', champion)];
  return ours.kind === 'value' && theirs.kind === 'value' ? ours.value - theirs.value : Number.NaN;
}

/** So many positive rows among 150 negative ones. */
function fewPositives(sample: number, wanted: number): BinaryPair {
  const pair = binaryPair({ rows: 400, sample, ...strengths });
  const found = [0, 0];
  const kept = Array.from(pair.candidate.truth.keys()).filter((row) => {
    const flag = pair.candidate.truth[row] ?? 0;
    found[flag] = (found[flag] ?? 0) + 1;
    return (found[flag] ?? 0) <= (flag === 1 ? wanted : 150);
  });
  return reordered(pair, Uint32Array.from(kept));
}

it.each([8, 12, 19])(
  'of %d positive rows an interval of ROC AUC at 95 % holds the truth about that often',
  (wanted) => {
    const truth = difference(binaryPair({ rows: 200_000, sample: 999, ...strengths }));
    const samples = 250;
    let held = 0;
    for (let sample = 1; sample <= samples; sample++) {
      const pair = fewPositives(sample, wanted);
      const found = compareScores({ metric: 'roc-auc', value: difference(pair), pair, confidence: 0.95 });
      if (found !== null && found.low <= truth && truth <= found.high) held++;
    }

    // Three standard errors of a share of 0.95 among 250 are 0.04.
    expect(held / samples).toBeGreaterThan(0.91);
  },
  60_000,
);
