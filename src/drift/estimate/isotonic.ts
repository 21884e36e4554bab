/** A rising function through points, straight between them and flat beyond: what a score is worth as a probability. */
export interface Calibration {
  readonly scores: Float64Array;
  readonly probabilities: Float64Array;
}

/**
 * Isotonic regression of labels on scores by pooling adjacent violators (Barlow et al. 1972; Zadrozny and Elkan 2002), with
 * equal scores averaged first, as scikit-learn fits it. `order` sorts the rows by score.
 */
export function isotonicCalibration(rows: {
  readonly scores: Float64Array;
  readonly truth: Uint8Array;
  readonly order: Uint32Array;
}): Calibration {
  const blocks = pooled(scoreGroups(rows));
  const scores: number[] = [];
  const probabilities: number[] = [];
  for (const { first, last, sum, weight } of blocks) {
    scores.push(first);
    probabilities.push(sum / weight);
    if (last === first) continue;
    scores.push(last);
    probabilities.push(sum / weight);
  }
  return { scores: Float64Array.from(scores), probabilities: Float64Array.from(probabilities) };
}

/** The probability that a calibration gives to a score. */
export function calibrated({ scores, probabilities }: Calibration, score: number): number {
  let low = 0;
  let high = scores.length - 1;
  if (score <= (scores[low] ?? 0)) return probabilities[low] ?? 0;
  if (score >= (scores[high] ?? 0)) return probabilities[high] ?? 0;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((scores[middle] ?? 0) <= score) low = middle;
    else high = middle;
  }
  const [left = 0, right = 0] = [scores[low], scores[high]];
  const [from = 0, to = 0] = [probabilities[low], probabilities[high]];
  return from + ((score - left) / (right - left)) * (to - from);
}

interface Block {
  readonly first: number;
  last: number;
  sum: number;
  weight: number;
}

function scoreGroups(rows: Parameters<typeof isotonicCalibration>[0]): readonly Block[] {
  const groups: Block[] = [];
  for (const row of rows.order) {
    const score = rows.scores[row] ?? 0;
    const group = groups.at(-1);
    if (group === undefined || group.last !== score) {
      groups.push({ first: score, last: score, sum: rows.truth[row] ?? 0, weight: 1 });
    } else {
      group.sum += rows.truth[row] ?? 0;
      group.weight += 1;
    }
  }
  return groups;
}

function pooled(groups: readonly Block[]): readonly Block[] {
  const blocks: Block[] = [];
  for (const group of groups) {
    let open = group;
    let before = blocks.at(-1);
    // Sums and weights are whole numbers, so that equal means are seen to be equal.
    while (before !== undefined && before.sum * open.weight >= open.sum * before.weight) {
      open = {
        first: before.first,
        last: open.last,
        sum: before.sum + open.sum,
        weight: before.weight + open.weight,
      };
      blocks.pop();
      before = blocks.at(-1);
    }
    blocks.push(open);
  }
  return blocks;
}
