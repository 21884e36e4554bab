import { createHash } from 'node:crypto';
import { AppError } from '../error.ts';
import type { PrivacyPolicy } from '../policy/privacy-policy.ts';
import { asHashed, byFrequency, type CategoryCounts, frequentIn, frequentTexts } from './category-counts.ts';
import { registers, sketchText } from './distinct.ts';
import type { EmbeddingProfile } from './embedding-profile.ts';
import { binRange, binsOf, coarsened } from './histogram.ts';
import { type CategoryPair, hashedTable, type PairProfile, tableOf } from './pair-profile.ts';
import type { ColumnProfile, NumberProfile, Profile, StringProfile } from './profile-document.ts';

/** A redacted column of numbers is counted on a grid of bins an eighth of their value wide. */
const redactedBits = 3;

/**
 * A profile that says less, by the policy. What is left out cannot be put back, and folded profiles do not merge: this is the
 * last thing done to one.
 */
export function withPrivacy(profile: Profile, policy: PrivacyPolicy): Profile {
  const redacted = new Set(policy.redact);
  const hashed = new Set(policy.hash);
  const below = policy['fold-below'];
  const columns = profile.columns.map((column) => {
    if (redacted.has(column.name)) return redactedColumn(column);
    if (column.kind !== 'string') return column;
    return foldedColumn(hashed.has(column.name) ? hashedColumn(column) : column, below);
  });
  const pairs = (profile.pairs ?? []).map((pair) => {
    const isRedacted = redacted.has(pair.x) || redacted.has(pair.y);
    return privatePair({ pair, hashed, below, isRedacted });
  });
  return { ...profile, columns, ...(pairs.length > 0 && { pairs }) };
}

/** A misspelt name would show what it was meant to hide. Throws `bad-input` for columns that none of the profiles has. */
export function refuseUnknownColumns(profiles: readonly Profile[], policy: PrivacyPolicy): void {
  const names = new Set(profiles.flatMap(({ columns }) => columns.map(({ name }) => name)));
  const unknown = [...policy.redact, ...policy.hash].filter((name) => !names.has(name));
  if (unknown.length === 0) return;
  throw new AppError(
    'bad-input',
    `expected columns of the data, found ${unknown.slice(0, 10).join(', ')} to redact or hash; correct the names`,
  );
}

function redactedColumn(column: ColumnProfile): ColumnProfile {
  switch (column.kind) {
    case 'string':
      return redactedString(column);
    case 'embedding':
      return redactedEmbedding(column);
    case 'number':
    case 'boolean':
    case 'timestamp':
      return redactedNumber(column);
    default:
      return column satisfies never;
  }
}

/** Counts by hash alone, and lengths on a coarse grid. */
function redactedString(column: StringProfile): StringProfile {
  const { categories, lengths } = column;
  return {
    ...column,
    categories: { ...asHashed(categories), frequent: [] },
    lengths: { ...coarse(lengths), total: lengths.total },
  };
}

function redactedNumber(column: NumberProfile): NumberProfile {
  // Two values are what the kind says already. The moments of a constant are its value.
  if (column.kind === 'boolean') return column;
  return { ...column, ...coarse(column), moments: null, distinct: sketchText(new Uint8Array(registers)) };
}

function redactedEmbedding(column: EmbeddingProfile): EmbeddingProfile {
  return {
    ...column,
    moments: null,
    norms: coarse(column.norms),
    projections: column.projections.map((histogram) => coarsened(histogram, redactedBits)),
  };
}

/** The histogram on the coarse grid, and the ends of its outer bins for the extremes. */
function coarse({ extremes, histogram }: Pick<NumberProfile, 'extremes' | 'histogram'>) {
  const wide = coarsened(histogram, redactedBits);
  const bins = binsOf(wide);
  const [first, last] = [bins[0], bins.at(-1)];
  if (extremes === null || first === undefined || last === undefined) return { extremes: null, histogram: wide };
  return {
    histogram: wide,
    extremes: { min: binRange(first.key, wide.bits).low, max: binRange(last.key, wide.bits).high },
  };
}

/** The first twelve hex digits of SHA-256, after a mark that no hash of another kind has. */
function hashedText(text: string): string {
  return `#${createHash('sha256').update(text).digest('hex').slice(0, 12)}`;
}

function hashedColumn(column: StringProfile): StringProfile {
  return { ...column, categories: hashedCategories(column.categories) };
}

function hashedCategories(categories: CategoryCounts): CategoryCounts {
  if (categories.kind === 'hashed') return { ...categories, frequent: [] };
  return {
    kind: 'listed',
    values: categories.values.map(([text, count]): [string, number] => [hashedText(text), count]).sort(byFrequency),
  };
}

/** Categories of fewer rows are neither named nor counted one by one; of hash buckets the small ones go too. */
function foldedColumn(column: StringProfile, below: number): StringProfile {
  const { categories } = column;
  if (below <= 1) return column;
  if (categories.kind === 'listed') {
    const rare = categories.values.filter(([, count]) => count < below);
    if (rare.length === 0) return column;
    const values = categories.values.filter(([, count]) => count >= below);
    const rows = rare.reduce((sum, [, count]) => sum + count, 0);
    return { ...column, categories: { kind: 'listed', values }, folded: { below, texts: rare.length, rows } };
  }
  const isSmall = categories.buckets.map((count) => count > 0 && count < below);
  const frequent = frequentTexts(categories).flatMap(([text, count]) => (count >= below ? [text] : []));
  const buckets = categories.buckets.map((count, at) => (isSmall[at] ? 0 : count));
  const rows = categories.buckets.reduce((sum, count, at) => sum + (isSmall[at] ? count : 0), 0);
  const kept = { ...categories, buckets, frequent: frequentIn({ buckets }, frequent) };
  if (rows === 0) return { ...column, categories: kept };
  // How many texts lie in small buckets is not known, only that there is one in each.
  return { ...column, categories: kept, folded: { below, texts: isSmall.filter(Boolean).length, rows } };
}

function privatePair(options: {
  readonly pair: PairProfile;
  readonly hashed: ReadonlySet<string>;
  readonly below: number;
  readonly isRedacted: boolean;
}): PairProfile {
  const { pair, hashed, below, isRedacted } = options;
  if (pair.kind === 'numbers') return isRedacted ? { ...pair, moments: standardised(pair.moments) } : pair;
  if (isRedacted) return { ...pair, table: hashedTable(pair.table) };
  if (pair.table.kind === 'hashed') return pair;
  const name = (column: string, text: string) => (hashed.has(column) ? hashedText(text) : text);
  const cells: CategoryPair['table'] & { kind: 'listed' } = pair.table;
  const shown = cells.cells.map(([x, y, count]) => {
    // A rare pair of frequent texts is as telling as a rare text.
    return count < below ? (['…', '…', count] as const) : ([name(pair.x, x), name(pair.y, y), count] as const);
  });
  return { ...pair, table: tableOf(shown) };
}

/** The correlation without the numbers' places and spreads. */
function standardised(moments: Extract<PairProfile, { kind: 'numbers' }>['moments']) {
  if (moments === null) return null;
  const spread = Math.sqrt(moments.squaresX) * Math.sqrt(moments.squaresY);
  return { meanX: 0, meanY: 0, squaresX: 1, squaresY: 1, products: spread > 0 ? moments.products / spread : 0 };
}
