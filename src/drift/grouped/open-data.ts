import type { Dataset } from '../../data/dataset.ts';
import type { Profile } from '../../data/profile-document.ts';

/** One side of a comparison: its open rows and their profile. */
export interface OpenData {
  readonly dataset: Dataset;
  readonly profile: Profile;
}
