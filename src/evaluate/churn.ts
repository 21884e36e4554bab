import { momentsOf } from '../statistics/moments.ts';
import { type ChurnReport, type Flip, type FlipKind, flipKinds, mostFlips } from './comparison/churn-report.ts';
import { rowsOf, type Scores } from './metrics/scores.ts';
import type { SliceColumn } from './slices.ts';

/** Rows whose answers changed, by what became of them, in the order of the holdout. */
export interface Churn {
  readonly report: Omit<ChurnReport, 'flips'>;
  /** The places of the first of each kind, regressions first. */
  readonly flips: readonly { readonly place: number; readonly kind: FlipKind }[];
}

/**
 * How many answers differ, whether for better or worse, overall and by slice: another class or set of labels, or a number
 * further away than 1 % of the target's standard deviation. Null for rankings, whose scores have no unit, and for models
 * of different tasks.
 */
export function churnOf(options: {
  readonly candidate: Scores;
  readonly champion: Scores;
  readonly slices: readonly SliceColumn[];
}): Churn | null {
  const { candidate, champion, slices } = options;
  const kindOf = flipFinder(candidate, champion);
  if (kindOf === null) return null;
  const rows = rowsOf(candidate);
  const total = emptyCounts();
  const bySlice = slices.map(({ values }) => values.map(emptyCounts));
  const first: Record<FlipKind, number[]> = { regression: [], improvement: [], neutral: [] };
  for (let place = 0; place < rows; place++) {
    const kind = kindOf(place);
    const own = slices.flatMap((slice, at) => bySlice[at]?.[slice.places[place] ?? -1] ?? []);
    for (const counts of [total, ...own]) addTo(counts, kind);
    if (kind !== null && first[kind].length < mostFlips) first[kind].push(place);
  }
  const flips = flipKinds.flatMap((kind) => first[kind].map((place) => ({ place, kind }))).slice(0, mostFlips);
  const listed = slices.flatMap((slice, at) =>
    slice.values.flatMap(({ value }, place) => {
      const counts = bySlice[at]?.[place];
      return counts === undefined || counts.changed === 0
        ? []
        : [{ column: slice.column.slice(0, 200), value: value.slice(0, 200), ...counts }];
    }),
  );
  return { report: { ...total, slices: listed.slice(0, 500) }, flips };
}

/** The flips by the rows' numbers and ids: what somebody needs to look them up, and no more. */
export function namedFlips(
  { flips }: Churn,
  names: { readonly numberOf: (place: number) => number; readonly ids: ReadonlyMap<number, string> | null },
): readonly Flip[] {
  return flips.map(({ place, kind }) => {
    const number = names.numberOf(place);
    return { row: number + 1, id: names.ids?.get(number)?.slice(0, 200) ?? null, kind };
  });
}

interface Counts {
  changed: number;
  rows: number;
  regressions: number;
  improvements: number;
}

function emptyCounts(): Counts {
  return { changed: 0, rows: 0, regressions: 0, improvements: 0 };
}

function addTo(counts: Counts, kind: FlipKind | null): void {
  counts.rows++;
  if (kind !== null) counts.changed++;
  if (kind === 'regression') counts.regressions++;
  if (kind === 'improvement') counts.improvements++;
}

/** What became of a row, null when its answer is the same. */
function flipFinder(candidate: Scores, champion: Scores): ((row: number) => FlipKind | null) | null {
  switch (candidate.kind) {
    case 'binary':
    case 'multiclass': {
      if (champion.kind !== candidate.kind) return null;
      const { truth, predicted } = candidate;
      return (row) => {
        if (predicted[row] === champion.predicted[row]) return null;
        return flipKind(Number(predicted[row] !== truth[row]), Number(champion.predicted[row] !== truth[row]));
      };
    }
    case 'multilabel': {
      if (champion.kind !== 'multilabel') return null;
      const { labels } = candidate;
      return (row) => {
        const wrong = { candidate: 0, champion: 0 };
        let isSame = true;
        for (let at = row * labels; at < (row + 1) * labels; at++) {
          isSame &&= candidate.predicted[at] === champion.predicted[at];
          wrong.candidate += Number(candidate.predicted[at] !== candidate.truth[at]);
          wrong.champion += Number(champion.predicted[at] !== candidate.truth[at]);
        }
        return isSame ? null : flipKind(wrong.candidate, wrong.champion);
      };
    }
    case 'regression':
    case 'forecasting': {
      if (champion.kind !== candidate.kind) return null;
      const { truth, predicted } = candidate;
      const { squares } = momentsOf(truth.length, (row) => truth[row] ?? 0);
      const tolerance = 0.01 * Math.sqrt(squares / truth.length);
      return (row) => {
        const [ours, theirs] = [predicted[row] ?? 0, champion.predicted[row] ?? 0];
        if (Math.abs(ours - theirs) <= tolerance) return null;
        return flipKind(Math.abs(ours - (truth[row] ?? 0)), Math.abs(theirs - (truth[row] ?? 0)));
      };
    }
    case 'ranking':
      return null;
    default:
      return candidate satisfies never;
  }
}

function flipKind(candidateError: number, championError: number): FlipKind {
  if (candidateError === championError) return 'neutral';
  return candidateError > championError ? 'regression' : 'improvement';
}
