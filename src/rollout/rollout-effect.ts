import type { ErrandPlan } from './errands/errand-plan.ts';

/** How GitHub's Deployment of a rollout stands: https://docs.github.com/rest/deployments/statuses */
export type DeploymentState = 'queued' | 'in_progress' | 'success' | 'failure' | 'error' | 'inactive';

/** What a Deployment of GitHub says of a rollout. Its newest status is made to say this, and no other Deployment is touched. */
export interface DeploymentContent {
  readonly environment: string;
  /** The commit that was merged. */
  readonly sha: string;
  readonly state: DeploymentState;
  /** At most 140 characters are kept. */
  readonly description: string;
  readonly environmentUrl: string | null;
  /** The page of the repository where the rollout is followed, e.g. `pull/12`. */
  readonly logPath: string;
  /** What programs that hear of the Deployment can read. */
  readonly payload: Readonly<Record<string, string | number>>;
}

/** A digest that was served and must never be again, unless a person takes it out of the manifest. */
export interface Rejection {
  readonly digest: string;
  readonly version: string;
  readonly environment: string;
  readonly reason: string;
  readonly rollout: string;
  /** ISO 8601. */
  readonly at: string;
}

/** What a pull request puts back in git, computed on the branch as it stands when it is opened. */
export interface Reversion {
  readonly model: string;
  readonly environment: string;
  /** The digest that git says is served; where git says another by now, that is left as it is. */
  readonly from: string;
  /** What serves again; null when nothing did before. */
  readonly to: { readonly version: string; readonly digest: string; readonly uri: string } | null;
  /** Null when the version did nothing wrong: somebody only went back. */
  readonly rejected: Rejection | null;
}

/** Things to be done on GitHub about a rollout. Each is idempotent by the rollout and its kind. */
export type RolloutEffect =
  | { readonly kind: 'publish-deployment'; readonly rollout: string; readonly deployment: DeploymentContent }
  | {
      readonly kind: 'publish-rollout-comment';
      readonly rollout: string;
      readonly number: number;
      readonly body: string;
    }
  /** Registers the version by a tag, once, and gives it to the environment by the next one unless it has it already. */
  | {
      readonly kind: 'tag-release';
      readonly rollout: string;
      readonly model: string;
      readonly version: string;
      readonly environment: string;
      readonly sha: string;
    }
  /** Commits the sealed evidence and its policy to a branch of our own. */
  | {
      readonly kind: 'save-evidence';
      readonly rollout: string;
      /** The folder, without a slash at its end. */
      readonly folder: string;
      /** The environment's part of the policy, as YAML or JSON. */
      readonly policy: string;
    }
  | {
      readonly kind: 'open-revert';
      readonly rollout: string;
      readonly branch: string;
      readonly title: string;
      readonly body: string;
      readonly reversion: Reversion;
    }
  | { readonly kind: 'open-issue'; readonly rollout: string; readonly title: string; readonly body: string }
  /** Starts the job that enters the environment and so waits for its reviewers and timers. */
  | {
      readonly kind: 'dispatch-gate';
      readonly rollout: string;
      readonly workflow: string;
      readonly branch: string;
      readonly environment: string;
    }
  /** Starts the job that does errands. `rollout` is that of the first of them. */
  | {
      readonly kind: 'dispatch-errands';
      readonly rollout: string;
      readonly workflow: string;
      readonly branch: string;
      readonly plan: ErrandPlan;
    }
  /** Ends a job of errands that is of no use any more. */
  | { readonly kind: 'cancel-errands'; readonly claim: string; readonly runId: number };

/** What is known of a rollout's traces on GitHub, by what they are. */
export interface RolloutTraces {
  readonly deployment?: number | undefined;
  readonly comment?: number | undefined;
  /** The number of the revert pull request; 0 when git needed none. */
  readonly revert?: number | undefined;
  readonly 'revert-state'?: RevertState | undefined;
  readonly issue?: number | undefined;
  /** The commit of the evidence branch that holds it. */
  readonly evidence?: string | undefined;
  readonly tag?: string | undefined;
  /** The run whose end lets it begin. */
  readonly gate?: number | undefined;
  /** Why that run could not be started. */
  readonly 'gate-refused'?: string | undefined;
}

/** What became of a revert pull request. */
export type RevertState = 'merged' | 'auto-merge' | 'needs-person' | 'closed' | 'not-needed';

/** The name of one trace. */
export type TraceKind = keyof RolloutTraces;

/** The branch that keeps evidence; it shares no history with any other. */
export const evidenceBranch = 'siskin/evidence';

/** The workflow whose one job enters an environment, and nothing else. */
export const gateWorkflow = 'siskin-environment.yml';

/** The name that the gate's workflow gives to the run of a rollout. */
export function gateRunName(rollout: string): string {
  return `siskin environment ${rollout}`;
}

/** The rollout in a run's name; null when it is not one of a gate. */
export function rolloutOfGate(name: string): string | null {
  return /^siskin environment ([\w:.-]{1,100})$/.exec(name)?.[1] ?? null;
}
