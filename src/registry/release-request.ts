import type { Digest } from '../digest.ts';
import type { ReleaseArtifact } from './manifest.ts';

/** Where the bytes of a candidate are before they are stored for good. */
export type CandidateSource =
  /** An artifact of a run, with the model in its folder `model`. */
  | { readonly kind: 'run'; readonly runId: number; readonly artifact: string }
  /** A file or folder of a commit. */
  | { readonly kind: 'committed'; readonly commit: string; readonly path: string };

/** That a judged candidate becomes a release, with all that was known when somebody asked for it. */
export interface ReleaseRequest {
  /** What tells this wish from the next one, also of the same candidate: the comment, or the run that won. */
  readonly id: string;
  readonly model: string;
  readonly version: string;
  /** Whether a person named the version. Else it moves on when another release took it meanwhile. */
  readonly versionBy: 'person' | 'next';
  /** What is raised when the version moves on. */
  readonly part: 'minor' | 'patch';
  /** The run whose accepted result was judged. */
  readonly claim: string;
  readonly commit: string;
  readonly source: CandidateSource;
  readonly digest: Digest;
  readonly bytes: number;
  readonly format: string;
  /** The pull request in which it was asked for; null for a push. */
  readonly number: number | null;
  /** Who asked; `siskin` for a candidate that won. */
  readonly by: string;
}

/** What became of moving the bytes. */
export type StoredOutcome =
  | { readonly kind: 'stored'; readonly artifact: ReleaseArtifact }
  | { readonly kind: 'refused'; readonly message: string };
