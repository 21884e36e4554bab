import type { Repository } from '../intent.ts';
import type { RolloutPolicy } from '../policy/rollout-policy.ts';
import type { SignaturePolicy } from '../policy/signature-policy.ts';
import type { ReleaseManifest } from '../registry/manifest.ts';
import type { Traffic } from '../rollout/judge/expected-exposure.ts';
import type { Capability, ServedModel } from './serving.ts';

/** A registered version. */
export interface RegisteredVersion {
  /** The commit that the tag stands on. */
  readonly sha: string;
  /** The digest that the tag names; null where whoever made it named none. */
  readonly digest: string | null;
}

/** Somebody's newest review of a pull request that says yes or no. */
export interface Review {
  readonly login: string;
  readonly id: number | null;
  readonly state: 'approved' | 'changes-requested';
  /** The head that they looked at. */
  readonly commit: string;
}

/** What the operator's connections say of one environment before a rollout. What could not be asked is null. */
export interface Examination {
  /** Null where the environment serves nowhere, where a runner asks in its place, and where the platform did not answer. */
  readonly capability: Capability | null;
  /** Why it cannot be asked, or can never run: a sentence each. */
  readonly problems: readonly string[];
  /** By metric: why its source can never measure it. */
  readonly metrics: Readonly<Record<string, readonly string[]>>;
  /** What the champion answered in the last hour; null where nothing is known. */
  readonly traffic: Traffic | null;
}

/** What planning may read of releases outside of GitHub's files: stores, tags, reviews, and the platforms that will serve. */
export interface ReleaseReader {
  /** Null when the version was never registered. */
  readVersion(repository: Repository, model: string, version: string): Promise<RegisteredVersion | null>;
  /** The merged pull request that a commit of the default branch came from; null when it was pushed. */
  findMergedPull(repository: Repository, commit: string): Promise<number | null>;
  /** The newest review of each person that decides something. */
  listReviews(repository: Repository, number: number): Promise<readonly Review[]>;
  /** Sentences that say why the bytes at an address are not those of the digest; none when they are. They are hashed once for each address and digest. */
  verifyArtifact(
    repository: Repository,
    artifact: {
      readonly uri: string;
      readonly digest: string;
      readonly bytes: number | null;
      readonly files: NonNullable<ReleaseManifest['artifact']['files']>;
      /** The connection that the policy names; null for the repository's own releases. */
      readonly store: string | null;
    },
  ): Promise<readonly string[]>;
  /** Why the signature of a release does not hold: a sentence each; none where it does. */
  verifySignature(asked: {
    readonly model: string;
    /** What is kept beside the manifest; null when nothing is. */
    readonly text: string | null;
    readonly artifact: ReleaseManifest['artifact'];
    readonly policy: SignaturePolicy;
  }): Promise<readonly string[]>;
  /** Asks platform and metric sources of an environment. It never throws: what goes wrong is an answer. */
  examine(
    repository: Repository,
    asked: {
      readonly model: string;
      readonly environment: string;
      readonly policy: RolloutPolicy;
      readonly champion: ServedModel | null;
      readonly candidate: ServedModel;
      /** ISO 8601. */
      readonly now: string;
    },
  ): Promise<Examination>;
}
