import { AppError } from '../../error.ts';
import { byFrequency, type CategoryCounts, categoryLimit, frequentIn } from '../category-counts.ts';
import { registers, sketchText } from '../distinct.ts';
import { histogramOf, packedHistogram } from '../histogram.ts';
import type { ColumnProfile, NumberProfile, Profile, StringProfile } from '../profile-document.ts';
import { Profile as ProfileSchema, profileSchema } from '../profile-document.ts';
import type { SqlColumn } from './profile-query.ts';

/** A row of the result of profileQuery(), as text. */
export interface SqlRow {
  readonly col: string;
  readonly part: string;
  readonly item: string;
  readonly value: string;
}

/** The profile that the rows of profileQuery() tell, for the columns it was made for. Throws `bad-input` for other rows. */
export function profileOfRows(rows: readonly SqlRow[], columns: readonly SqlColumn[]): Profile {
  const byColumn = new Map<number, SqlRow[]>();
  for (const row of rows) {
    const at = whole(row.col, -1);
    if (at >= columns.length) throw unexpected(`a column number ${at} of ${columns.length}`);
    const known = byColumn.get(at) ?? [];
    known.push(row);
    byColumn.set(at, known);
  }
  const total = byColumn.get(-1)?.find(({ part }) => part === 'rows');
  if (total === undefined) throw unexpected('no number of rows');
  const profile = {
    schema: profileSchema,
    rows: whole(total.value),
    columns: columns.map((column, at): ColumnProfile => {
      const own = parts(byColumn.get(at) ?? []);
      return column.kind === 'string' ? textColumn(column.name, own) : numberColumn(column.name, column.kind, own);
    }),
  };
  const parsed = ProfileSchema.safeParse(profile);
  if (parsed.success) return parsed.data;
  throw unexpected(`${parsed.error.issues[0]?.message} at ${parsed.error.issues[0]?.path.map(String).join('.')}`);
}

type Parts = ReadonlyMap<string, readonly SqlRow[]>;

function parts(rows: readonly SqlRow[]): Parts {
  const found = new Map<string, SqlRow[]>();
  for (const row of rows) found.set(row.part, [...(found.get(row.part) ?? []), row]);
  return found;
}

function numberColumn(name: string, kind: NumberProfile['kind'], own: Parts): NumberProfile {
  const summary = own.get('numbers')?.[0]?.value.split('|') ?? [];
  if (summary.length !== 9) throw unexpected(`no numbers of column ${name}`);
  const [
    nulls = '',
    nan = '',
    positive = '',
    negative = '',
    counted = '',
    min = '',
    max = '',
    mean = '',
    squares = '',
  ] = summary;
  const count = whole(counted, 0);
  const bins = (own.get('bin') ?? []).map(({ item, value }) => {
    const [bits = '', key = ''] = item.split(':');
    return { bits: whole(bits, 0), key: whole(key, Number.MIN_SAFE_INTEGER), count: whole(value) };
  });
  const bits = bins[0]?.bits ?? 20;
  if (bins.some((bin) => bin.bits !== bits)) throw unexpected(`two grids of column ${name}`);
  const sketch = new Uint8Array(registers);
  for (const { item, value } of own.get('register') ?? []) sketch[whole(item)] = Math.clz32(whole(value)) + 1;
  return {
    name,
    kind,
    nulls: whole(nulls || '0'),
    nan: whole(nan || '0'),
    positiveInfinite: whole(positive || '0'),
    negativeInfinite: whole(negative || '0'),
    count,
    extremes: count > 0 ? { min: decimal(min), max: decimal(max) } : null,
    moments: mean === '' || squares === '' ? null : { mean: decimal(mean), squares: Math.max(0, decimal(squares)) },
    histogram: packedHistogram({ bits, bins: bins.sort((a, b) => a.key - b.key) }),
    distinct: sketchText(sketch),
  };
}

function textColumn(name: string, own: Parts): StringProfile {
  const labels = whole(own.get('labels')?.[0]?.value ?? '');
  const values = (own.get('text') ?? [])
    .map(({ item, value }): [string, number] => [item, whole(value)])
    .sort(byFrequency);
  const lengths = (own.get('length') ?? []).map(({ item, value }) => [whole(item), whole(value)] as const);
  const sizes = lengths.map(([length]) => length);
  const count = lengths.reduce((sum, [, n]) => sum + n, 0);
  return {
    name,
    kind: 'string',
    nulls: whole(own.get('nulls')?.[0]?.value ?? '0'),
    count,
    categories: labels <= categoryLimit ? { kind: 'listed', values } : hashedCounts(own, values),
    lengths: {
      extremes: count === 0 ? null : { min: Math.min(...sizes), max: Math.max(...sizes) },
      total: lengths.reduce((sum, [length, n]) => sum + length * n, 0),
      histogram: histogramOf(lengths),
    },
  };
}

/** Of a hash the engine gives the first twelve bits, of which ten count, and the least of the 32 bits after them. */
function hashedCounts(own: Parts, values: readonly [string, number][]): CategoryCounts {
  const buckets = new Array<number>(registers).fill(0);
  const ranks = new Array<number>(registers).fill(0);
  for (const { item, value } of own.get('bucket') ?? []) {
    const [counted = '', tail = ''] = value.split(' ');
    const bucket = Number.parseInt(item, 16) >> 2;
    buckets[bucket] = (buckets[bucket] ?? 0) + whole(counted);
    ranks[bucket] = Math.max(ranks[bucket] ?? 0, Math.clz32(Number.parseInt(tail, 16)) + 1);
  }
  return {
    kind: 'hashed',
    buckets,
    ranks,
    frequent: frequentIn(
      { buckets },
      values.map(([label]) => label),
    ),
  };
}

function whole(text: string, least = 0): number {
  const value = Number(text);
  // Engines write a sum of whole numbers as 5, as 5.0 or as 5E0.
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < least)
    throw unexpected(`${JSON.stringify(text)} for a whole number`);
  return value;
}

function decimal(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || Number.isNaN(value)) throw unexpected(`${JSON.stringify(text)} for a number`);
  return value;
}

function unexpected(found: string): AppError {
  return new AppError(
    'bad-input',
    `expected the rows of a query that \`siskin profile --emit sql\` printed, found ${found.slice(0, 300)}; run the query again and give the same columns`,
  );
}
