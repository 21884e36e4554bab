import type { CommitObject } from '../git/git-object.ts';
import type { CheckRun, CheckSuite, JsonObject, Repository, World } from '../state.ts';
import { appShape, nodeId } from './account.ts';
import { simpleCommitShape } from './commit.ts';
import { pageUrl, repositoryLiteShape, repositoryUrl } from './repository.ts';

const order = [
  'startup_failure',
  'stale',
  'failure',
  'timed_out',
  'action_required',
  'cancelled',
  'success',
  'neutral',
];

/** A suite's own state follows from its runs: any unfinished one keeps it open, the worst conclusion wins. */
function suiteState(suite: CheckSuite): {
  readonly status: 'queued' | 'in_progress' | 'completed';
  readonly conclusion: string | null;
} {
  const runs = runsOf(suite);
  if (runs.length === 0) {
    return { status: 'queued', conclusion: null };
  }
  if (runs.some((run) => run.status !== 'completed')) {
    return { status: runs.some((run) => run.status === 'in_progress') ? 'in_progress' : 'queued', conclusion: null };
  }
  // GitHub's webhooks know no suite that was skipped: one without any other check is neutral.
  const conclusions = runs.map(({ conclusion }) => (conclusion === 'skipped' ? 'neutral' : (conclusion ?? 'neutral')));
  return { status: 'completed', conclusion: order.find((conclusion) => conclusions.includes(conclusion)) ?? null };
}

/** The runs of one suite, oldest first. */
export function runsOf(suite: CheckSuite): readonly CheckRun[] {
  return [...suite.repository.checkRuns.values()].filter((run) => run.suite === suite);
}

/** The open pull requests whose head is this commit of this repository, in the short form of checks and runs. */
export function checkPulls(world: World, repository: Repository, sha: string): readonly JsonObject[] {
  const reference = (of: Repository) => ({ id: of.id, url: repositoryUrl(world, of), name: of.name });
  return [...repository.issues.values()].flatMap((issue) =>
    issue.pull !== null &&
    issue.state === 'open' &&
    issue.pull.head.repository === repository &&
    issue.pull.head.sha === sha
      ? [
          {
            id: issue.pull.id,
            number: issue.number,
            url: `${repositoryUrl(world, repository)}/pulls/${issue.number}`,
            head: { ref: issue.pull.head.ref, sha: issue.pull.head.sha, repo: reference(repository) },
            base: { ref: issue.pull.base.ref, sha: issue.pull.base.sha, repo: reference(repository) },
          },
        ]
      : [],
  );
}

/** The suite as webhooks nest it in a check run. */
function nestedSuiteShape(world: World, suite: CheckSuite): JsonObject {
  return {
    id: suite.id,
    node_id: nodeId('CheckSuite', suite.id),
    head_branch: suite.headBranch,
    head_sha: suite.headSha,
    ...suiteState(suite),
    url: `${repositoryUrl(world, suite.repository)}/check-suites/${suite.id}`,
    before: suite.before,
    after: suite.headSha,
    pull_requests: checkPulls(world, suite.repository, suite.headSha),
    app: appShape(world, suite.app),
    created_at: suite.createdAt.toISOString(),
    updated_at: suite.updatedAt.toISOString(),
  };
}

/** The suite as a check_suite webhook carries it. */
export function suiteEventShape(world: World, suite: CheckSuite, head: CommitObject): JsonObject {
  return {
    ...nestedSuiteShape(world, suite),
    latest_check_runs_count: runsOf(suite).length,
    check_runs_url: `${repositoryUrl(world, suite.repository)}/check-suites/${suite.id}/check-runs`,
    head_commit: simpleCommitShape(head),
  };
}

export function suiteShape(world: World, suite: CheckSuite, head: CommitObject): JsonObject {
  return { ...suiteEventShape(world, suite, head), repository: repositoryLiteShape(world, suite.repository) };
}

/** A check run; `nested` is the suite as REST (its id) or a webhook (all of it) tells it. */
function runShape(world: World, run: CheckRun, nested: JsonObject): JsonObject {
  const url = `${repositoryUrl(world, run.suite.repository)}/check-runs/${run.id}`;
  const page = `${pageUrl(world, run.suite.repository)}/runs/${run.id}`;
  return {
    id: run.id,
    node_id: nodeId('CheckRun', run.id),
    head_sha: run.suite.headSha,
    external_id: run.externalId,
    url,
    html_url: page,
    details_url: run.detailsUrl ?? page,
    status: run.status,
    conclusion: run.conclusion,
    started_at: run.startedAt.toISOString(),
    completed_at: run.completedAt?.toISOString() ?? null,
    output: {
      ...run.output,
      annotations_count: run.annotations.length,
      annotations_url: `${url}/annotations`,
    },
    name: run.name,
    check_suite: nested,
    app: appShape(world, run.suite.app),
    pull_requests: checkPulls(world, run.suite.repository, run.suite.headSha),
  };
}

export function checkRunShape(world: World, run: CheckRun): JsonObject {
  return runShape(world, run, { id: run.suite.id });
}

/** The check run as webhooks carry it. */
export function checkRunEventShape(world: World, run: CheckRun): JsonObject {
  return runShape(world, run, nestedSuiteShape(world, run.suite));
}
