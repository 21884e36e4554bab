import type {
  Change,
  ExplanationReport,
  PermutedFeature,
  ShapleyFeature,
} from '../evaluate/explanation/explanation-report.ts';
import {
  count,
  counted,
  decimalsFor,
  fixed,
  percent,
  probability,
  signedWithInterval,
  significant,
  withInterval,
} from './number.ts';
import type { Scope } from './report/element.ts';
import { barPlot } from './report/plot/interval.ts';
import { shareBar } from './sparkline.ts';
import type { Cell, WordTable } from './word-table.ts';

type Permutation = Extract<NonNullable<ExplanationReport['permutation']>, { kind: 'value' }>;
type Shapley = Extract<NonNullable<ExplanationReport['shapley']>, { kind: 'value' }>;

/** The features whose importance changed beyond chance, by name. */
export function changedFeatures({ confidence, permutation, shapley }: ExplanationReport): readonly string[] {
  const all = [
    ...(permutation?.kind === 'value' ? permutation.features : []),
    ...(shapley?.kind === 'value' ? shapley.features : []),
  ];
  return [...new Set(all.flatMap(({ name, difference }) => (isSure(difference, confidence) ? [name] : [])))];
}

/** `2 of 5 features matter otherwise than before`. */
export function explanationSummary(report: ExplanationReport): string {
  if (report.championAbsence !== null) return `${counted(report.features, 'feature')}, nothing to compare with`;
  const { length } = changedFeatures(report);
  return length === 0
    ? `none of ${counted(report.features, 'feature')} matters otherwise than before`
    : `${length} of ${counted(report.features, 'feature')} ${length === 1 ? 'matters' : 'matter'} otherwise than before`;
}

/** What the models lose without each feature. With a scope it has plots, else bars of marks. */
export function permutationTable(report: ExplanationReport, found: Permutation, scope: Scope | null): WordTable {
  const entries = [...found.features, ...found.groups];
  const range = rangeOf(entries.flatMap(({ candidate, champion }) => [candidate, champion]));
  return {
    caption: 'What the models lose without each feature',
    things: 'features',
    columns: [
      { title: 'feature', kind: 'name' },
      { title: 'reading', kind: 'words' },
      { title: `${found.loss} lost without it`, kind: scope === null ? 'words' : 'plot' },
      { title: 'champion', kind: 'number' },
      { title: 'candidate', kind: 'number' },
      { title: 'difference', kind: 'number' },
    ],
    rows: entries.map((entry, index) => [
      { name: entry.name },
      reading(entry, report.confidence),
      bars(scope, { entry, index, range, kind: 'permutation' }),
      entry.champion === null ? '—' : withError(entry.champion),
      withError(entry.candidate),
      entry.difference === null ? '—' : signedWithInterval(entry.difference),
    ]),
  };
}

/** How far each feature moves the answers. With a scope it has plots, else bars of marks. */
export function shapleyTable(report: ExplanationReport, found: Shapley, scope: Scope | null): WordTable {
  const entries = [...found.features, ...found.groups];
  const range = rangeOf(
    entries.flatMap(({ candidate, champion }) => [candidate.importance, champion?.importance ?? null]),
  );
  return {
    caption: 'How far each feature moves the answers',
    things: 'features',
    columns: [
      { title: 'feature', kind: 'name' },
      { title: 'reading', kind: 'words' },
      { title: 'mean Shapley value, absolute', kind: scope === null ? 'words' : 'plot' },
      { title: 'champion', kind: 'number' },
      { title: 'candidate', kind: 'number' },
      { title: 'difference', kind: 'number' },
      { title: 'more of it … the answer', kind: 'words' },
    ],
    rows: entries.map((entry, index) => [
      { name: entry.name },
      entry.isFlipped ? { word: 'turned round', tone: 'warn' } : reading(entry, report.confidence),
      bars(scope, {
        entry: {
          name: entry.name,
          candidate: entry.candidate.importance,
          champion: entry.champion?.importance ?? null,
        },
        index,
        range,
        kind: 'shapley',
      }),
      entry.champion === null ? '—' : withError(entry.champion.importance),
      withError(entry.candidate.importance),
      entry.difference === null ? '—' : signedWithInterval(entry.difference),
      directionWords(entry),
    ]),
  };
}

/** How it was measured, and what a reader should know. */
export function explanationNotes(report: ExplanationReport): readonly string[] {
  const { permutation, shapley, notes, championAbsence, ofRows, modelRows } = report;
  const how: string[] = [];
  if (permutation?.kind === 'value') {
    how.push(
      `Permutation importance: the increase of the mean loss when the values of a feature are exchanged between rows, ${counted(permutation.permutations, 'time')} on ${count(permutation.rows)} of ${counted(ofRows, 'row')}.`,
    );
  } else if (permutation !== undefined) how.push(`No permutation importance: ${permutation.reason}`);
  if (shapley?.kind === 'value') {
    how.push(
      `Shapley values of ${count(shapley.rows)} rows against ${count(shapley.background)} others, sampled over ${count(shapley.permutations)} orders of the features; they add up to the answer to within ${significant(shapley.efficiencyGap, 2)}.`,
    );
  } else if (shapley !== undefined) how.push(`No Shapley values: ${shapley.reason}`);
  how.push(
    `Intervals are at ${percent(report.confidence)}; a change is called one when its q-value (Benjamini–Hochberg over the features) is at most ${fixed(1 - report.confidence, 2)}. It decides nothing. The models were asked for ${counted(modelRows.asked, 'row')}.`,
  );
  return [...how, ...(championAbsence === null ? [] : [championAbsence]), ...notes];
}

interface Drawn {
  readonly entry: Pick<PermutedFeature, 'name' | 'candidate' | 'champion'>;
  readonly index: number;
  readonly range: readonly [number, number];
  readonly kind: 'permutation' | 'shapley';
}

function bars(scope: Scope | null, { entry, index, range, kind }: Drawn): Cell {
  const { name, candidate, champion } = entry;
  if (scope === null) return shareBar(candidate.value / range[1]);
  return {
    plot: barPlot({
      id: `${scope.prefix}${kind}-${index}`,
      title: `${name}: importance`,
      description: `Candidate ${withInterval(candidate)}${champion === null ? '' : `, champion ${withInterval(champion)}`}.`,
      candidate,
      champion,
      range,
    }),
  };
}

/** `0.051 ± 0.004`: the standard error says how far to believe it. */
function withError({ value, standardError }: { readonly value: number; readonly standardError: number }): string {
  return standardError === 0
    ? significant(value, 3)
    : `${fixed(value, decimalsFor(standardError))} ± ${significant(standardError, 2)}`;
}

function reading(entry: { readonly difference: Change | null }, confidence: number): Cell {
  const { difference } = entry;
  if (difference === null) return '—';
  if (!isSure(difference, confidence)) return { word: 'no change shown', tone: 'open' };
  const word = difference.value > 0 ? 'matters more' : 'matters less';
  return { word: `${word}, q ${probability(difference.qValue)}`, tone: 'warn' };
}

function isSure(difference: Change | null, confidence: number): boolean {
  return difference !== null && difference.qValue <= 1 - confidence;
}

function directionWords({ candidate, champion }: ShapleyFeature): string {
  const words = (direction: number | null | undefined) => {
    if (direction == null) return '—';
    return Math.abs(direction) < 0.1 ? 'no one way' : direction > 0 ? 'raises' : 'lowers';
  };
  const now = candidate.isUsed ? words(candidate.direction) : 'is not used';
  if (champion === null) return now;
  const before = champion.isUsed ? words(champion.direction) : 'was not used';
  return before === now ? now : `${before} → ${now}`;
}

/** One axis for all rows, so that bars can be compared. */
function rangeOf(
  entries: readonly ({ readonly low: number; readonly high: number } | null)[],
): readonly [number, number] {
  const known = entries.flatMap((entry) => entry ?? []);
  return [
    known.reduce((least, { low }) => Math.min(least, low), 0),
    known.reduce((most, { high }) => Math.max(most, high), 0) || 1,
  ];
}
