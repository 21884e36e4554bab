import { hasValue } from '../../data/column-stream.ts';
import { normalQuantile } from '../../statistics/normal.ts';
import { correlation, estimateOf, meanOf } from './estimate.ts';
import type { LocalExplanation, ShapleyFeature, ShapleyImportance } from './explanation-report.ts';
import { mostFeatures } from './explanation-report.ts';
import type { MixingTable } from './mixed-rows.ts';
import { changesOf, ranked } from './ranking.ts';
import type { ShapleyValues } from './shapley-values.ts';

/** Both models' values for the same rows. */
export interface ShapleyPair {
  readonly table: MixingTable;
  readonly candidate: ShapleyValues;
  readonly champion: ShapleyValues | null;
  /** The first rows, which are a sample; those behind them were asked for by name. */
  readonly rows: number;
  readonly confidence: number;
}

/** What some features, or groups, do over all sampled rows, ranked. */
export function shapleyFeatures(
  pair: ShapleyPair,
  named: readonly { readonly name: string; readonly place: number }[],
): readonly ShapleyFeature[] {
  const { candidate, champion, rows, confidence } = pair;
  const column = (values: Float64Array, { width }: ShapleyValues, place: number) =>
    Float64Array.from({ length: rows }, (_, row) => values[row * width + place] ?? 0);
  const differences = named.map(({ place }) => {
    if (champion === null) return null;
    const theirs = column(champion.sizes, champion, place);
    return meanOf(column(candidate.sizes, candidate, place).map((size, row) => size - (theirs[row] ?? 0)));
  });
  const changes = changesOf(differences, confidence);
  const features = named.map(({ name, place }, index): ShapleyFeature => {
    const importance = (model: ShapleyValues): ShapleyImportance => {
      const { value, standardError, low, high } = estimateOf(meanOf(column(model.sizes, model, place)), confidence);
      return {
        // Chance may take a mean size below 0, where no size is.
        importance: { value: Math.max(0, value), standardError, low: Math.max(0, low), high: Math.max(0, high) },
        isUsed: model.isUsed[place] ?? false,
        direction: directionOf(pair.table, { place, values: column(model.values, model, place) }),
      };
    };
    const agreement =
      champion && correlation(column(candidate.values, candidate, place), column(champion.values, champion, place));
    return {
      name: name.slice(0, 200),
      candidate: importance(candidate),
      champion: champion && importance(champion),
      difference: changes[index] ?? null,
      agreement,
      isFlipped: agreement !== null && upperBound(agreement, pair) < 0,
    };
  });
  const size = ({ candidate, champion }: ShapleyFeature) =>
    Math.max(candidate.importance.value, champion?.importance.value ?? 0);
  return ranked(features, { importance: size, confidence });
}

/** One row's contributions, the largest first. */
export function localExplanation(
  pair: ShapleyPair,
  options: { readonly place: number; readonly name: string; readonly explainedClass: string | null },
): LocalExplanation {
  const { table, candidate, champion } = pair;
  const { place, name, explainedClass } = options;
  const of = (model: ShapleyValues, player: number) => {
    const at = place * model.width + player;
    const [value, standardError, degrees] = [model.values[at], model.standardErrors[at], model.degrees[at]];
    return estimateOf({ value: value ?? 0, standardError: standardError ?? 0, degrees: degrees ?? 1 }, pair.confidence);
  };
  const contributions = table.players.map((player, index) => ({
    name: player.name.slice(0, 200),
    candidate: of(candidate, index),
    champion: champion && of(champion, index),
  }));
  const size = ({ candidate, champion }: (typeof contributions)[number]) =>
    Math.max(Math.abs(candidate.value), Math.abs(champion?.value ?? 0));
  return {
    row: name.slice(0, 200),
    explainedClass: explainedClass?.slice(0, 200) ?? null,
    candidateAnswer: candidate.answers[place] ?? 0,
    championAnswer: champion === null ? null : (champion.answers[place] ?? 0),
    contributions: contributions.sort((a, b) => size(b) - size(a)).slice(0, mostFeatures),
    omitted: Math.max(0, contributions.length - mostFeatures),
  };
}

/** The upper bound of a correlation (Fisher's z). */
function upperBound(agreement: number, { rows, confidence }: ShapleyPair): number {
  if (rows < 4) return 1;
  return Math.tanh(Math.atanh(agreement) + normalQuantile((1 + confidence) / 2) / Math.sqrt(rows - 3));
}

function directionOf(
  table: MixingTable,
  { place, values }: { readonly place: number; readonly values: Float64Array },
): number | null {
  const column = table.players[place]?.columns
    .map((index) => table.columns[index])
    .find((one) => one?.kind === 'number');
  if (column?.kind !== 'number') return null;
  const known = Array.from(values.keys()).filter(
    (row) => hasValue(column.valid, row) && Number.isFinite(column.values[row]),
  );
  return correlation(
    Float64Array.from(known, (row) => column.values[row] ?? 0),
    Float64Array.from(known, (row) => values[row] ?? 0),
  );
}
