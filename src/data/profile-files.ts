import { canonicalJson, type Digest, digestOf } from '../digest.ts';
import { AppError } from '../error.ts';
import type { Dataset, DatasetOptions } from './dataset.ts';
import { openDataset } from './dataset.ts';
import { fileBatches } from './file-batches.ts';
import { fileStamp } from './file-stamp.ts';
import { emptyHistogram } from './histogram.ts';
import { inspectFile } from './inspect-file.ts';
import { mergeProfiles } from './merge-profiles.ts';
import type { ReadingOptions } from './open-table.ts';
import { type PairRequest, profilePairs } from './pair-scan.ts';
import { partitionsOf, partitionTypes } from './partitions.ts';
import { type ProfileProgress, profileDataset } from './profile.ts';
import type { ProfileCache } from './profile-cache.ts';
import { type ColumnProfile, type Profile, profileSchema, valueCount } from './profile-document.ts';
import { type SourceFile, sourceFiles } from './source-file.ts';

/** Files with what identifies their content. */
export interface IdentifiedFiles {
  readonly files: Dataset['files'];
  /** Of the sorted digests of the files: as that of a Dataset. */
  readonly digest: Digest;
  /** Types of partition columns, by the values of all files that were named. */
  readonly partitionTypes: ReadonlyMap<string, string>;
}

/** Every `count`-th file in the order of paths, from that of `index` (from 1) on. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** What to profile, and where profiles of unchanged files may be. */
export interface ProfileFilesOptions extends Omit<DatasetOptions, 'related'> {
  readonly cache: ProfileCache;
  readonly pairs?: PairRequest | undefined;
  readonly shard?: Shard | null;
  readonly onProgress?: (progress: ProfileProgress) => void;
}

/** A profile and how it came about. */
export interface ProfiledFiles {
  readonly profile: Profile;
  readonly digest: Digest;
  readonly files: number;
  /** Files whose profiles were known. */
  readonly unread: number;
}

/** Finds data files and their digests; a file is read only where the cache does not know it by its stamp. */
export async function identifyFiles(options: Omit<ProfileFilesOptions, 'pairs'>): Promise<IdentifiedFiles> {
  const files: Dataset['files'][number][] = [];
  const all = sourceFiles(options);
  const { shard } = options;
  const own = shard ? all.filter((_, at) => at % shard.count === shard.index - 1) : all;
  if (own.length === 0) {
    throw new AppError(
      'bad-input',
      `expected at least ${shard?.index} files for shard ${shard?.index} of ${shard?.count}, found ${all.length}; use fewer shards`,
    );
  }
  for (const file of own) files.push({ ...file, digest: await digestOfFile(file, options.cache) });
  return { files, digest: digestOfAll(files), partitionTypes: partitionTypes(all) };
}

/** The digest of a set of files, whatever their names and order. */
export function digestOfAll(files: Dataset['files']): Digest {
  return digestOf(
    files
      .map((file) => file.digest)
      .sort()
      .join('\n'),
  );
}

/**
 * Profiles files one by one, many small ones in batches, and merges what they give, so that the profile of a file that was seen
 * before need not be made again. Each file's types are its own: where files do not agree (a column of numbers here, of other texts there)
 * the column is one of texts, and those files are read once more as texts.
 */
export async function profileFiles(options: ProfileFilesOptions): Promise<ProfiledFiles> {
  return await profileIdentified(await identifyFiles(options), options);
}

/** The same for files whose digests are known. */
export async function profileIdentified(found: IdentifiedFiles, options: ProfileFilesOptions): Promise<ProfiledFiles> {
  const { files, digest, partitionTypes: types } = found;
  const progress = startProgress(files, options.onProgress);
  let unread = 0;
  const profiled: BatchProfile[] = [];
  for (const batch of fileBatches(files)) {
    const one = await profileBatch({ batch, types: {}, partitions: types, options, progress });
    if (one.isKnown) unread += batch.length;
    profiled.push(one);
  }
  const texts = textColumns(profiled);
  const agreeing: BatchProfile[] = [];
  for (const one of profiled) {
    const odd = one.profile.columns.filter((column) => texts.has(column.name) && column.kind !== 'string');
    if (odd.length === 0) {
      agreeing.push(one);
      continue;
    }
    if (one.batch[0]?.format !== 'csv') return { ...(await profileTogether(found, options)), unread: 0 };
    const forced = Object.fromEntries(odd.map(({ name }) => [name, 'VARCHAR']));
    agreeing.push(await profileBatch({ batch: one.batch, types: forced, partitions: types, options, progress }));
  }
  return { profile: merged(agreeing), digest, files: files.length, unread };
}

interface BatchProfile {
  readonly batch: Dataset['files'];
  readonly profile: Profile;
  readonly isKnown: boolean;
}

interface Progress {
  begin(batch: readonly SourceFile[]): (progress: ProfileProgress) => void;
  skip(batch: readonly SourceFile[]): void;
}

async function profileBatch(options: {
  readonly batch: Dataset['files'];
  readonly types: Readonly<Record<string, string>>;
  readonly partitions: ReadonlyMap<string, string>;
  readonly options: ProfileFilesOptions;
  readonly progress: Progress;
}): Promise<BatchProfile> {
  const { batch, types, partitions, options: given, progress } = options;
  const { cache, pairs } = given;
  const reading: ReadingOptions = { csvTypes: given.csvTypes, csv: given.csv, embeddings: given.embeddings, types };
  const key = cacheKey({ batch, reading, partitions, pairs });
  const known = cache.readProfile(key);
  if (known !== null) {
    progress.skip(batch);
    return { batch, profile: known, isKnown: true };
  }
  await using dataset = await openDataset({
    ...given,
    ...reading,
    paths: batch.map(({ path }) => path),
    partitionTypes: partitions,
  });
  const profile = await profileDataset(dataset, progress.begin(batch));
  const together = pairs === undefined ? [] : await profilePairs({ dataset, profile, request: pairs });
  const whole = together.length === 0 ? profile : { ...profile, pairs: [...together] };
  // A file may have changed since it was identified: its profile is not that of what the key names.
  if (dataset.files.every(({ digest }, at) => digest === batch[at]?.digest)) cache.writeProfile(key, whole);
  return { batch, profile: whole, isKnown: false };
}

/** All that the profile of a batch depends on. */
function cacheKey(options: {
  readonly batch: Dataset['files'];
  readonly reading: ReadingOptions;
  readonly partitions: ReadonlyMap<string, string>;
  readonly pairs: PairRequest | undefined;
}): string {
  const { batch, reading, partitions, pairs } = options;
  return canonicalJson({
    schema: profileSchema,
    files: batch.map(({ digest, path }) => ({
      digest,
      // Compression and layout go by the ending.
      ending: /(\.[a-z]+(\.(gz|zst))?)$/i.exec(path)?.[1]?.toLowerCase(),
      partitions: partitionsOf(path).map(({ name, value }) => [name, value, partitions.get(name)]),
    })),
    reading,
    pairs,
  });
}

/** Columns whose kinds differ between files that have values in them. */
function textColumns(profiled: readonly BatchProfile[]): ReadonlySet<string> {
  const kinds = new Map<string, string>();
  const texts = new Set<string>();
  for (const column of profiled.flatMap(({ profile }) => profile.columns)) {
    if (valueCount(column) === 0) continue;
    const kind = column.kind === 'embedding' ? `embedding ${column.dimension}` : column.kind;
    const known = kinds.get(column.name);
    if (known !== undefined && known !== kind) texts.add(column.name);
    kinds.set(column.name, kind);
  }
  return texts;
}

/** Files that do not agree on types and cannot be read as texts one by one are one table, as DuckDB reads them. */
async function profileTogether(
  found: IdentifiedFiles,
  options: ProfileFilesOptions,
): Promise<Omit<ProfiledFiles, 'unread'>> {
  const { files, digest } = found;
  await using dataset = await openDataset({ ...options, paths: files.map(({ path }) => path) });
  const profile = await profileDataset(dataset, options.onProgress);
  const request = options.pairs;
  const pairs = request === undefined ? [] : await profilePairs({ dataset, profile, request });
  return { profile: pairs.length === 0 ? profile : { ...profile, pairs: [...pairs] }, digest, files: files.length };
}

function merged(profiled: readonly BatchProfile[]): Profile {
  const [first] = profiled;
  if (first === undefined) throw new AppError('bad-input', 'expected data files, found none; name some');
  const names = [...new Set(profiled.flatMap(({ profile }) => profile.columns.map(({ name }) => name)))];
  const completed = profiled.map(({ batch, profile }) => {
    const own = new Set(profile.columns.map(({ name }) => name));
    const missing = names.filter((name) => !own.has(name));
    if (missing.length === 0) return profile;
    // A key that no line of a JSON file has is null in all of them.
    if (batch[0]?.format === 'json')
      return { ...profile, columns: [...profile.columns, ...missing.map((name) => nulls(name, profile.rows))] };
    throw otherColumns(first, profiled);
  });
  return completed.reduce(mergeProfiles);
}

/** Which file is the first to have other columns than the very first, and which they are. */
function otherColumns(first: BatchProfile, profiled: readonly BatchProfile[]): AppError {
  const namesOf = ({ profile }: BatchProfile) => profile.columns.map(({ name }) => name);
  const expected = namesOf(first);
  for (const other of profiled) {
    const found = namesOf(other);
    const missing = expected.filter((name) => !found.includes(name)).map((name) => `no ${name}`);
    const extra = found.filter((name) => !expected.includes(name)).map((name) => `also ${name}`);
    if (missing.length + extra.length === 0) continue;
    return new AppError(
      'bad-input',
      `expected the columns of ${first.batch[0]?.path} in every file, found ${[...missing, ...extra].slice(0, 10).join(', ')} in ${other.batch[0]?.path}; name files of one schema`,
    );
  }
  return new AppError(
    'bad-input',
    `expected every column of ${first.batch[0]?.path} once, found one twice; rename one`,
  );
}

function nulls(name: string, rows: number): ColumnProfile {
  return {
    name,
    kind: 'string',
    nulls: rows,
    count: 0,
    categories: { kind: 'listed', values: [] },
    lengths: { extremes: null, total: 0, histogram: emptyHistogram },
  };
}

async function digestOfFile(file: SourceFile, cache: ProfileCache): Promise<Digest> {
  const stamp = fileStamp(file.absolutePath);
  if (stamp === null) return await inspectFile(file);
  const key = `${file.absolutePath}\n${stamp}`;
  const known = cache.readDigest(key);
  if (known !== null) return known;
  const digest = await inspectFile(file);
  if (fileStamp(file.absolutePath) === stamp) cache.writeDigest(key, digest);
  return digest;
}

/** Cells are known file by file: until then a byte stands for its share of those seen so far. */
function startProgress(files: Dataset['files'], report: ProfileFilesOptions['onProgress']): Progress {
  const total = bytesOf(files);
  let doneBytes = 0;
  let done = 0;
  let skippedBytes = 0;
  return {
    skip(batch) {
      skippedBytes += bytesOf(batch);
    },
    begin(batch) {
      const before = done;
      const own = bytesOf(batch);
      return ({ doneCells, totalCells }) => {
        done = before + doneCells;
        if (doneCells === totalCells) doneBytes += own;
        const bytes = doneCells === totalCells ? doneBytes : doneBytes + (own * doneCells) / totalCells;
        const expected = bytes === 0 ? totalCells : (done / bytes) * (total - skippedBytes);
        report?.({ doneCells: done, totalCells: Math.max(done, Math.round(expected)) });
      };
    },
  };
}

function bytesOf(files: readonly SourceFile[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}
