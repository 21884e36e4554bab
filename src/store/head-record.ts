/** That a pull request pointed at a commit at an instant. Only GitHub's clock is asked: a commit's dates are its author's. */
export interface HeadSighting {
  readonly head: string;
  /** ISO 8601: GitHub's own instant, when the pull request changed or its branch's repository was pushed to. */
  readonly at: string;
  /** Whether it was opened with this commit, so that it never pointed elsewhere before. */
  readonly isFirst: boolean;
}

/** A sighting with whose it is. */
export interface PullSighting extends HeadSighting {
  readonly repositoryId: number;
  readonly number: number;
}
