import type { Profile } from '../../src/data/profile-document.ts';

/** All of a profile that must be the same whatever the order of merging: everything but means and sums of squares. */
export function integersOf(profile: Profile): unknown {
  return JSON.parse(JSON.stringify(profile, (key, value) => (key === 'moments' ? undefined : value)));
}
