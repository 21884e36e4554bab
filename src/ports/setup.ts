import type { Repository } from '../intent.ts';

/** What the App asks of GitHub and what an installation of it was given. */
export interface Installation {
  readonly app: { readonly id: number; readonly slug: string };
  /** Permission by name, with its level: what the App asks for, and what the account accepted. */
  readonly asked: Readonly<Record<string, string>>;
  readonly granted: Readonly<Record<string, string>>;
  /** The events that the installation is sent. */
  readonly events: readonly string[];
  /** The page on which an owner accepts permissions. */
  readonly url: string;
  readonly isSuspended: boolean;
  /** Whether it is an organisation's; else it is a person's. */
  readonly ofOrganisation: boolean;
}

/** A check that a branch requires before a merge. */
export interface RequiredCheck {
  readonly name: string;
  /** The id of the only App whose word counts; null when anybody's does. */
  readonly appId: number | null;
}

/** One attempt of GitHub to bring us a webhook. */
export interface DeliveryAttempt {
  readonly event: string;
  /** ISO 8601. */
  readonly at: string;
  /** The HTTP status of our answer; 0 when there was none. */
  readonly status: number;
  /** Whether GitHub calls it a success. */
  readonly isTaken: boolean;
}

/** What finding out why nothing works may read of GitHub. */
export interface SetupReader {
  /** Asked as the App itself. */
  readInstallation(repository: Repository): Promise<Installation>;
  /** Those of the newest 100 deliveries of the App that are about this repository, newest first. Asked as the App itself. */
  listDeliveries(repository: Repository): Promise<readonly DeliveryAttempt[]>;
  /** The state of a workflow of the default branch by its file name, e.g. `active` or `disabled_manually`; null when there is none. */
  readWorkflowState(repository: Repository, workflow: string): Promise<string | null>;
  /** What rulesets and branch protection require of a branch. */
  listRequiredChecks(repository: Repository, branch: string): Promise<readonly RequiredCheck[]>;
}
