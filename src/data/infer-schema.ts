import { Document, isMap, isScalar, YAMLMap } from 'yaml';
import { percentText } from './check.ts';
import type { Column } from './column.ts';
import {
  type ColumnProfile,
  distinctCount,
  isNumberProfile,
  type NumberProfile,
  type Profile,
  type StringProfile,
  standardDeviation,
} from './profile-document.ts';
import type { ColumnSchema } from './validation/column-schema.ts';
import { shownValue } from './validation/shown-value.ts';
import { timeOfSeconds } from './validation/time-text.ts';

/** Texts with at most so many different values, each of them seen often, become `one-of`. */
const mostCategories = 20;

/**
 * A first schema for data that are as they should be: types, missing values, signs and small sets of categories. It says
 * only what is likely to hold for the next data too; a comment above each column says what was seen, for a person who
 * tightens it. The same data give the same text.
 */
export function inferSchema(options: {
  readonly profile: Profile;
  readonly columns: readonly Column[];
  /** The column that a model foretells: no other may give it away. */
  readonly target?: string;
  /** Files whose rows may not occur in the data. */
  readonly holdout?: readonly string[];
}): string {
  const { profile, target, holdout } = options;
  const document = new Document();
  const columns = new YAMLMap<unknown, unknown>();
  for (const column of profile.columns.filter(({ name }) => isNameable(name)))
    columns.add(columnPair({ document, profile: column, columns: options.columns }));
  const contents: unknown = document.createNode({
    version: 1,
    // Data without rows say nothing of what the next will hold.
    ...(profile.rows > 0 && { rows: { min: Math.max(1, Math.floor(profile.rows / 2)) } }),
    'other-columns': 'warn',
    columns: {},
    ...(target !== undefined && { leakage: { target } }),
    ...(holdout !== undefined && holdout.length > 0 && { overlap: [{ with: holdout }] }),
  });
  if (isMap(contents)) {
    contents.set('columns', columns);
    document.contents = contents;
  }
  const isNameless = columns.items.length < profile.columns.length;
  document.commentBefore = [
    ` What the data must look like: inferred from ${profile.rows} rows that were there, to be reviewed by a person.`,
    ' The comments say what was seen; only the rules are checked. All rules: docs/validation.md of Siskin.',
    ...(isNameless ? [' The column __proto__ is left out: a schema cannot name it.'] : []),
  ].join('\n');
  return document.toString({ lineWidth: 120 });
}

/** Whether a schema can name a column: no YAML of ours may hold the key that would change what an object is. */
export function isNameable(column: string): boolean {
  return column !== '__proto__';
}

/** A column as an entry of `columns`, with a comment that says what was seen. */
export function columnPair(options: {
  readonly document: Document;
  readonly profile: ColumnProfile;
  readonly columns: readonly Column[];
}) {
  const { document, profile, columns } = options;
  const type = columns.find(({ name }) => name === profile.name)?.type ?? '';
  const pair = document.createPair(document.createNode(profile.name), inferColumn(profile, type));
  if (isScalar(pair.key)) pair.key.commentBefore = ` ${seen(profile)}`;
  return pair;
}

function inferColumn(profile: ColumnProfile, type: string): Partial<ColumnSchema> {
  const nullable = profile.nulls > 0 || profile.count === 0 ? {} : { nullable: false };
  if (isNumberProfile(profile)) {
    if (profile.kind !== 'number') return { type: profile.kind, ...nullable };
    const isWhole = /INT/.test(type);
    const isNeverNegative =
      profile.extremes !== null && profile.extremes.min >= 0 && profile.negativeInfinite === 0 && profile.nan === 0;
    return { type: isWhole ? 'integer' : 'number', ...nullable, ...(isNeverNegative && { min: 0 }) };
  }
  if (profile.kind === 'embedding') return nullable;
  return { type: 'text', ...nullable, ...(isSet(profile) && { 'one-of': labels(profile) }) };
}

function isSet({ categories, folded }: StringProfile): boolean {
  if (categories.kind !== 'listed' || folded !== undefined) return false;
  const { values } = categories;
  return values.length > 0 && values.length <= mostCategories && values.every(([, count]) => count >= 10);
}

function labels({ categories }: StringProfile): string[] {
  return categories.kind === 'listed' ? categories.values.map(([label]) => label).sort() : [];
}

/** What was seen of a column, in one line without line breaks. */
function seen(profile: ColumnProfile): string {
  const rows = profile.nulls + profile.count + others(profile);
  const missing =
    profile.nulls === 0 ? 'none missing' : `${rows === 0 ? 'all' : percentText(profile.nulls / rows)} missing`;
  return [missing, ...details(profile)].join('; ');
}

function others(profile: ColumnProfile): number {
  if (isNumberProfile(profile)) return profile.nan + profile.positiveInfinite + profile.negativeInfinite;
  return profile.kind === 'embedding' ? profile.nonFinite : 0;
}

function details(profile: ColumnProfile): readonly string[] {
  if (profile.kind === 'embedding') return [`vectors of ${profile.dimension} numbers`];
  const different = `${distinctCount(profile)} different`;
  if (isNumberProfile(profile))
    return [...rangeSeen(profile), ...(profile.kind === 'boolean' ? [] : [`about ${different}`])];
  const { extremes } = profile.lengths;
  const lengths = extremes === null ? [] : [`${extremes.min} to ${extremes.max} characters`];
  if (!isSet(profile) || profile.categories.kind !== 'listed') return [different, ...lengths];
  const top = profile.categories.values.slice(0, 5);
  const shares = top.map(([label, count]) => `${shownValue(label)} ${percentText(count / profile.count)}`);
  return [different, shares.join(', ')];
}

function rangeSeen(profile: NumberProfile): readonly string[] {
  const { extremes, moments, kind } = profile;
  if (extremes === null) return ['no numbers'];
  if (kind === 'boolean') return [`${percentText(moments?.mean ?? 0)} true`];
  if (kind === 'timestamp') return [`${timeOfSeconds(extremes.min)} to ${timeOfSeconds(extremes.max)}`];
  const short = (value: number) => String(Number(value.toPrecision(6)));
  const spread = standardDeviation(profile);
  const mean = moments === null || spread === null ? [] : [`mean ${short(moments.mean)} ± ${short(spread)}`];
  const special = others(profile) === 0 ? [] : [`${others(profile)} NaN or infinite`];
  return [`${short(extremes.min)} to ${short(extremes.max)}`, ...mean, ...special];
}
