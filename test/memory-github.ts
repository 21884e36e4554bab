import { createHash } from 'node:crypto';
import { AppError } from '../src/error.ts';
import { repositoryRoles } from '../src/policy/grantee.ts';
import type { GateRun } from '../src/ports/gate.ts';
import type {
  Artifact,
  DeliveryAttempt,
  GithubReader,
  Installation,
  PullRequest,
  RequiredCheck,
  WorkflowJob,
  WorkflowRun,
} from '../src/ports.ts';

/** The files of a commit: text by path. */
export type Files = Readonly<Record<string, string>>;

/** A GitHub of one repository that a test writes and planning reads; it counts what is read. */
export interface MemoryGithub extends GithubReader {
  /** The names of the calls since the test last emptied it. */
  readonly calls: string[];
  /** Commits to a branch, which is created from `main` when it is new; returns the commit. */
  commit(branch: string, files: Readonly<Record<string, string | null>>): string;
  /** Has a branch point at a commit, as a forced push does. */
  point(branch: string, commit: string): void;
  /** Puts all commits of `branch` on `main` in one merge commit; returns it. */
  merge(branch: string): string;
  openPull(branch: string, changes?: { readonly fork?: boolean; readonly base?: string }): number;
  closePull(number: number): void;
  readonly runs: Map<number, WorkflowRun>;
  readonly jobs: Map<number, readonly WorkflowJob[]>;
  readonly artifacts: Map<number, { readonly artifact: Artifact; readonly runId: number; readonly bytes: Uint8Array }>;
  readonly logs: Map<number, readonly string[]>;
  /** A role by login; `data-steward extends triage` is a custom one, and `away` an answer that never comes. */
  readonly roles: Map<string, string>;
  /** The members of teams by slug; `away` never answers, `denied` needs a permission that we lack. */
  readonly teams: Map<string, readonly string[] | 'away' | 'denied'>;
  /** The owners of the organisation; `away` never answers. */
  owners: readonly string[] | 'away';
  /** The outside collaborators; `away` never answers. */
  outside: readonly string[] | 'away';
  /** GitHub's own time. */
  clock: () => Date;
  /** What the App was given; null: it cannot be told. */
  installation: Installation | null;
  requiredChecks: readonly RequiredCheck[];
  deliveries: readonly DeliveryAttempt[];
  /** The state of the workflow of the default branch. */
  workflowState: string;
  /** Whether trees are cut, as GitHub does with very large ones. */
  truncates: boolean;
  /** The environments with reviewers or other rules. */
  guarded: readonly string[];
  readonly gateRuns: Map<number, GateRun>;
}

interface Commit {
  readonly files: Files;
  readonly parents: readonly string[];
}

/** Begins with these files on `main`. */
export function memoryGithub(files: Files): MemoryGithub {
  const commits = new Map<string, Commit>();
  const branches = new Map<string, string>();
  const pulls = new Map<
    number,
    { branch: string; base: string; fork: boolean; state: 'open' | 'closed'; openedAt: string }
  >();
  /** When each branch was pushed to. */
  const touched = new Map<string, string>();
  const calls: string[] = [];
  branches.set('main', put({ files, parents: [] }));

  function put(commit: Commit): string {
    const sha = createHash('sha1')
      .update(JSON.stringify([commit, commits.size]))
      .digest('hex');
    commits.set(sha, commit);
    return sha;
  }

  function tip(branch: string): string {
    const found = branches.get(branch);
    if (found === undefined) throw new AppError('not-found', `expected the branch ${branch}, found none; commit to it`);
    return found;
  }

  function commitAt(ref: string): Commit {
    const found = commits.get(branches.get(ref) ?? ref);
    if (found === undefined) throw new AppError('not-found', `expected the commit ${ref}, found none; commit it`);
    return found;
  }

  /** A commit and all before it, newest first. */
  function ancestors(sha: string): readonly string[] {
    const seen = new Set([sha]);
    for (const one of seen) for (const parent of commitAt(one).parents) seen.add(parent);
    return [...seen];
  }

  function isWithin(commit: string, branch: string): boolean {
    return ancestors(branch).includes(commit);
  }

  function pullOf(number: number): PullRequest | null {
    const pull = pulls.get(number);
    if (pull === undefined) return null;
    return {
      number,
      state: pull.state,
      draft: false,
      author: 'ada',
      authorId: 7,
      head: { sha: tip(pull.branch), ref: pull.branch, repositoryId: pull.fork ? 2 : 1 },
      base: { sha: tip(pull.base), ref: pull.base },
      defaultBranch: 'main',
      isMerged: pull.state === 'closed' && isWithin(tip(pull.branch), tip(pull.base)),
      headAt: [pull.openedAt, touched.get(pull.branch) ?? ''].sort().at(-1) ?? '',
    };
  }

  function called<T>(name: string, answer: () => T): Promise<T> {
    calls.push(name);
    return Promise.resolve().then(answer);
  }

  const github: MemoryGithub = {
    calls,
    runs: new Map(),
    jobs: new Map(),
    artifacts: new Map(),
    logs: new Map(),
    roles: new Map([['ada', 'write']]),
    teams: new Map(),
    owners: [],
    outside: [],
    clock: () => new Date('2026-03-01T12:00:00Z'),
    installation: null,
    requiredChecks: [],
    deliveries: [],
    workflowState: 'active',
    truncates: false,
    guarded: [],
    gateRuns: new Map(),
    commit(branch, changes) {
      const parent = branches.get(branch) ?? tip('main');
      const all = Object.entries({ ...commitAt(parent).files, ...changes });
      const kept = all.flatMap(([path, text]): [string, string][] => (text === null ? [] : [[path, text]]));
      const sha = put({ files: Object.fromEntries(kept), parents: [parent] });
      branches.set(branch, sha);
      touched.set(branch, github.clock().toISOString());
      return sha;
    },
    point(branch, commit) {
      branches.set(branch, commit);
      touched.set(branch, github.clock().toISOString());
    },
    merge(branch) {
      const sha = put({ files: commitAt(branch).files, parents: [tip('main'), tip(branch)] });
      branches.set('main', sha);
      return sha;
    },
    openPull(branch, { fork = false, base = 'main' } = {}) {
      const number = pulls.size + 5;
      pulls.set(number, { branch, base, fork, state: 'open', openedAt: github.clock().toISOString() });
      return number;
    },
    closePull(number) {
      const pull = pulls.get(number);
      if (pull !== undefined) pull.state = 'closed';
    },
    readFile: (_, path, ref) => called('readFile', () => commitAt(ref).files[path] ?? null),
    readTree: (_, commit) =>
      called('readTree', () => {
        if (github.truncates) return null;
        const entries = Object.entries(commitAt(commit).files).map(([path, text]) => ({
          path,
          sha: blobSha(text),
          bytes: Buffer.byteLength(text),
        }));
        return entries.sort((a, b) => (a.path < b.path ? -1 : 1));
      }),
    readTreeId: (_, commit) =>
      called('readTreeId', () =>
        createHash('sha1')
          .update(JSON.stringify(Object.entries(commitAt(commit).files).sort()))
          .digest('hex'),
      ),
    readBlob: (_, sha) =>
      called('readBlob', () => {
        const texts = [...commits.values()].flatMap(({ files }) => Object.values(files));
        return Buffer.from(texts.find((text) => blobSha(text) === sha) ?? '');
      }),
    compare: (_, base, head) =>
      called('compare', () => {
        const ofBase = new Set(ancestors(tip(base)));
        return { base: tip(base), mergeBase: ancestors(head).find((sha) => ofBase.has(sha)) ?? tip(base) };
      }),
    readDefaultBranch: () => called('readDefaultBranch', () => ({ name: 'main', sha: tip('main') })),
    readPullRequest: (_, number) => called('readPullRequest', () => pullOf(number)),
    listOpenPullRequests: () =>
      called('listOpenPullRequests', () =>
        [...pulls.keys()].flatMap((number) => pullOf(number) ?? []).filter(({ state }) => state === 'open'),
      ),
    readRun: (_, runId) => called('readRun', () => github.runs.get(runId) ?? null),
    findRun: (_, { name }) =>
      called('findRun', () => [...github.runs.values()].find((run) => run.name === name) ?? null),
    listJobs: (_, runId) =>
      called('listJobs', () => {
        const jobs = github.jobs.get(runId) ?? [];
        const newest = Math.max(0, ...jobs.map(({ attempt }) => attempt));
        return jobs.filter(({ attempt }) => attempt === newest);
      }),
    listAllJobs: (_, runId) => called('listAllJobs', () => github.jobs.get(runId) ?? []),
    readLogTail: (_, jobId, lines) => called('readLogTail', () => (github.logs.get(jobId) ?? []).slice(-lines)),
    listArtifacts: (_, runId) =>
      called('listArtifacts', () =>
        [...github.artifacts.values()].filter((kept) => kept.runId === runId).map(({ artifact }) => artifact),
      ),
    downloadArtifact: (_, artifactId) =>
      called('downloadArtifact', () => github.artifacts.get(artifactId)?.bytes ?? new Uint8Array()),
    readInstallation: () =>
      called('readInstallation', () => {
        if (github.installation !== null) return github.installation;
        throw new AppError('not-permitted', 'expected to be let in, found no permission; ask for it');
      }),
    listRequiredChecks: () => called('listRequiredChecks', () => github.requiredChecks),
    listDeliveries: () => called('listDeliveries', () => github.deliveries),
    readWorkflowState: () => called('readWorkflowState', () => github.workflowState),
    readRole: (_, login) =>
      called('readRole', () => {
        const given = github.roles.get(login) ?? 'none';
        const [name = '', base = name] = given.split(' extends ');
        const role = (['none', ...repositoryRoles] as const).find((known) => known === base);
        if (role === undefined) throw new AppError('unavailable', 'expected an answer, found none; try again');
        return { role, custom: name === base ? null : name };
      }),
    isTeamMember: (_, slug, login) =>
      called('isTeamMember', () => {
        const members = github.teams.get(slug);
        if (members === 'away') throw new AppError('unavailable', 'expected an answer, found none; try again');
        if (members === 'denied') throw new AppError('not-permitted', 'expected an answer, found 403; allow it');
        if (members === undefined)
          throw new AppError('not-found', `expected the team ${slug}, found none; name another`);
        return members.includes(login);
      }),
    ownsAccount: (_, login) =>
      called('ownsAccount', () => {
        if (github.owners === 'away') throw new AppError('unavailable', 'expected an answer, found none; try again');
        return github.owners.includes(login);
      }),
    isGuarded: (_, environment) => called('isGuarded', () => github.guarded.includes(environment)),
    readGateRun: (_, runId) => called('readGateRun', () => github.gateRuns.get(runId) ?? null),
    readOwnLogin: () => called('readOwnLogin', () => 'siskin[bot]'),
    isOutsideCollaborator: (_, login) =>
      called('isOutsideCollaborator', () => {
        if (github.outside === 'away') throw new AppError('unavailable', 'expected an answer, found none; try again');
        return github.outside.includes(login);
      }),
  };
  return github;
}

function blobSha(text: string): string {
  return createHash('sha1')
    .update(`blob ${Buffer.byteLength(text)}\0${text}`)
    .digest('hex');
}
