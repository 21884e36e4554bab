import type { Repository } from '../intent.ts';
import type { WaivableFormat } from '../policy/release-policy.ts';
import type { ReleaseArtifact } from '../registry/manifest.ts';
import type { ReleaseRequest } from '../registry/release-request.ts';

/** What a release pull request is to hold. */
export interface ReleaseProposal {
  readonly model: string;
  /** The branch that it is to be merged into, and the commit that the files were made on. */
  readonly base: { readonly ref: string; readonly sha: string };
  readonly title: string;
  readonly body: string;
  readonly files: Readonly<Record<string, string>>;
  /** `asked`: also when people closed the one before. `automatic`: not when they closed one of the same bytes. `renewed`: only while one is open. */
  readonly cause: 'asked' | 'automatic' | 'renewed';
  /** The digest that is released. */
  readonly digest: string;
}

/** What became of a proposal. */
export type ProposedRelease =
  | { readonly kind: 'opened' | 'updated' | 'unchanged'; readonly number: number }
  /** Somebody else committed to the branch: nothing of theirs is overwritten. */
  | { readonly kind: 'held'; readonly number: number | null; readonly by: string; readonly commit: string }
  /** People closed the pull request of these bytes, or there is none to renew. */
  | { readonly kind: 'declined'; readonly number: number | null };

/** What applying writes about releases. All may be called again for the same release and change nothing then. */
export interface ReleaseWriter {
  /**
   * Moves the candidate to the durable store, checks what arrived, and says where it is. Throws `not-permitted` for files
   * that can run code when they are loaded, unless their format is waived.
   */
  storeArtifact(
    repository: Repository,
    request: ReleaseRequest,
    options: { readonly store: string | null; readonly waivers: readonly WaivableFormat[] },
  ): Promise<ReleaseArtifact>;
  proposeRelease(repository: Repository, proposal: ReleaseProposal): Promise<ProposedRelease>;
  /** Registers a merged version: its annotated tag, once, and then the public side of its GitHub Release where it has one. */
  registerRelease(
    repository: Repository,
    release: { readonly model: string; readonly version: string; readonly digest: string; readonly sha: string },
  ): Promise<void>;
}
