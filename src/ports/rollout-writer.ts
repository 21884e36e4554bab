import type { Repository } from '../intent.ts';
import type { DeploymentContent, RevertState } from '../rollout/rollout-effect.ts';

/** What applying writes to GitHub about rollouts. All may be called again for the same rollout and change nothing then. */
export interface RolloutWriter {
  /**
   * Makes the newest status of the rollout's Deployment say this, and returns the Deployment's id. `known` is the id
   * where an earlier call learnt it; else it is looked for before one is made.
   */
  publishDeployment(
    repository: Repository,
    options: { readonly rollout: string; readonly known: number | null; readonly deployment: DeploymentContent },
  ): Promise<number>;
  /** The names of all tags that begin so. */
  listTagNames(repository: Repository, prefix: string): Promise<readonly string[]>;
  /** The commits that tags of these names are of, in their order; those that are gone are left out. */
  readTags(
    repository: Repository,
    names: readonly string[],
  ): Promise<readonly { readonly name: string; readonly sha: string }[]>;
  /** Creates an annotated tag made at this instant; one of this name on the same commit is left as it is. AppError `conflict` when it stands elsewhere. */
  createTag(
    repository: Repository,
    tag: { readonly name: string; readonly sha: string; readonly message: string; readonly at: string },
  ): Promise<void>;
  /** Puts files on a branch of our own that shares no history with others, and returns its newest commit. */
  saveFiles(
    repository: Repository,
    options: {
      readonly branch: string;
      readonly message: string;
      readonly files: Readonly<Record<string, string>>;
    },
  ): Promise<string>;
  /** The default branch's newest commit and the text of a file there; null when there is no such file. */
  readTip(
    repository: Repository,
    path: string,
  ): Promise<{ readonly branch: string; readonly sha: string; readonly text: string | null }>;
  /**
   * Proposes files on a branch of our own, made anew on this base when it stands on an older one, and returns the pull
   * request's number; a pull request from that branch that people closed stays closed, and its number is returned.
   */
  proposeFiles(
    repository: Repository,
    options: {
      readonly branch: string;
      readonly base: { readonly branch: string; readonly sha: string };
      readonly title: string;
      readonly body: string;
      readonly files: Readonly<Record<string, string>>;
    },
  ): Promise<number>;
  /** Merges a pull request of our own where the repository lets us, now or once its checks allow it; else says that it needs a person. */
  mergeOwn(repository: Repository, number: number): Promise<RevertState>;
  /** The number of the open issue that this App wrote with this marker in it; else a new one. Null where issues are switched off. */
  openIssue(
    repository: Repository,
    issue: { readonly title: string; readonly body: string; readonly marker: string },
  ): Promise<number | null>;
}
