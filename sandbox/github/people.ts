import { sendCheckRun } from './domain/checks.ts';
import { editTree, fileEdits, personOf } from './domain/files.ts';
import { addComment } from './domain/issues.ts';
import { finish, sendPull } from './domain/pull-sync.ts';
import { type MergeMethod, mergePull, openPull } from './domain/pulls.ts';
import { type By, moveRef, zeroSha } from './domain/push.ts';
import { findCommit } from './domain/revision.ts';
import { isPull, type PullIssue } from './shape/pull.ts';
import { type Account, findAccount, type IssueComment, type Repository, type World } from './state.ts';

/** What people do in a browser or with git, each with the webhooks that GitHub sends for it. Throws when they could not. */
export interface People {
  /** Commits to a branch; a new one starts at `from` (a branch or SHA), or at the default branch. Returns the SHA. */
  commitFiles(options: {
    readonly repository: Repository;
    readonly branch: string;
    readonly from?: string;
    readonly message: string;
    /** By path; null deletes. */
    readonly files: Readonly<Record<string, string | Uint8Array | null>>;
    readonly author: string;
    /** Defaults to now. GitHub believes what git says, so a person may forge it. */
    readonly authorDate?: Date;
    /** Replaces the branch's tip instead of adding to it, as a forced push does. */
    readonly amend?: true;
  }): Promise<string>;
  openPullRequest(options: {
    readonly repository: Repository;
    readonly author: string;
    readonly title: string;
    readonly body?: string;
    /** The branch, in `headRepository` when that is given (a fork), else in the repository. */
    readonly head: string;
    readonly headRepository?: Repository;
    /** Defaults to the default branch. */
    readonly base?: string;
    readonly draft?: true;
  }): Promise<PullIssue>;
  comment(options: {
    readonly repository: Repository;
    readonly number: number;
    readonly author: string;
    readonly body: string;
  }): IssueComment;
  mergePullRequest(options: {
    readonly repository: Repository;
    readonly number: number;
    readonly by: string;
    readonly method?: MergeMethod;
  }): Promise<string>;
  closePullRequest(options: {
    readonly repository: Repository;
    readonly number: number;
    readonly by: string;
  }): Promise<void>;
  /** Ends a draft; a browser does that by GraphQL, which has no REST route. */
  markReady(options: { readonly repository: Repository; readonly number: number; readonly by: string }): Promise<void>;
  /** Presses one of a check run's own buttons. */
  pressButton(options: {
    readonly repository: Repository;
    readonly checkRun: number;
    readonly identifier: string;
    readonly by: string;
  }): void;
  /** A reviewer of an environment lets the jobs that wait for it enter, or does not. */
  reviewEnvironment(options: {
    readonly repository: Repository;
    readonly environment: string;
    readonly by: string;
    readonly approve: boolean;
  }): void;
}

export function createPeople(world: World): People {
  return {
    commitFiles: async (options) => {
      const { git } = options.repository;
      const by = person(world, options.author);
      const ref = `refs/heads/${options.branch}`;
      const tip = await git.ref(ref);
      const start = await findCommit(git, tip?.sha ?? options.from ?? options.repository.defaultBranch);
      const edits = await fileEdits(git, options.files);
      const committer = personOf(by.account, world.clock());
      const sha = await git.writeCommit({
        tree: await editTree(git, start?.tree ?? null, edits),
        parents: start === null ? [] : options.amend ? start.parents : [start.sha],
        author: { ...committer, date: options.authorDate ?? committer.date },
        committer,
        message: options.message,
      });
      await must(moveRef(world, options.repository, { ref, sha, expected: tip?.sha ?? zeroSha, by }), ref);
      return sha;
    },
    openPullRequest: async (options) => {
      const { repository, headRepository = repository } = options;
      const by = person(world, options.author);
      const baseName = options.base ?? repository.defaultBranch;
      const base = await repository.git.ref(`refs/heads/${baseName}`);
      const head = await headRepository.git.ref(`refs/heads/${options.head}`);
      if (base === null || head === null) {
        const missing = base === null ? baseName : options.head;
        throw new Error(`expected branch ${missing}, found none; commit to it first`);
      }
      return openPull(world, repository, {
        title: options.title,
        body: options.body ?? null,
        base: { ref: baseName, sha: base.sha },
        head: { repository: headRepository, ref: options.head, sha: head.sha },
        draft: options.draft ?? false,
        maintainerCanModify: headRepository !== repository,
        user: by.account,
        app: null,
        by,
      });
    },
    comment: (options) => {
      const issue = options.repository.issues.get(options.number);
      if (issue === undefined) {
        throw new Error(`expected issue #${options.number}, found none; open it first`);
      }
      const by = person(world, options.author);
      return addComment(world, issue, { body: options.body, user: by.account, app: null, by });
    },
    mergePullRequest: async (options) => {
      const issue = pullNumbered(options.repository, options.number);
      const by = person(world, options.by);
      const method = options.method ?? 'merge';
      const sha = await mergePull(world, issue, { method, title: null, message: null, by });
      if (sha === null) {
        throw new Error(`expected #${options.number} to merge, found conflicts; update its branch`);
      }
      return sha;
    },
    closePullRequest: (options) =>
      finish(world, pullNumbered(options.repository, options.number), {
        by: person(world, options.by),
        merge: null,
      }),
    markReady: async (options) => {
      const issue = pullNumbered(options.repository, options.number);
      issue.pull.draft = false;
      issue.updatedAt = world.clock();
      await sendPull(world, issue, { action: 'ready_for_review', by: person(world, options.by) });
    },
    pressButton: (options) => {
      const run = options.repository.checkRuns.get(options.checkRun);
      if (!run?.actions.some((action) => action.identifier === options.identifier)) {
        throw new Error(`expected a button ${options.identifier} on check run ${options.checkRun}, found none`);
      }
      const by = person(world, options.by);
      sendCheckRun(world, run, { action: 'requested_action', by, identifier: options.identifier });
    },
    reviewEnvironment: ({ repository, environment, by, approve }) => {
      const found = repository.environments.get(environment);
      if (found === undefined || found.waiting.size === 0 || !found.reviewers.includes(accountNamed(world, by))) {
        throw new Error(`expected a job that waits for ${by} to enter ${environment}, found none`);
      }
      for (const decide of [...found.waiting]) {
        decide(approve);
      }
    },
  };
}

/** The account of a login. Throws when nobody has it. */
export function accountNamed(world: World, login: string): Account {
  const account = findAccount(world, login);
  if (account === undefined) {
    throw new Error(`expected an account ${login}, found none; create it with createUser`);
  }
  return account;
}

function person(world: World, login: string): By {
  return { account: accountNamed(world, login), cause: 'person' };
}

function pullNumbered(repository: Repository, number: number): PullIssue {
  const issue = repository.issues.get(number);
  if (issue === undefined || !isPull(issue)) {
    throw new Error(`expected pull request #${number}, found none; open it first`);
  }
  return issue;
}

async function must(done: Promise<boolean>, ref: string): Promise<void> {
  if (!(await done)) {
    throw new Error(`expected ${ref} to stand still, found it moved; commit again`);
  }
}
