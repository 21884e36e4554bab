import { mergeability } from '../domain/pulls.ts';
import { zeroSha } from '../domain/push.ts';
import { accountShape } from '../shape/account.ts';
import { isPull, type PullIssue } from '../shape/pull.ts';
import { repositoryShape } from '../shape/repository.ts';
import type { GithubEvent, Repository } from '../state.ts';
import { ensureWorkflow, readWorkflowFiles, type WorkflowFile } from './actions-state.ts';
import { type RunDesk, requestRun } from './request-run.ts';
import { startsOnPullRequest, startsOnPush } from './triggers.ts';

/** Starts the workflows that a push or pull request asks for. What a job did with its GITHUB_TOKEN starts none. */
export async function startWorkflows(desk: RunDesk, event: GithubEvent): Promise<void> {
  if (event.repository === null || event.cause === 'job') {
    return;
  }
  if (event.event === 'push') {
    await startOnPush(desk, event.repository, event);
  } else if (event.event === 'pull_request') {
    const issue = event.repository.issues.get(Number(event.payload['number']));
    if (issue !== undefined && isPull(issue)) {
      await startOnPullRequest(desk, issue, event);
    }
  }
}

async function startOnPush(desk: RunDesk, repository: Repository, event: GithubEvent): Promise<void> {
  const { ref, before, after } = textsOf(event.payload);
  if (after === zeroSha) {
    return;
  }
  const files = (await readWorkflowFiles(repository, after)).filter((file) => file.triggers.push !== null);
  if (files.length === 0) {
    return;
  }
  const paths = await changedPaths(repository, before === zeroSha ? null : before, after);
  const commit = await repository.git.commit(after);
  for (const file of files) {
    if (file.triggers.push !== null && startsOnPush(file.triggers.push, { ref, paths })) {
      start(desk, repository, file, {
        event,
        kind: 'push',
        ref,
        sha: after,
        headSha: after,
        headBranch: ref.replace(/^refs\/(heads|tags)\//, ''),
        headRepository: repository,
        pullNumber: null,
        baseRef: null,
        title: commit?.message.split('\n')[0] ?? ref,
      });
    }
  }
}

async function startOnPullRequest(desk: RunDesk, issue: PullIssue, event: GithubEvent): Promise<void> {
  const { repository, pull } = issue;
  if (!(await mergeability(desk.state.world, issue))) {
    return;
  }
  const ref = `refs/pull/${issue.number}/merge`;
  const sha = (await repository.git.ref(ref))?.sha;
  if (sha === undefined) {
    return;
  }
  const files = (await readWorkflowFiles(repository, sha)).filter((file) => file.triggers.pullRequest !== null);
  const paths = files.length === 0 ? [] : await changedPaths(repository, `${sha}^1`, sha);
  for (const file of files) {
    const filter = file.triggers.pullRequest;
    if (filter !== null && startsOnPullRequest(filter, { action: event.action ?? '', base: pull.base.ref, paths })) {
      start(desk, repository, file, {
        event,
        kind: 'pull_request',
        ref,
        sha,
        headSha: pull.head.sha,
        headBranch: pull.head.ref,
        headRepository: pull.head.repository ?? repository,
        pullNumber: issue.number,
        baseRef: pull.base.ref,
        title: issue.title,
      });
    }
  }
}

function start(
  desk: RunDesk,
  repository: Repository,
  file: WorkflowFile,
  what: Omit<
    Parameters<typeof requestRun>[1],
    'repository' | 'workflow' | 'file' | 'event' | 'eventPayload' | 'inputs' | 'actor'
  > & {
    readonly event: GithubEvent;
    readonly kind: 'push' | 'pull_request';
  },
): void {
  const { world } = desk.state;
  const { event, kind, ...rest } = what;
  const workflow = ensureWorkflow(desk.state, repository, file);
  if (workflow.state === 'disabled_manually') {
    return;
  }
  requestRun(desk, {
    ...rest,
    repository,
    workflow,
    file,
    event: kind,
    eventPayload: {
      ...(event.action === null ? {} : { action: event.action }),
      ...event.payload,
      repository: repositoryShape(world, repository),
      sender: accountShape(world, event.sender),
    },
    inputs: {},
    actor: event.sender,
  });
}

async function changedPaths(repository: Repository, before: string | null, after: string): Promise<readonly string[]> {
  const range = before === null ? ['--root', after] : [before, after];
  const output = await repository.git.ask(['diff-tree', '-r', '-z', '--name-only', '--no-commit-id', ...range]);
  return output.toString('utf8').split('\0').filter(Boolean);
}

function textsOf(payload: GithubEvent['payload']): {
  readonly ref: string;
  readonly before: string;
  readonly after: string;
} {
  return { ref: String(payload['ref']), before: String(payload['before']), after: String(payload['after']) };
}
