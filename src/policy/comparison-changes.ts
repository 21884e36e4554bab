import { allowsMore, type Margin } from './margin.ts';

type Leaf = string | number | boolean | undefined;

/** The direction in which a number is easier to keep; without the number nothing has to be kept. */
const looserWhen: Readonly<Record<string, 'higher' | 'lower'>> = {
  'slices-gate.minimum-rows': 'higher',
  'slices-gate.minimum-positives': 'higher',
  'holdout.looks': 'lower',
  'edge.max-bytes': 'higher',
  'edge.max-latency-ms': 'higher',
  'edge.max-memory-bytes': 'higher',
};

/**
 * Whether an edit of a key about comparing makes it easier to pass; null for any other key. `path` is dotted, from the
 * model or from one of its gates.
 */
export function comparisonLoosens(path: string, before: Leaf, after: Leaf): boolean | null {
  switch (path) {
    case 'not-worse-by':
    case 'slices-gate.not-worse-by':
      return moreIsAllowed(before, after);
    case 'better-by':
      return moreIsAllowed(after, before) || after === undefined;
    // Rows that belong together widen intervals, which keeps candidates from passing.
    case 'cluster':
      return after === undefined || before !== undefined;
    case 'slices':
    case 'slice-crosses':
    case 'slices-gate.metrics':
      return isLessOf(before, after);
    case 'edge.operators':
      return after === undefined || isLessOf(after, before);
    case 'slices-gate.method':
    case 'edge.runs-in-wasm':
      return after === undefined;
    case 'holdout.spend':
      return (after === 'none' || after === undefined) && before !== after && before !== undefined;
    default:
      return path in looserWhen ? isEased(looserWhen[path], before, after) : null;
  }
}

function isEased(direction: 'higher' | 'lower' | undefined, before: Leaf, after: Leaf): boolean {
  if (typeof before !== 'number' || typeof after !== 'number') return after === undefined;
  return direction === 'higher' ? after > before : after < before;
}

function moreIsAllowed(before: Leaf, after: Leaf): boolean {
  if (!isMargin(before) || !isMargin(after)) return after === undefined && before !== undefined;
  return allowsMore(after, before);
}

function isMargin(value: Leaf): value is Margin {
  return typeof value === 'number' || typeof value === 'string';
}

/** Lists are written as their members, in order, with commas. */
function isLessOf(before: Leaf, after: Leaf): boolean {
  const members = (value: Leaf) =>
    String(value ?? '')
      .split(', ')
      .filter((one) => one !== '');
  const now = members(after);
  return members(before).some((one) => !now.includes(one));
}
