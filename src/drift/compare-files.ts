import { refuseUnknownColumns, withPrivacy } from '../data/privacy.ts';
import type { ProfileCache } from '../data/profile-cache.ts';
import { digestOfAll, type IdentifiedFiles, identifyFiles, profileIdentified } from '../data/profile-files.ts';
import { AppError } from '../error.ts';
import type { ModelPolicy } from '../policy/policy.ts';
import type { ProfiledData } from './compare.ts';
import { compareDatasets } from './compare-datasets.ts';
import type { DriftReport } from './drift-report.ts';
import { addMultivariate, hiddenColumns } from './multivariate/add-multivariate.ts';

/** The training data of two checkouts, and where profiles of their files may be. */
export interface ComparedFiles {
  readonly policy: Pick<ModelPolicy, 'data' | 'drift' | 'target'>;
  readonly baseRoot: string;
  readonly headRoot: string;
  readonly cache: ProfileCache;
}

/**
 * Compares the training data of the head with those of the base. Each distinct file is read once, and not at all where the cache knows
 * its profile. Null when there is nothing to compare: the data are the same bytes, or the base has none yet.
 */
export async function compareFiles(options: ComparedFiles): Promise<DriftReport | null> {
  const { policy, baseRoot, headRoot, cache } = options;
  const { train: paths, csv, embeddings } = policy.data;
  const at = (root: string) => ({ root, paths, csv, embeddings, cache });
  const current = await identifyFiles(at(headRoot));
  const reference = await identifyReference(at(baseRoot));
  if (reference === null || reference.digest === current.digest) return null;
  const added = addedFiles(reference, current);
  const [before, now] = [
    await profileIdentified(reference, at(baseRoot)),
    await profileIdentified(added ?? current, at(headRoot)),
  ];
  const [shownBefore, shownNow] = privately([before, now], policy.data.privacy);
  const rowsOf = (root: string, { files }: IdentifiedFiles) => ({ ...at(root), paths: files.map(({ path }) => path) });
  const report = await compareDatasets({
    reference: shownBefore ?? before,
    current: shownNow ?? now,
    policy: policy.drift,
    scope: added === null ? 'all' : 'added',
    roles: new Map([[policy.target, 'label']]),
    rows: {
      reference: { profile: before.profile, place: rowsOf(baseRoot, reference) },
      current: { profile: now.profile, place: rowsOf(headRoot, added ?? current) },
    },
  });
  return await addMultivariate(report, {
    reference: rowsOf(baseRoot, reference),
    current: rowsOf(headRoot, added ?? current),
    policy: policy.drift,
    hidden: hiddenColumns(policy.data.privacy),
  });
}

function privately(sides: readonly ProfiledData[], privacy: ModelPolicy['data']['privacy']): readonly ProfiledData[] {
  if (privacy === undefined) return sides;
  // A column that only one side has is told of by its name alone.
  refuseUnknownColumns(
    sides.map(({ profile }) => profile),
    privacy,
  );
  return sides.map(({ profile, digest }) => ({ profile: withPrivacy(profile, privacy), digest }));
}

/**
 * The added files alone, when files came to unchanged ones: mixed with the rows that were there before, new rows that
 * differ would look the more alike the fewer they are. Null when anything else changed.
 */
function addedFiles(reference: IdentifiedFiles, current: IdentifiedFiles): IdentifiedFiles | null {
  const before = new Map(reference.files.map(({ path, digest }) => [path, digest]));
  const now = new Map(current.files.map(({ path, digest }) => [path, digest]));
  const isKept = [...before].every(([path, digest]) => now.get(path) === digest);
  const files = current.files.filter(({ path }) => !before.has(path));
  return isKept && files.length > 0 ? { ...current, files, digest: digestOfAll(files) } : null;
}

async function identifyReference(options: Parameters<typeof identifyFiles>[0]): Promise<IdentifiedFiles | null> {
  try {
    return await identifyFiles(options);
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'not-found') return null;
    throw thrown;
  }
}
