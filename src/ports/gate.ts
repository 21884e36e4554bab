import type { Repository } from '../intent.ts';

/** A run that may let a rollout begin, with all by which it is told from an imitation. */
export interface GateRun {
  readonly id: number;
  /** What the workflow's `run-name` made. */
  readonly title: string;
  /** The workflow's file, e.g. `.github/workflows/siskin-environment.yml`. */
  readonly path: string;
  readonly event: string;
  readonly branch: string | null;
  /** The commit whose workflow file ran. */
  readonly sha: string;
  /** Who started it. */
  readonly actor: string | null;
  readonly status: string | null;
  readonly conclusion: string | null;
}

/** What planning may read of GitHub's environments. */
export interface GateReader {
  /** Whether GitHub asks reviewers, waits, or restricts branches before a job enters the environment. False where there is none of this name. */
  isGuarded(repository: Repository, environment: string): Promise<boolean>;
  readGateRun(repository: Repository, runId: number): Promise<GateRun | null>;
  /** The login of our own account. */
  readOwnLogin(): Promise<string>;
}
