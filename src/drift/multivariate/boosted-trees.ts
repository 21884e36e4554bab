import type { BinnedFeature, BinnedFeatures } from './binned-features.ts';

/** A classifier: a number for each row, larger for those that look like the current side. */
export type Scorer = (row: number, binOf?: (feature: number, row: number) => number) => number;

const trees = 40;
const depth = 3;
const learningRate = 0.15;
/** λ of Chen and Guestrin. */
const shrinkage = 1;
/** The least weight of a leaf, in rows that are as likely of either side. */
const leastRows = 20;

/**
 * Gradient-boosted trees on binned columns with the logistic loss (Friedman, "Greedy Function Approximation", 2001; second
 * order and regularised as Chen and Guestrin, "XGBoost", 2016). Both sides weigh the same. Categories are put in order of
 * their gradient before each split (Fisher, "On Grouping for Maximum Homogeneity", 1958). No chance is involved.
 */
export function trainTrees(
  { features }: BinnedFeatures,
  { rows, isCurrent }: { readonly rows: Uint32Array; readonly isCurrent: Uint8Array },
): Scorer {
  const weights = sideWeights(rows, isCurrent);
  const scores = new Float64Array(rows.length);
  const gradients = new Float64Array(rows.length);
  const curvatures = new Float64Array(rows.length);
  const grown: Tree[] = [];
  for (let tree = 0; tree < trees; tree++) {
    for (let place = 0; place < rows.length; place++) {
      const truth = isCurrent[rows[place] ?? 0] ?? 0;
      const weight = weights[truth] ?? 0;
      const chance = 1 / (1 + Math.exp(-(scores[place] ?? 0)));
      gradients[place] = weight * (chance - truth);
      curvatures[place] = weight * chance * (1 - chance);
    }
    const grower = { features, rows, gradients, curvatures, scores };
    grown.push(grow(grower, Uint32Array.from(rows.keys()), 0));
  }
  return (row, binOf = (feature, at) => features[feature]?.values[at] ?? 0) =>
    grown.reduce((sum, tree) => sum + leafOf(tree, row, binOf), 0);
}

type Tree =
  | { readonly leaf: number }
  /** Rows whose bin is marked go left. */
  | { readonly feature: number; readonly goesLeft: Uint8Array; readonly left: Tree; readonly right: Tree };

interface Grower {
  readonly features: readonly BinnedFeature[];
  readonly rows: Uint32Array;
  readonly gradients: Float64Array;
  readonly curvatures: Float64Array;
  /** Of each row so far; a leaf adds its own. */
  readonly scores: Float64Array;
}

function sideWeights(rows: Uint32Array, isCurrent: Uint8Array): readonly [number, number] {
  let current = 0;
  for (const row of rows) current += isCurrent[row] ?? 0;
  return [rows.length / 2 / Math.max(1, rows.length - current), rows.length / 2 / Math.max(1, current)];
}

/** Grows a tree over the rows at these places. */
function grow(grower: Grower, places: Uint32Array, level: number): Tree {
  const split = level < depth ? bestSplit(grower, places) : null;
  if (split === null) return leaf(grower, places);
  const values = grower.features[split.feature]?.values;
  const goes = (side: number) =>
    places.filter((place) => split.goesLeft[values?.[grower.rows[place] ?? 0] ?? 0] === side);
  return {
    feature: split.feature,
    goesLeft: split.goesLeft,
    left: grow(grower, goes(1), level + 1),
    right: grow(grower, goes(0), level + 1),
  };
}

function leaf({ gradients, curvatures, scores }: Grower, places: Uint32Array): Tree {
  let [gradient, curvature] = [0, 0];
  for (const place of places) {
    gradient += gradients[place] ?? 0;
    curvature += curvatures[place] ?? 0;
  }
  const value = (-learningRate * gradient) / (curvature + shrinkage);
  for (const place of places) scores[place] = (scores[place] ?? 0) + value;
  return { leaf: value };
}

interface Split {
  readonly feature: number;
  readonly goesLeft: Uint8Array;
}

function bestSplit({ features, rows, gradients, curvatures }: Grower, places: Uint32Array): Split | null {
  let best: { readonly gain: number; readonly split: Split } | null = null;
  for (const [feature, { values, bins, isOrdered }] of features.entries()) {
    const gradientOf = new Float64Array(bins);
    const curvatureOf = new Float64Array(bins);
    for (const place of places) {
      const bin = values[rows[place] ?? 0] ?? 0;
      gradientOf[bin] = (gradientOf[bin] ?? 0) + (gradients[place] ?? 0);
      curvatureOf[bin] = (curvatureOf[bin] ?? 0) + (curvatures[place] ?? 0);
    }
    const order = Array.from({ length: bins }, (_, bin) => bin).filter((bin) => (curvatureOf[bin] ?? 0) > 0);
    const slope = (bin: number) => (gradientOf[bin] ?? 0) / ((curvatureOf[bin] ?? 0) + shrinkage);
    if (!isOrdered) order.sort((a, b) => slope(a) - slope(b) || a - b);
    const cut = bestCut(order, { gradientOf, curvatureOf });
    if (cut === null || cut.gain <= (best?.gain ?? 0)) continue;
    const goesLeft = new Uint8Array(bins);
    for (const bin of order.slice(0, cut.length)) goesLeft[bin] = 1;
    best = { gain: cut.gain, split: { feature, goesLeft } };
  }
  return best?.split ?? null;
}

/** After how many bins of the order the two parts differ most. */
function bestCut(
  order: readonly number[],
  { gradientOf, curvatureOf }: { readonly gradientOf: Float64Array; readonly curvatureOf: Float64Array },
): { readonly gain: number; readonly length: number } | null {
  let [gradient, curvature] = [0, 0];
  for (const bin of order) {
    gradient += gradientOf[bin] ?? 0;
    curvature += curvatureOf[bin] ?? 0;
  }
  const worth = (g: number, h: number) => (g * g) / (h + shrinkage);
  let best: { readonly gain: number; readonly length: number } | null = null;
  let [left, leftCurvature] = [0, 0];
  for (const [place, bin] of order.slice(0, -1).entries()) {
    left += gradientOf[bin] ?? 0;
    leftCurvature += curvatureOf[bin] ?? 0;
    // A row that is as likely of either side has the curvature ¼.
    if (leftCurvature < leastRows / 4 || curvature - leftCurvature < leastRows / 4) continue;
    const gain =
      worth(left, leftCurvature) + worth(gradient - left, curvature - leftCurvature) - worth(gradient, curvature);
    if (gain > (best?.gain ?? 1e-9)) best = { gain, length: place + 1 };
  }
  return best;
}

function leafOf(tree: Tree, row: number, binOf: (feature: number, row: number) => number): number {
  let at = tree;
  while ('feature' in at) at = at.goesLeft[binOf(at.feature, row)] === 1 ? at.left : at.right;
  return at.leaf;
}
