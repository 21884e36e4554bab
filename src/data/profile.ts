import { byFrequency, type CategoryCounts, categoryLimit, frequentIn, frequentShare } from './category-counts.ts';
import { type Column, quoted } from './column.ts';
import type { Dataset } from './dataset.ts';
import { registers } from './distinct.ts';
import { embeddingSummary } from './embedding-summary.ts';
import { histogramOf } from './histogram.ts';
import { numberKernel } from './number-kernel.ts';
import { type NumberSummary, numberSummary } from './number-summary.ts';
import { type ColumnProfile, type Profile, profileSchema, type StringProfile } from './profile-document.ts';

/** How far a profile has come. Cells are rows times columns. */
export interface ProfileProgress {
  readonly doneCells: number;
  readonly totalCells: number;
}

/** Profiles a dataset: one scan of all numbers, booleans and times, and one of each column of texts or vectors. Memory is bounded. */
export async function profileDataset(
  dataset: Dataset,
  onProgress: (progress: ProfileProgress) => void = () => {},
): Promise<Profile> {
  const totalCells = dataset.rows * dataset.columns.length;
  let doneCells = 0;
  const advance = (cells: number) => {
    doneCells += cells;
    onProgress({ doneCells, totalCells });
  };
  const profiles = new Map<string, ColumnProfile>();
  for (const profile of await numberProfiles(dataset, advance)) profiles.set(profile.name, profile);
  for (const column of dataset.columns.filter(({ kind }) => kind === 'string')) {
    profiles.set(column.name, await stringProfile(dataset, column));
    advance(dataset.rows);
  }
  for (const column of dataset.columns.filter(({ kind }) => kind === 'embedding')) {
    profiles.set(column.name, await embeddingProfile(dataset, column));
    advance(dataset.rows);
  }
  const columns = dataset.columns.flatMap(({ name }) => profiles.get(name) ?? []);
  return { schema: profileSchema, rows: dataset.rows, columns };
}

async function numberProfiles(dataset: Dataset, advance: (cells: number) => void): Promise<readonly ColumnProfile[]> {
  const summaries: {
    readonly name: string;
    readonly kind: 'number' | 'boolean' | 'timestamp';
    readonly summary: NumberSummary;
  }[] = [];
  const kernel = numberKernel();
  for (const { name, kind } of dataset.columns) {
    if (kind !== 'string' && kind !== 'embedding') summaries.push({ name, kind, summary: numberSummary(kernel) });
  }
  if (summaries.length === 0) return [];
  await dataset.scanNumbers({
    columns: summaries.map(({ name }) => name),
    onChunk({ firstRow, rows, columns }) {
      for (const [index, column] of columns.entries()) {
        if (column.kind === 'number') summaries[index]?.summary.add(column.values, column.valid, firstRow);
      }
      advance(rows * columns.length);
    },
  });
  return summaries.map(({ name, kind, summary }) => summary.finish(name, kind));
}

/** Texts beyond 50 characters are known by their beginning and a hash, so that a document stays small. */
async function stringProfile(dataset: Dataset, column: Column): Promise<StringProfile> {
  const text = `${quoted(column.name)}::VARCHAR`;
  await dataset.query(
    `CREATE OR REPLACE TEMP TABLE texts AS SELECT CASE WHEN length(t) > 50 THEN left(t, 36) || '…' || left(md5(t), 12)
       ELSE t END AS label, any_value(length(t)) AS length, sum(n) AS n FROM (SELECT ${text} AS t, count(*) AS n FROM data GROUP BY 1) GROUP BY 1`,
  );
  const [totals] = await dataset.query(
    `SELECT coalesce(sum(n) FILTER (label IS NULL), 0)::DOUBLE AS nulls, count(label)::DOUBLE AS labels FROM texts`,
  );
  const nulls = Number(totals?.['nulls']);
  const isListed = Number(totals?.['labels']) <= categoryLimit;
  const count = dataset.rows - nulls;
  const counted = await dataset.query(
    `SELECT label, n::DOUBLE AS n FROM texts WHERE label IS NOT NULL ${isListed ? '' : `AND n * ${frequentShare} >= ${count}`}`,
  );
  const values = counted.map(({ label, n }): [string, number] => [String(label), Number(n)]).sort(byFrequency);
  const categories = isListed ? { kind: 'listed' as const, values } : await hashedCounts(dataset, values);
  const lengths = await textLengths(dataset);
  await dataset.query('DROP TABLE texts');
  return { name: column.name, kind: 'string', nulls, count, categories, lengths };
}

async function textLengths(dataset: Dataset): Promise<StringProfile['lengths']> {
  const rows = await dataset.query(
    'SELECT length, sum(n)::DOUBLE AS n FROM texts WHERE label IS NOT NULL GROUP BY length ORDER BY length',
  );
  const counted = rows.map(({ length, n }) => [Number(length), Number(n)] as const);
  const [least, most] = [counted[0]?.[0], counted.at(-1)?.[0]];
  return {
    extremes: least === undefined || most === undefined ? null : { min: least, max: most },
    total: counted.reduce((sum, [length, n]) => sum + length * n, 0),
    histogram: histogramOf(counted),
  };
}

async function embeddingProfile(dataset: Dataset, column: Column): Promise<ColumnProfile> {
  const summary = embeddingSummary(column.embedding?.dimension ?? 1);
  await dataset.streamVectors({ columns: [column.name], onChunk: ([chunk]) => chunk && summary.add(chunk) });
  return summary.finish(column.name);
}

/** The same buckets and ranks as hashOf() of category-counts.ts, computed where the texts are. */
async function hashedCounts(dataset: Dataset, frequent: readonly [string, number][]): Promise<CategoryCounts> {
  const rows = await dataset.query(
    `SELECT bucket, sum(n)::DOUBLE AS n, max(33 - CASE WHEN tail = 0 THEN 0 ELSE length(bin(tail)) END)::INTEGER AS rank FROM (
       SELECT ('0x' || hash[1:3])::INTEGER >> 2 AS bucket, ('0x' || hash[4:11])::UBIGINT AS tail, n FROM (
         SELECT md5(label) AS hash, n FROM texts WHERE label IS NOT NULL)) GROUP BY bucket`,
  );
  const buckets = new Array<number>(registers).fill(0);
  const ranks = new Array<number>(registers).fill(0);
  for (const { bucket, n, rank } of rows) {
    buckets[Number(bucket)] = Number(n);
    ranks[Number(bucket)] = Number(rank);
  }
  const names = frequentIn(
    { buckets },
    frequent.map(([label]) => label),
  );
  return { kind: 'hashed', buckets, ranks, frequent: names };
}
