import { areaReplicates } from '../src/evaluate/comparison/score-replicates.ts';
import type { BinaryScores } from '../src/evaluate/metrics/scores.ts';
import { type Bench, figure } from './figure.ts';
import { runPeer } from './peer.ts';

const rows = 1_000_000;
const rounds = 5;
/** The replicates of an interval; scikit-learn is timed on a hundredth of them. */
const replicates = 2000;
const peerReplicates = 20;

/** Bootstrap replicates of the difference of two ROC AUCs. */
export const bootstrap: Bench = {
  name: 'bootstrap',
  async run(say) {
    const pair = { kind: 'binary' as const, ...models() };
    const samples: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const started = performance.now();
      const found = areaReplicates('roc-auc', pair);
      samples.push((performance.now() - started) / 1000);
      if (found?.length !== replicates) throw new Error(`expected ${replicates} replicates, found ${found?.length}`);
    }
    say(`${samples.map((one) => one.toFixed(2)).join(' ')} s`);
    const ours = figure({
      name: `${replicates} bootstrap replicates of the difference of two AUCs, ${rows / 1e6} M rows`,
      samples,
      unit: 's',
      promise: { text: '< 3 s', most: 3, of: 'median' },
    });
    const args = [rows, peerReplicates, 1].map(String);
    const peer = await runPeer({ program: 'bootstrap_auc.py', args, limitSeconds: 600, say });
    if (peer === null) return [ours];
    const scaled = peer.seconds.map((one) => (one * replicates) / peerReplicates);
    return [
      ours,
      figure({
        name: `scikit-learn ${peer.version}: the same with roc_auc_score and weights`,
        samples: scaled,
        unit: 's',
        note: `${peerReplicates} replicates were timed; their cost does not change`,
      }),
    ];
  },
};

function models(): { readonly candidate: BinaryScores; readonly champion: BinaryScores } {
  const truth = new Uint8Array(rows);
  const scores = [new Float64Array(rows), new Float64Array(rows)] as const;
  for (let row = 0; row < rows; row++) {
    truth[row] = uniform(row, 1) < 0.3 ? 1 : 0;
    const ease = uniform(row, 2);
    for (const [place, score] of scores.entries()) {
      const logit = 2 * (truth[row] ?? 0) - 1 + 3 * (ease - 0.5) + (2 + place) * (uniform(row, 3 + place) - 0.5);
      score[row] = 1 / (1 + Math.exp(-logit));
    }
  }
  const sideOf = (probability: Float64Array): BinaryScores => ({
    kind: 'binary',
    truth,
    predicted: Uint8Array.from(probability, (share) => (share > 0.5 ? 1 : 0)),
    probability,
  });
  return { candidate: sideOf(scores[0]), champion: sideOf(scores[1]) };
}

/** A number between 0 and 1 that looks random and is the same in every run. */
function uniform(row: number, salt: number): number {
  let h = Math.imul(row + 1, 0x9e3779b1) ^ Math.imul(salt, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 16), 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 13), 0x27d4eb2f);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
}
