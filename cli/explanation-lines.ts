import type {
  Change,
  Estimate,
  ExplanationReport,
  LocalExplanation,
  PermutedFeature,
  ShapleyFeature,
} from '../src/evaluate/explanation/explanation-report.ts';
import { count, counted, decimalsFor, fixed, signed } from '../src/render/number.ts';
import { shownText } from './shown-text.ts';

/** An explanation for a terminal: a table for each method, then the rows that were asked for by name. */
export function explanationLines(
  report: ExplanationReport,
  { isCompared }: { readonly isCompared: boolean },
): readonly string[] {
  const { modelRows, championAbsence, notes } = report;
  const absent = isCompared && championAbsence !== null ? [`champion: ${shownText(championAbsence, 500)}`] : [];
  return [
    ...permutationLines(report),
    ...shapleyLines(report),
    ...notes,
    ...absent,
    `${counted(modelRows.asked, 'model row')} asked, at most ${count(modelRows.estimated)} estimated, ${count(modelRows.budget)} allowed`,
  ];
}

function permutationLines({ permutation, confidence }: ExplanationReport): readonly string[] {
  if (permutation === undefined) return [];
  if (permutation.kind !== 'value') return [`permutation importance: ${shownText(permutation.reason, 1000)}`, ''];
  const { loss, rows, permutations, features, groups, omitted } = permutation;
  const cells = (feature: PermutedFeature) => [
    shownText(feature.name, 40),
    estimate(feature.champion),
    estimate(feature.candidate),
    ...change(feature.difference),
  ];
  return [
    `permutation importance: what the models lose in ${loss} without a feature (${counted(rows, 'row')}, ${permutations} rounds, ± standard error)`,
    ...table(['feature', 'champion', 'candidate', 'difference', 'q'], features.map(cells)),
    ...more(omitted),
    ...(groups.length === 0
      ? []
      : ['', ...table(['group', 'champion', 'candidate', 'difference', 'q'], groups.map(cells))]),
    `changed (q up to ${fixed(1 - confidence, 2)}) comes first`,
    '',
  ];
}

const answerWords = {
  prediction: 'the prediction',
  'positive-probability': 'the probability of the positive class',
  'predicted-probability': 'the probability of the class that the candidate predicts',
  label: 'whether the class is predicted',
} as const;

function shapleyLines({ shapley }: ExplanationReport): readonly string[] {
  if (shapley === undefined) return [];
  if (shapley.kind !== 'value') return [`Shapley values: ${shownText(shapley.reason, 1000)}`, ''];
  const { answer, rows, background, features, groups, omitted, locals } = shapley;
  const cells = (feature: ShapleyFeature) => [
    shownText(feature.name, 40),
    feature.champion === null ? '' : used(feature.champion),
    used(feature.candidate),
    ...change(feature.difference),
    remark(feature),
  ];
  const head = ['champion', 'candidate', 'difference', 'q', ''];
  return [
    `Shapley values: how far a feature moves ${answerWords[answer]}, mean size (${counted(rows, 'row')}, ${counted(background, 'background row')}, ± standard error)`,
    ...table(['feature', ...head], features.map(cells)),
    ...more(omitted),
    ...(groups.length === 0 ? [] : ['', ...table(['group', ...head], groups.map(cells))]),
    '',
    ...locals.flatMap(localLines),
  ];
}

function localLines(local: LocalExplanation): readonly string[] {
  const { row, explainedClass, candidateAnswer, championAnswer, contributions, omitted } = local;
  const about = explainedClass === null ? '' : `, class ${shownText(explainedClass, 40)}`;
  const champion = championAnswer === null ? '' : `champion ${fixed(championAnswer, 4)}, `;
  return [
    `row ${shownText(row, 40)}${about}: ${champion}candidate ${fixed(candidateAnswer, 4)}`,
    ...table(
      ['feature', 'champion', 'candidate'],
      contributions.map(({ name, candidate, champion }) => [
        shownText(name, 40),
        champion === null ? '' : contribution(champion),
        contribution(candidate),
      ]),
    ),
    ...more(omitted),
    '',
  ];
}

function remark({ candidate, champion, isFlipped }: ShapleyFeature): string {
  if (champion === null) return candidate.isUsed ? '' : 'not used';
  if (candidate.isUsed !== champion.isUsed) return candidate.isUsed ? 'candidate only' : 'champion only';
  if (!candidate.isUsed) return 'not used';
  return isFlipped ? 'sign flipped' : '';
}

function used({ importance }: ShapleyFeature['candidate']): string {
  return estimate(importance);
}

function contribution({ value, standardError }: Estimate): string {
  const decimals = decimalsFor(standardError);
  return `${signed(value, decimals)} ± ${fixed(standardError, decimals)}`;
}

function estimate(one: Estimate | null): string {
  if (one === null) return '';
  const decimals = decimalsFor(one.standardError);
  return `${fixed(one.value, decimals)} ± ${fixed(one.standardError, decimals)}`;
}

function change(one: Change | null): readonly [string, string] {
  if (one === null) return ['', ''];
  const decimals = decimalsFor(one.standardError);
  const q = one.qValue < 0.001 ? '< 0.001' : fixed(one.qValue, 3);
  return [`${signed(one.value, decimals)} ± ${fixed(one.standardError, decimals)}`, q];
}

function more(omitted: number): readonly string[] {
  return omitted === 0 ? [] : [`… and ${counted(omitted, 'feature')} more`];
}

/** Columns in line; one that is empty in every row is left out. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const kept = head.flatMap((_, column) => (column === 0 || rows.some((row) => row[column] !== '') ? [column] : []));
  const lines = [head, ...rows].map((row) => kept.map((column) => row[column] ?? ''));
  const widths = kept.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines.map((line) =>
    line
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
