import { stringify } from 'yaml';
import type { Column } from './column.ts';
import type { ColumnProfile, Profile } from './profile-document.ts';
import type { ColumnSchema } from './schema.ts';

/** Texts with at most so many different values, each of them seen often, become `one-of`. */
const mostCategories = 20;

/**
 * A first schema for data that are as they should be: types, missing values, signs and small sets of categories. It says
 * only what is likely to hold for the next data too; bounds are for people to tighten.
 */
export function inferSchema(options: { readonly profile: Profile; readonly columns: readonly Column[] }): string {
  const types = new Map(options.columns.map((column) => [column.name, column.type]));
  const columns = options.profile.columns.map((column) => [
    column.name,
    inferColumn(column, types.get(column.name) ?? ''),
  ]);
  const document = {
    version: 1,
    rows: { min: Math.max(1, Math.floor(options.profile.rows / 2)) },
    columns: Object.fromEntries(columns),
  };
  return [
    '# What the data must look like: inferred from data that were there, to be reviewed and tightened by a person.',
    '# Rules per column: type, required, nullable, min, max, pattern, one-of, unique.',
    stringify(document, { lineWidth: 120 }),
  ].join('\n');
}

function inferColumn(profile: ColumnProfile, type: string): Partial<ColumnSchema> {
  const nullable = profile.nulls > 0 ? {} : { nullable: false };
  // Vectors are neither of the types that a schema knows.
  if (profile.kind === 'embedding') return nullable;
  if (profile.kind !== 'string') {
    if (profile.kind !== 'number') return { type: profile.kind, ...nullable };
    const isWhole = /INT/.test(type);
    const isNeverNegative = profile.extremes !== null && profile.extremes.min >= 0 && profile.negativeInfinite === 0;
    return { type: isWhole ? 'integer' : 'number', ...nullable, ...(isNeverNegative && { min: 0 }) };
  }
  const { categories } = profile;
  const isSet =
    categories.kind === 'listed' &&
    categories.values.length > 0 &&
    categories.values.length <= mostCategories &&
    categories.values.every(([, count]) => count >= 10);
  return { type: 'text', ...nullable, ...(isSet && { 'one-of': categories.values.map(([label]) => label).sort() }) };
}
