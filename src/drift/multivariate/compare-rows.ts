import type { Column } from '../../data/column.ts';
import type { Dataset } from '../../data/dataset.ts';
import type { DriftPolicy } from '../../policy/drift-policy.ts';
import type { MultivariatePolicy } from '../../policy/multivariate-policy.ts';
import { mixed } from '../../statistics/poisson-bootstrap.ts';
import { binFeatures } from './binned-features.ts';
import { trainTrees } from './boosted-trees.ts';
import { crossFit, leastSideRows, type Sides, separationOf } from './cross-fit.ts';
import { discrepancyOf } from './discrepancy.ts';
import { type SparseRows, trainLinear } from './linear-classifier.ts';
import type { EmbeddingDrift, Multivariate, Separation, TextDrift } from './multivariate-report.ts';
import { type RowSample, sampleRows } from './row-sample.ts';
import { type Points, standardisedRows, standardisedVectors } from './standardised-rows.ts';
import { tellingColumns } from './telling-columns.ts';
import { hashedTexts, isProse, tellingWords, textKeys } from './words.ts';

/** For the discrepancy, and for embeddings, whose rows are long. */
const mostPoints = 4000;

/** Both sides, and what to hold them against. */
export interface RowComparison {
  readonly reference: Dataset;
  readonly current: Dataset;
  readonly policy: Pick<DriftPolicy, 'alpha' | 'ignore'> & { readonly multivariate: MultivariatePolicy };
}

/**
 * Says whether the columns together have moved, also where no single one has: when a classifier tells the sides apart
 * with certainty (its p-value is at most alpha) and well enough to matter (the lower confidence bound of its AUC reaches
 * the policy's). Texts and embeddings are judged by the same two bounds, each on its own. Reads both sides once.
 */
export async function compareRows(comparison: RowComparison): Promise<Multivariate> {
  const { reference, current, policy } = comparison;
  const wanted = sharedColumns(comparison);
  const most = policy.multivariate.rows;
  const before = await sampleRows(reference, { columns: wanted, most });
  const now = await sampleRows(current, { columns: wanted, most });
  const [tabular, written] = split(before, now);
  return {
    ...judgeTable(tabular, policy),
    rows: { reference: before.rows, current: now.rows },
    texts: Object.fromEntries(
      [...written[0].texts].map(([name, texts]) => {
        const others = written[1].texts.get(name) ?? [];
        const sides = sidesOf({ keys: textKeys(texts) }, { keys: textKeys(others) });
        return [name, judgeTexts([...texts, ...others], { sides, policy })];
      }),
    ),
    embeddings: Object.fromEntries(
      [...before.vectors.keys()].map((name) => [name, judgeVectors(name, { samples: [before, now], policy })]),
    ),
    minimumAuc: policy.multivariate.auc,
    alpha: policy.alpha,
  };
}

/** Columns of one name and kind on both sides; points in time move by themselves. */
function sharedColumns({ reference, current, policy }: RowComparison): readonly Column[] {
  const others = new Map(current.columns.map((column) => [column.name, column]));
  return reference.columns.filter((column) => {
    const other = others.get(column.name);
    const isSame = other?.kind === column.kind && other.embedding?.dimension === column.embedding?.dimension;
    return isSame && column.kind !== 'timestamp' && !policy.ignore.includes(column.name);
  });
}

type Pair = readonly [RowSample, RowSample];

/** The columns of tables, and those of texts, whose words are looked at instead. */
function split(before: RowSample, now: RowSample): readonly [Pair, Pair] {
  const isText = (name: string) => isProse([...(before.texts.get(name) ?? []), ...(now.texts.get(name) ?? [])]);
  const texts = ({ texts: all }: RowSample, wanted: boolean) =>
    new Map([...all].filter(([name]) => isText(name) === wanted));
  const part = (sample: RowSample, wanted: boolean) => ({ ...sample, texts: texts(sample, wanted) });
  return [
    [part(before, false), part(now, false)],
    [part(before, true), part(now, true)],
  ];
}

function sidesOf(before: Pick<RowSample, 'keys'>, now: Pick<RowSample, 'keys'>): Sides {
  const isCurrent = new Uint8Array(before.keys.length + now.keys.length).fill(1, before.keys.length);
  return { keys: Uint32Array.from([...before.keys, ...now.keys]), isCurrent };
}

type Bounds = RowComparison['policy'];

function judgeTable(
  [before, now]: Pair,
  policy: Bounds,
): Pick<Multivariate, 'separation' | 'verdict' | 'reason' | 'columns' | 'discrepancy'> {
  const sides = sidesOf(before, now);
  const tooFew = fewRows(sides);
  const binned = binFeatures(before, now);
  if (tooFew !== null || binned.features.length === 0) {
    const reason = tooFew ?? 'no column varies that is neither text nor time';
    return { separation: null, verdict: 'not-assessed', reason, columns: [], discrepancy: null };
  }
  const parts = crossFit(sides, (rows) => trainTrees(binned, { rows, isCurrent: sides.isCurrent }));
  const separation = separationOf(parts, policy.alpha);
  const firsts: Pair = [firstRows(before, mostPoints), firstRows(now, mostPoints)];
  return {
    separation,
    ...verdictOf(separation, policy),
    columns: tellingColumns(binned, { parts, keys: sides.keys }),
    discrepancy: discrepancyOf(standardisedRows(...firsts), sidesOf(...firsts)),
  };
}

/** Rows come in the order of their hash, so the first ones are a sample themselves. */
function firstRows(sample: RowSample, most: number): RowSample {
  return {
    rows: Math.min(sample.rows, most),
    keys: sample.keys.subarray(0, most),
    numbers: new Map([...sample.numbers].map(([name, values]) => [name, values.subarray(0, most)])),
    texts: new Map([...sample.texts].map(([name, texts]) => [name, texts.slice(0, most)])),
    vectors: sample.vectors,
  };
}

function judgeTexts(
  texts: readonly (string | null)[],
  { sides, policy }: { readonly sides: Sides; readonly policy: Bounds },
): TextDrift {
  const tooFew = fewRows(sides);
  if (tooFew !== null) return { separation: null, verdict: 'not-assessed', reason: tooFew, words: [] };
  const hashed = hashedTexts(texts);
  const parts = crossFit(sides, (rows) => trainLinear(hashed, { rows, isCurrent: sides.isCurrent }));
  const separation = separationOf(parts, policy.alpha);
  return { separation, ...verdictOf(separation, policy), words: tellingWords(texts, sides.isCurrent) };
}

function judgeVectors(
  name: string,
  { samples, policy }: { readonly samples: Pair; readonly policy: Bounds },
): EmbeddingDrift {
  const vectors = samples.map((sample) => {
    const { dimension, values } = sample.vectors.get(name) ?? { dimension: 0, values: new Float64Array() };
    return { dimension, values: values.subarray(0, mostPoints * dimension) };
  });
  const { points, kept } = standardisedVectors(vectors);
  const keysOf = (side: 0 | 1) => Uint32Array.from(kept[side] ?? [], (row) => vectorKey(vectors[side], row));
  const sides = sidesOf({ keys: keysOf(0) }, { keys: keysOf(1) });
  const tooFew = fewRows(sides);
  if (tooFew !== null) return { separation: null, verdict: 'not-assessed', reason: tooFew, discrepancy: null };
  const data = withSquares(points);
  const parts = crossFit(sides, (train) => trainLinear(data, { rows: train, isCurrent: sides.isCurrent }));
  const separation = separationOf(parts, policy.alpha);
  return { separation, ...verdictOf(separation, policy), discrepancy: discrepancyOf(points, sides) };
}

/** A number that equal vectors share, whatever else stands in their rows. */
function vectorKey(vectors: { readonly dimension: number; readonly values: Float64Array } | undefined, row: number) {
  const { dimension = 0, values = new Float64Array() } = vectors ?? {};
  const bits = new Uint32Array(values.slice(row * dimension, (row + 1) * dimension).buffer);
  return bits.reduce((key, part) => mixed(key ^ part), dimension);
}

/** Each dimension and its square: a straight line through both also sees where the cloud became wider or narrower. */
function withSquares({ rows, dimension, values }: Points): SparseRows {
  const places = Uint32Array.from({ length: 2 * dimension }, (_, at) => at);
  // Long vectors take as large a step as short ones.
  const scale = 1 / Math.sqrt(Math.max(1, 2 * dimension));
  return {
    dimension: 2 * dimension,
    rows: Array.from({ length: rows }, (_, row) => {
      const value = (at: number) => values[row * dimension + (at % dimension)] ?? 0;
      return {
        places,
        values: Float64Array.from(places, (at) => scale * (at < dimension ? value(at) : value(at) ** 2 - 1)),
      };
    }),
  };
}

function fewRows({ isCurrent }: Sides): string | null {
  const current = isCurrent.reduce((sum, flag) => sum + flag, 0);
  const fewest = Math.min(current, isCurrent.length - current);
  return fewest >= leastSideRows ? null : `${fewest} rows on one side are fewer than ${leastSideRows}`;
}

function verdictOf(
  separation: Separation | null,
  { alpha, multivariate }: Bounds,
): Pick<Multivariate, 'verdict' | 'reason'> {
  if (separation === null) return { verdict: 'not-assessed', reason: 'no part of the rows holds both sides' };
  if (separation.pValue > alpha) return { verdict: 'steady', reason: 'nothing tells the sides apart with certainty' };
  if (separation.low < multivariate.auc) return { verdict: 'steady', reason: 'too small to matter' };
  return { verdict: 'moved', reason: 'a classifier tells old rows from new ones' };
}
