import { type DatasetOptions, openDataset } from '../data/dataset.ts';
import type { Profile } from '../data/profile-document.ts';
import { compareBlocks } from './blocks/block-comparison.ts';
import { compareProfiles, type DriftOptions } from './compare.ts';
import type { DriftReport } from './drift-report.ts';
import { driftByWindow } from './windows/window-drift.ts';

/** Where the rows of a side are, and their profile as it was read: nothing in it is hidden. */
export interface RowsOfSide {
  readonly profile: Profile;
  readonly place: DatasetOptions;
}

/**
 * Compares two profiles and, where the policy tells which rows belong together or asks for windows, reads the rows once
 * more for that, which no profile holds.
 */
export async function compareDatasets(
  options: Omit<DriftOptions, 'blocked'> & {
    readonly rows: { readonly reference: RowsOfSide; readonly current: RowsOfSide };
  },
): Promise<DriftReport> {
  const { rows, policy } = options;
  const { block, windows } = policy;
  if (block === undefined && windows === undefined) return compareProfiles(options);
  await using before = await openDataset(rows.reference.place);
  await using now = await openDataset(rows.current.place);
  const reference = { dataset: before, profile: rows.reference.profile };
  const current = { dataset: now, profile: rows.current.profile };
  const found = block === undefined ? null : await compareBlocks({ reference, current, policy, block });
  return {
    ...compareProfiles(found === null ? options : { ...options, blocked: found.blocked }),
    ...(found !== null && { blocks: found.blocks }),
    ...(windows !== undefined && { windows: await driftByWindow({ reference, current, policy, window: windows }) }),
  };
}
