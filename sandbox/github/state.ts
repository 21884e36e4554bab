import type { Deployment, Environment } from './domain/deployments.ts';
import type { RequiredCheck } from './domain/required-checks.ts';
import type { Organization } from './domain/roles.ts';
import type { GitRepository } from './git/git-repository.ts';

/** A JSON object on its way out; what is in it is checked by conformance.ts, not by the compiler. */
export type JsonObject = { readonly [key: string]: unknown };

/** What a person may do in a repository, weakest first. */
export const roles = ['none', 'read', 'triage', 'write', 'maintain', 'admin'] as const;
export type Role = (typeof roles)[number];

/** Permission names as GitHub Apps declare them, e.g. `{ contents: 'read', pull_requests: 'write' }`. */
export type Permissions = Readonly<Record<string, 'read' | 'write' | 'none'>>;

export interface Account {
  readonly id: number;
  readonly login: string;
  readonly type: 'User' | 'Bot' | 'Organization';
  readonly createdAt: Date;
  /** Who belongs to it; null for everybody but organizations. */
  readonly organization: Organization | null;
}

/** A registered GitHub App. `account` is its bot, `<slug>[bot]`. */
export interface App {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly owner: Account;
  readonly account: Account;
  readonly publicKeyPem: string;
  webhookUrl: string | null;
  webhookSecret: string;
  readonly permissions: Permissions;
  readonly events: readonly string[];
  readonly createdAt: Date;
}

export interface Installation {
  readonly id: number;
  readonly app: App;
  readonly account: Account;
  /** `all` covers every repository of the account, also later ones. */
  readonly selection: 'all' | 'selected';
  readonly repositories: Set<Repository>;
  readonly createdAt: Date;
}

export interface Label {
  readonly id: number;
  readonly name: string;
  readonly color: string;
  readonly description: string | null;
}

export interface Reaction {
  readonly id: number;
  readonly user: Account;
  readonly content: string;
  readonly createdAt: Date;
}

/** One end of a pull request. The head's repository is null when its fork was deleted. */
export interface PullEnd {
  ref: string;
  sha: string;
  repository: Repository | null;
  readonly owner: Account;
}

export interface Pull {
  readonly id: number;
  draft: boolean;
  readonly base: PullEnd & { readonly repository: Repository };
  readonly head: PullEnd;
  mergedAt: Date | null;
  mergedBy: Account | null;
  mergeCommit: string | null;
  /** The answer for one pair of base and head; null until somebody asks. */
  mergeability: { readonly base: string; readonly head: string; readonly mergeable: boolean } | null;
  maintainerCanModify: boolean;
  readonly reviews: Review[];
}

/** A submitted review of a pull request; `commit` is the head that it looked at. */
export interface Review {
  readonly id: number;
  readonly body: string;
  readonly state: 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED';
  readonly commit: string;
  readonly user: Account;
  readonly submittedAt: Date;
  readonly comments: ReviewComment[];
}

/** A comment of a review beside a line of the new file. */
export interface ReviewComment {
  readonly id: number;
  readonly review: Review;
  readonly path: string;
  readonly position: number;
  readonly line: number;
  readonly hunk: string;
  body: string;
  readonly createdAt: Date;
  updatedAt: Date;
}

/** An issue, or a pull request when `pull` is not null; they share one numbering. */
export interface Issue {
  readonly id: number;
  readonly number: number;
  readonly repository: Repository;
  readonly user: Account;
  readonly app: App | null;
  title: string;
  body: string | null;
  state: 'open' | 'closed';
  stateReason: 'completed' | 'not_planned' | 'reopened' | null;
  locked: boolean;
  readonly labels: Map<string, Label>;
  readonly assignees: Map<number, Account>;
  readonly reactions: Reaction[];
  readonly createdAt: Date;
  updatedAt: Date;
  closedAt: Date | null;
  closedBy: Account | null;
  readonly pull: Pull | null;
}

export interface IssueComment {
  readonly id: number;
  readonly issue: Issue;
  readonly user: Account;
  readonly app: App | null;
  body: string;
  readonly reactions: Reaction[];
  readonly createdAt: Date;
  updatedAt: Date;
}

export type CheckStatus = 'queued' | 'in_progress' | 'completed' | 'waiting' | 'requested' | 'pending';

export interface CheckAnnotation {
  readonly path: string;
  readonly start_line: number;
  readonly end_line: number;
  readonly start_column: number | null;
  readonly end_column: number | null;
  readonly annotation_level: 'notice' | 'warning' | 'failure';
  readonly message: string;
  readonly title: string | null;
  readonly raw_details: string | null;
}

export interface CheckSuite {
  readonly id: number;
  readonly repository: Repository;
  readonly app: App;
  readonly headSha: string;
  readonly headBranch: string | null;
  readonly before: string | null;
  readonly createdAt: Date;
  updatedAt: Date;
}

export interface CheckRun {
  readonly id: number;
  readonly suite: CheckSuite;
  name: string;
  externalId: string;
  detailsUrl: string | null;
  status: CheckStatus;
  conclusion: string | null;
  startedAt: Date;
  completedAt: Date | null;
  output: { title: string | null; summary: string | null; text: string | null };
  readonly annotations: CheckAnnotation[];
  actions: readonly { readonly label: string; readonly description: string; readonly identifier: string }[];
}

export interface CommitStatus {
  readonly id: number;
  readonly sha: string;
  readonly state: 'error' | 'failure' | 'pending' | 'success';
  readonly context: string;
  readonly description: string | null;
  readonly targetUrl: string | null;
  readonly creator: Account;
  readonly createdAt: Date;
}

export interface ReleaseAsset {
  readonly id: number;
  name: string;
  label: string | null;
  readonly contentType: string;
  readonly bytes: Uint8Array;
  readonly uploader: Account;
  readonly createdAt: Date;
  downloads: number;
}

export interface Release {
  readonly id: number;
  readonly repository: Repository;
  readonly author: Account;
  tagName: string;
  targetCommitish: string;
  name: string | null;
  body: string | null;
  draft: boolean;
  prerelease: boolean;
  readonly createdAt: Date;
  publishedAt: Date | null;
  readonly assets: Map<number, ReleaseAsset>;
}

/** A repository: its objects and refs live in `git`, everything else in these maps, keyed by id unless said. */
export interface Repository {
  readonly id: number;
  readonly owner: Account;
  readonly name: string;
  private: boolean;
  defaultBranch: string;
  description: string | null;
  readonly forkOf: Repository | null;
  readonly git: GitRepository;
  readonly createdAt: Date;
  pushedAt: Date;
  updatedAt: Date;
  /** By account id; the owner is always admin. */
  readonly roles: Map<number, Role>;
  /** Names of custom roles by account id; each stands for the role in `roles` that it extends. */
  readonly customRoles: Map<number, string>;
  /** By number; pull requests too. */
  readonly issues: Map<number, Issue>;
  readonly comments: Map<number, IssueComment>;
  /** By lower-case name. */
  readonly labels: Map<string, Label>;
  readonly checkSuites: Map<number, CheckSuite>;
  readonly checkRuns: Map<number, CheckRun>;
  readonly statuses: CommitStatus[];
  readonly deployments: Map<number, Deployment>;
  /** By name. */
  readonly environments: Map<string, Environment>;
  readonly releases: Map<number, Release>;
  readonly requiredChecks: RequiredCheck[];
}

/** Something that happened, as Apps and workflows hear of it. */
export interface GithubEvent {
  readonly event: string;
  readonly action: string | null;
  readonly repository: Repository | null;
  readonly sender: Account;
  /** `job` when a workflow's GITHUB_TOKEN did it: GitHub starts no workflow for such an event. */
  readonly cause: 'person' | 'app' | 'job' | 'github';
  /** Without action, repository, sender and installation: those are added for each receiver. */
  readonly payload: JsonObject;
  /** Only this App hears of it, as with re-requested checks. */
  readonly onlyApp?: App;
  /** For events about an installation itself. */
  readonly installation?: Installation;
}

/** The whole state of one sandbox. Ids are unique over all kinds, so that a mixed-up id never happens to fit. */
export interface World {
  /** `http://127.0.0.1:port`; pages and git. */
  readonly url: string;
  /** `${url}/api/v3`. */
  readonly apiUrl: string;
  readonly folder: string;
  readonly clock: () => Date;
  newId(): number;
  /** By lower-case login. */
  readonly accounts: Map<string, Account>;
  /** By lower-case `owner/name`. */
  readonly repositories: Map<string, Repository>;
  readonly apps: Map<number, App>;
  readonly installations: Map<number, Installation>;
  /** Who hears of every event, in order; webhooks and workflow triggers listen here. */
  readonly listeners: Set<(event: GithubEvent) => void>;
  /** Tells all listeners that something happened. */
  sendWebhook(event: GithubEvent): void;
}

/** The repository of this name in any spelling of case, or undefined. */
export function findRepository(world: World, owner: string, name: string): Repository | undefined {
  return world.repositories.get(`${owner}/${name}`.toLowerCase());
}

/** The account of this login in any spelling of case, or undefined. */
export function findAccount(world: World, login: string): Account | undefined {
  return world.accounts.get(login.toLowerCase());
}
