import { frequentTexts } from '../src/data/category-counts.ts';
import type { EmbeddingProfile } from '../src/data/embedding-profile.ts';
import { correlation, type PairProfile } from '../src/data/pair-profile.ts';
import {
  type ColumnProfile,
  distinctCount,
  type NumberProfile,
  type Profile,
  profileDigest,
  standardDeviation,
} from '../src/data/profile-document.ts';
import { quantile } from '../src/data/quantile.ts';
import { shortNumber } from '../src/drift/bars.ts';
import { grouped } from './progress.ts';
import { shownText } from './shown-text.ts';

/** A profile as a table for a person: a line per column, and what identifies the profile. */
export function profileTable(options: {
  readonly profile: Profile;
  readonly seconds: number;
  /** Files that were named, and those of them whose profile was known. */
  readonly files: number;
  readonly unread: number;
}): string {
  const { profile, seconds, files, unread } = options;
  const width = Math.min(30, Math.max(6, ...profile.columns.map(({ name }) => name.length)));
  const head = ['column'.padEnd(width), 'kind'.padEnd(9), 'nulls'.padStart(7), 'distinct'.padStart(10), ''].join('  ');
  return [
    `  read     ${grouped(profile.rows)} rows × ${profile.columns.length} columns in ${seconds.toFixed(2)} s${unreadText(files, unread)}`,
    `  ${head.trimEnd()}`,
    ...profile.columns.map((column) => `  ${columnLine({ column, rows: profile.rows, width })}`),
    ...(profile.pairs ?? []).slice(0, shownPairs).map((pair) => `  ${pairLine(pair)}`),
    ...((profile.pairs ?? []).length > shownPairs
      ? [`  … and ${(profile.pairs ?? []).length - shownPairs} more pairs (--json shows them)`]
      : []),
    `  ${profileDigest(profile)}`,
  ].join('\n');
}

const shownPairs = 20;

function unreadText(files: number, unread: number): string {
  if (unread === 0) return '';
  return unread === files ? ' (all files are as they were)' : ` (${unread} of ${files} files are as they were)`;
}

function pairLine(pair: PairProfile): string {
  if (pair.count === 0) return `${shownText(pair.x, 30)} × ${shownText(pair.y, 30)}: never together in a row`;
  const names = `${shownText(pair.x, 30)} × ${shownText(pair.y, 30)}`;
  if (pair.kind === 'numbers') {
    const r = correlation(pair);
    return `${names}: ${r === null ? 'no correlation (one of them does not vary)' : `correlation ${r.toFixed(3)}`}`;
  }
  const cells = pair.table.cells.length;
  return `${names}: ${pair.table.kind === 'listed' ? `${grouped(cells)} combinations` : 'too many combinations to list'}`;
}

function columnLine(options: {
  readonly column: ColumnProfile;
  readonly rows: number;
  readonly width: number;
}): string {
  const { column, rows, width } = options;
  const distinct = distinctCount(column);
  const nulls = rows === 0 ? '–' : `${Number(((100 * column.nulls) / rows).toPrecision(3))} %`;
  return [
    shownText(column.name, width).padEnd(width),
    column.kind.padEnd(9),
    nulls.padStart(7),
    (distinct === null ? '–' : grouped(distinct)).padStart(10),
    summary(column),
  ].join('  ');
}

function summary(column: ColumnProfile): string {
  if (column.kind === 'string') {
    const top = frequentTexts(column.categories).slice(0, 3);
    const isEstimate = column.categories.kind === 'hashed';
    const shown = top.map(
      ([label, count]) => `${shownText(label, 20)} ${isEstimate ? '≈ ' : ''}${percent(count / column.count)}`,
    );
    const { folded } = column;
    const rare =
      folded === undefined ? [] : [`${grouped(folded.texts)} rare ones ${percent(folded.rows / column.count)}`];
    return [...shown, ...rare].join(', ');
  }
  if (column.kind === 'embedding') return vectorSummary(column);
  if (column.extremes === null) return 'no numbers';
  const { min, max } = column.extremes;
  if (column.kind === 'boolean') return `true ${percent(column.moments?.mean ?? Number.NaN)}`;
  if (column.kind === 'timestamp') return `${timeText(min)} … ${timeText(max)}`;
  const special = column.nan + column.positiveInfinite + column.negativeInfinite;
  const others = special === 0 ? '' : `, ${grouped(special)} NaN or infinite`;
  return `${shortNumber(min)} … ${shortNumber(max)}, median ${medianText(column)}${meanText(column)}${others}`;
}

/** Nothing where the moments are not known: they were redacted, or their sums left the range of numbers. */
function meanText(column: NumberProfile): string {
  const deviation = standardDeviation(column);
  if (column.moments === null || deviation === null) return '';
  return `, mean ${shortNumber(column.moments.mean)} ± ${shortNumber(deviation)}`;
}

function medianText(column: NumberProfile): string {
  const median = quantile(column, 0.5);
  return median === null ? '–' : shortNumber(median.value);
}

function vectorSummary({ dimension, norms, nonFinite }: EmbeddingProfile): string {
  const others = nonFinite === 0 ? '' : `, ${grouped(nonFinite)} with NaN or infinite`;
  if (norms.extremes === null) return `no vectors of ${dimension} numbers${others}`;
  return `${dimension} numbers, length ${shortNumber(norms.extremes.min)} … ${shortNumber(norms.extremes.max)}${others}`;
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}

/** Years beyond those that Date knows are shown as seconds. */
function timeText(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? `${seconds} s` : date.toISOString().slice(0, 16).replace('T', ' ');
}
