import type { EnvironmentChange } from '../../facts/release-facts.ts';
import type { ServedModel } from '../../ports/serving.ts';
import type { EnvironmentRelease } from '../../registry/manifest.ts';
import { compareVersions } from '../../registry/version.ts';
import type { RolloutRecord } from '../../rollout/rollout-record.ts';

/** What serves in an environment, as far as rollouts tell; null where none ever did. Newest first. */
export function servedBy(rollouts: readonly RolloutRecord[]): ServedModel | null {
  for (const { state, release, previous } of rollouts) {
    if (state.kind === 'succeeded' || state.kind === 'baking') return release;
    if (state.kind !== 'failed') return previous;
  }
  return null;
}

/**
 * Whether a change only goes back: to bytes that served there before, under a lower version than now. It must be possible
 * at once, whatever is frozen, locked or unapproved.
 */
export function isRollback({
  before,
  after,
  rollouts,
}: Pick<EnvironmentChange, 'before' | 'after' | 'rollouts'>): boolean {
  if (before === null || after === null || compareVersions(after.version, before.version) > 0) return false;
  return hasServed(after, rollouts);
}

/** Whether these bytes were ever all that the environment served, under this name: proxies find a version by its name. */
function hasServed(wanted: EnvironmentRelease, rollouts: readonly RolloutRecord[]): boolean {
  return rollouts.some(
    ({ state, release, previous }) =>
      (previous !== null && isThat(previous, wanted)) || (state.kind === 'succeeded' && isThat(release, wanted)),
  );
}

/** Whether a version is the same bytes under the same name. */
export function isThat(
  { version, digest }: Pick<ServedModel, 'version' | 'digest'>,
  wanted: Pick<ServedModel, 'version' | 'digest'>,
): boolean {
  return version === wanted.version && digest === wanted.digest;
}
