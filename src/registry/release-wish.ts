import type { ReleaseRequest, StoredOutcome } from './release-request.ts';

/** What a release pull request is to propose. */
export type ReleaseWish =
  /** A new version, whose bytes were moved, or could not be. */
  | { readonly kind: 'release'; readonly request: ReleaseRequest; readonly stored: StoredOutcome }
  /** That an environment serves what the one before it serves. */
  | {
      readonly kind: 'promote';
      readonly id: string;
      readonly model: string;
      readonly environment: string;
      /** Null: what serves in the environment before. */
      readonly version: string | null;
      readonly number: number | null;
      readonly by: string;
    }
  /** What it proposes now, on the default branch as it is now. */
  | { readonly kind: 'renew'; readonly id: string; readonly model: string };
