import type { MetricName } from '../metric-name.ts';
import { classwiseCalibration } from './calibration-classwise.ts';
import type { Linear, Undefined } from './linear.ts';
import { averagePrecisionInfluence, rocAucInfluence } from './score-influence.ts';
import type { MulticlassScores } from './scores.ts';

/** The metrics of many classes for which every probability of a row is kept. */
export const matrixMetrics = [
  'roc-auc-ovr',
  'roc-auc-ovr-weighted',
  'roc-auc-ovo',
  'roc-auc-ovo-weighted',
  'pr-auc',
  'ece-classwise',
] as const satisfies readonly MetricName[];

/** How many probabilities are kept at most: 800 MB of doubles. */
export const matrixLimit = 100_000_000;

/**
 * Areas for many classes, as scikit-learn averages them: each class against the rest (mean of the classes that occur, or
 * weighted by their rows), or each pair of classes on the rows of both (Hand and Till, Machine Learning 45, 2001).
 */
export function manyClassAuc(metric: MetricName, scores: MulticlassScores): Linear | Undefined | null {
  if (!(matrixMetrics as readonly MetricName[]).includes(metric)) return null;
  const { probabilities, classes, truth } = scores;
  if (probabilities === null) return { kind: 'missing', reason: 'the model gives labels without probabilities' };
  if (probabilities.matrix === undefined) {
    return {
      kind: 'missing',
      reason: `expected at most ${matrixLimit} probabilities, found ${classes} for each of ${truth.length} rows`,
    };
  }
  const counts = new Float64Array(classes);
  for (const kind of truth) counts[kind] = (counts[kind] ?? 0) + 1;
  const present = [...counts.keys()].filter((kind) => (counts[kind] ?? 0) > 0);
  if (present.length < 2) return { kind: 'undefined', reason: `all ${truth.length} rows are of one class` };
  const columns = { matrix: probabilities.matrix, classes, truth, counts, present };
  if (metric === 'ece-classwise') {
    return classwiseCalibration({
      rows: truth.length,
      columns: present,
      probabilities: (kind) => columnOf(columns, kind),
      hits: (kind) => flagsOf(truth, kind),
    });
  }
  if (metric === 'roc-auc-ovo' || metric === 'roc-auc-ovo-weighted') {
    return oneAgainstOne(columns, metric === 'roc-auc-ovo-weighted');
  }
  const isWeighted = metric === 'roc-auc-ovr-weighted';
  const area = metric === 'pr-auc' ? averagePrecisionInfluence : rocAucInfluence;
  return combined(
    truth.length,
    present.flatMap((kind) => {
      const part = area(flagsOf(truth, kind), columnOf(columns, kind));
      const weight = isWeighted ? (counts[kind] ?? 0) / truth.length : 1 / present.length;
      return part === null ? [] : [{ ...part, weight }];
    }),
  );
}

/** All probabilities of a holdout, row after row, and how many rows each class has. */
interface ClassColumns {
  readonly matrix: Float64Array;
  readonly classes: number;
  readonly truth: Uint16Array;
  readonly counts: Float64Array;
  /** The classes that occur in truth. */
  readonly present: readonly number[];
}

/** The probabilities of one class. */
function columnOf({ matrix, classes, truth }: ClassColumns, kind: number): Float64Array {
  const column = new Float64Array(truth.length);
  for (let row = 0; row < column.length; row++) column[row] = matrix[row * classes + kind] ?? 0;
  return column;
}

/** Which rows are of a class. A loop: `from` with a function takes several times as long. */
function flagsOf(truth: Uint16Array, kind: number): Uint8Array {
  const flags = new Uint8Array(truth.length);
  for (let row = 0; row < flags.length; row++) if (truth[row] === kind) flags[row] = 1;
  return flags;
}

function oneAgainstOne(columns: ClassColumns, isWeighted: boolean): Linear {
  const { truth, present, counts } = columns;
  const parts: WeightedPart[] = [];
  const pairs = present.flatMap((first, at) => present.slice(at + 1).map((second) => [first, second] as const));
  const mass = pairs.reduce((sum, [first, second]) => sum + (counts[first] ?? 0) + (counts[second] ?? 0), 0);
  for (const [first, second] of pairs) {
    const share = ((counts[first] ?? 0) + (counts[second] ?? 0)) / mass;
    const weight = (isWeighted ? share : 1 / pairs.length) / 2;
    const rows = rowsOfTwo(columns, first, second);
    for (const kind of [first, second]) {
      const isPositive = new Uint8Array(rows.length);
      const probabilities = new Float64Array(rows.length);
      for (let at = 0; at < rows.length; at++) {
        const row = rows[at] ?? 0;
        if (truth[row] === kind) isPositive[at] = 1;
        probabilities[at] = columns.matrix[row * columns.classes + kind] ?? 0;
      }
      const part = rocAucInfluence(isPositive, probabilities);
      if (part !== null) parts.push({ ...part, weight, rows });
    }
  }
  return combined(truth.length, parts);
}

function rowsOfTwo({ truth, counts }: ClassColumns, first: number, second: number): Uint32Array {
  const rows = new Uint32Array((counts[first] ?? 0) + (counts[second] ?? 0));
  let filled = 0;
  for (let row = 0; row < truth.length; row++) {
    if (truth[row] === first || truth[row] === second) rows[filled++] = row;
  }
  return rows;
}

interface WeightedPart extends Linear {
  readonly weight: number;
  /** The rows that the part was computed on; all of them when absent. */
  readonly rows?: Uint32Array;
}

/** The weighted sum of parts. A part on fewer rows moves as much more by each of them. */
function combined(units: number, parts: readonly WeightedPart[]): Linear {
  const influence = new Float64Array(units);
  let value = 0;
  for (const part of parts) {
    value += part.weight * part.value;
    const { rows } = part;
    const scale = (part.weight * units) / part.influence.length;
    for (let at = 0; at < part.influence.length; at++) {
      const unit = rows === undefined ? at : (rows[at] ?? 0);
      influence[unit] = (influence[unit] ?? 0) + scale * (part.influence[at] ?? 0);
    }
  }
  return { kind: 'linear', value, influence };
}
