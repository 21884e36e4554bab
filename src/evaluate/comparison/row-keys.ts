import { mixed } from '../../statistics/poisson-bootstrap.ts';
import { rowsOf } from '../metrics/scores.ts';
import type { Pair } from './pair.ts';

/**
 * A key for each row that depends on nothing but what the comparison knows of it: truth, both models' answers and the
 * values of `beside`. Rows that are alike in all of it are numbered, so that each has a key of its own, and which of them
 * has which key changes nothing. So whatever is drawn by these keys is the same in any order of the rows.
 */
export function rowKeys(pair: Pair, beside: readonly ArrayLike<number>[] = []): Uint32Array {
  const rows = rowsOf(pair.candidate);
  const first = new Uint32Array(rows);
  const second = new Uint32Array(rows).fill(0x9e3779b9);
  const parts = [pair.candidate.truth, pair.candidate.predicted, pair.champion.predicted, ...shares(pair), ...beside];
  const bits = new DataView(new ArrayBuffer(8));
  for (const part of parts) {
    const width = Math.max(1, Math.round(part.length / Math.max(1, rows)));
    for (let row = 0; row < rows; row++) {
      for (let place = row * width; place < (row + 1) * width; place++) {
        bits.setFloat64(0, part[place] ?? 0);
        const [low, high] = [bits.getUint32(4), bits.getUint32(0)];
        first[row] = mixed((first[row] ?? 0) ^ mixed(low ^ mixed(high)));
        second[row] = mixed(((second[row] ?? 0) + 0x85ebca6b) ^ mixed(high ^ mixed(low + 1)));
      }
    }
  }
  return numbered(first, second);
}

function shares({ candidate, champion }: Pair): readonly ArrayLike<number>[] {
  return [candidate, champion].flatMap((scores) => {
    if (scores.kind === 'binary' || scores.kind === 'multilabel') return scores.probability ?? [];
    return scores.kind === 'multiclass' ? (scores.probabilities?.ofTruth ?? []) : [];
  });
}

/** How often each row's two hashes came before joins its key. */
function numbered(first: Uint32Array, second: Uint32Array): Uint32Array {
  const size = 2 ** Math.ceil(Math.log2(2 * first.length + 2));
  const holders = new Uint32Array(size);
  const seen = new Uint32Array(size);
  const keys = new Uint32Array(first.length);
  for (let row = 0; row < first.length; row++) {
    let slot = (first[row] ?? 0) & (size - 1);
    for (;;) {
      const holder = holders[slot] ?? 0;
      if (holder === 0) holders[slot] = row + 1;
      else if (first[holder - 1] !== first[row] || second[holder - 1] !== second[row]) {
        slot = (slot + 1) & (size - 1);
        continue;
      }
      seen[slot] = (seen[slot] ?? 0) + 1;
      keys[row] = mixed((first[row] ?? 0) ^ mixed((second[row] ?? 0) + (seen[slot] ?? 0)));
      break;
    }
  }
  return keys;
}
