import type { WaivableFormat } from '../policy/release-policy.ts';
import type { ReleaseProposal } from '../ports/release-writer.ts';
import type { ReleaseRequest } from './release-request.ts';

/** Things to be done about a release. Each is idempotent: by the wish, by the branch and its content, by the version. */
export type ReleaseEffect =
  /** Moves the bytes to the durable store; what becomes of it asks for the proposal. */
  | {
      readonly kind: 'store-artifact';
      readonly request: ReleaseRequest;
      /** The operator's connection to the store; null for the repository's own releases. */
      readonly store: string | null;
      /** Formats that are taken although they can run code; absent for none. */
      readonly waivers?: readonly WaivableFormat[];
    }
  /** Opens or updates the one release pull request of a model. */
  | {
      readonly kind: 'propose-release';
      /** The wish that it comes from. */
      readonly id: string;
      readonly proposal: ReleaseProposal;
      /** The pull request in which it was asked for, and is answered. */
      readonly tell: number | null;
    }
  /** Registers a merged version by its tag, and shows its GitHub Release. */
  | {
      readonly kind: 'register-release';
      readonly model: string;
      readonly version: string;
      readonly digest: string;
      readonly sha: string;
    };
