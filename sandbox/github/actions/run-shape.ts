import { accountShape, nodeId } from '../shape/account.ts';
import { checkPulls } from '../shape/check.ts';
import { pageUrl, repositoryLiteShape, repositoryUrl } from '../shape/repository.ts';
import type { JsonObject, Repository, World } from '../state.ts';
import {
  type Artifact,
  latestAttempt,
  type RunAttempt,
  type Workflow,
  type WorkflowJob,
  type WorkflowRun,
} from './run-state.ts';

/** A workflow as REST and webhooks tell it. */
export function workflowShape(world: World, repository: Repository, workflow: Workflow): JsonObject {
  const api = repositoryUrl(world, repository);
  const page = pageUrl(world, repository);
  return {
    id: workflow.id,
    node_id: nodeId('Workflow', workflow.id),
    name: workflow.name,
    path: workflow.path,
    state: workflow.state,
    created_at: workflow.createdAt.toISOString(),
    updated_at: workflow.updatedAt.toISOString(),
    url: `${api}/actions/workflows/${workflow.id}`,
    html_url: `${page}/blob/${repository.defaultBranch}/${workflow.path}`,
    badge_url: `${page}/workflows/${encodeURIComponent(workflow.name)}/badge.svg`,
  };
}

/** A run as both REST and webhooks tell it. `attempt` is the newest unless given. */
export async function runShape(world: World, run: WorkflowRun, attempt = latestAttempt(run)): Promise<JsonObject> {
  const { repository, workflow } = run;
  const api = repositoryUrl(world, repository);
  const url = `${api}/actions/runs/${run.id}`;
  return {
    id: run.id,
    // The run's own name takes the workflow's place here, too.
    name: run.name ?? workflow.name,
    node_id: nodeId('WorkflowRun', run.id),
    head_branch: run.headBranch,
    head_sha: run.headSha,
    path: run.workflow.path,
    display_title: run.name ?? run.title,
    run_number: run.number,
    event: run.event,
    status: attempt.status,
    conclusion: attempt.conclusion,
    workflow_id: workflow.id,
    check_suite_id: run.checkSuiteId,
    check_suite_node_id: nodeId('CheckSuite', run.checkSuiteId),
    url,
    html_url: `${pageUrl(world, repository)}/actions/runs/${run.id}`,
    pull_requests: checkPulls(world, run.headRepository, run.headSha),
    created_at: run.createdAt.toISOString(),
    updated_at: attempt.updatedAt.toISOString(),
    actor: accountShape(world, run.actor),
    run_attempt: attempt.number,
    referenced_workflows: [],
    run_started_at: attempt.startedAt.toISOString(),
    triggering_actor: accountShape(world, attempt.triggeringActor),
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${api}/check-suites/${run.checkSuiteId}`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    previous_attempt_url: attempt.number === 1 ? null : `${url}/attempts/${attempt.number - 1}`,
    workflow_url: `${api}/actions/workflows/${workflow.id}`,
    head_commit: await headCommitShape(run),
    repository: repositoryLiteShape(world, repository),
    head_repository: repositoryLiteShape(world, run.headRepository),
  };
}

/** A job as both REST and webhooks tell it. */
export function jobShape(world: World, job: WorkflowJob): JsonObject {
  const { run } = job;
  const api = repositoryUrl(world, run.repository);
  const started = job.startedAt ?? job.createdAt;
  return {
    id: job.id,
    run_id: run.id,
    run_url: `${api}/actions/runs/${run.id}`,
    run_attempt: job.attempt,
    node_id: nodeId('WorkflowJob', job.id),
    head_sha: run.headSha,
    head_branch: run.headBranch,
    url: `${api}/actions/jobs/${job.id}`,
    html_url: `${pageUrl(world, run.repository)}/actions/runs/${run.id}/job/${job.id}`,
    status: job.status,
    conclusion: job.conclusion,
    created_at: job.createdAt.toISOString(),
    started_at: started.toISOString(),
    completed_at: job.completedAt?.toISOString() ?? null,
    name: job.name,
    steps: job.steps.map((step) => ({
      name: step.name,
      status: step.status,
      conclusion: step.conclusion,
      number: step.number,
      started_at: step.startedAt?.toISOString() ?? null,
      completed_at: step.completedAt?.toISOString() ?? null,
    })),
    check_run_url: `${api}/check-runs/${job.id}`,
    labels: job.labels,
    runner_id: job.runnerName === null ? null : 1,
    runner_name: job.runnerName,
    runner_group_id: job.runnerName === null ? null : 1,
    runner_group_name: job.runnerName === null ? null : 'Default',
    workflow_name: run.workflow.name,
  };
}

/** An artifact as REST tells it. */
export function artifactShape(world: World, artifact: Artifact): JsonObject {
  const { run } = artifact;
  const url = `${repositoryUrl(world, run.repository)}/actions/artifacts/${artifact.id}`;
  return {
    id: artifact.id,
    node_id: nodeId('Artifact', artifact.id),
    name: artifact.name,
    size_in_bytes: artifact.size,
    url,
    archive_download_url: `${url}/zip`,
    expired: artifact.expiresAt <= world.clock(),
    created_at: artifact.createdAt.toISOString(),
    updated_at: artifact.updatedAt.toISOString(),
    expires_at: artifact.expiresAt.toISOString(),
    digest: artifact.digest,
    workflow_run: {
      id: run.id,
      repository_id: run.repository.id,
      head_repository_id: run.headRepository.id,
      head_branch: run.headBranch,
      head_sha: run.headSha,
    },
  };
}

/** Which jobs failed, so that running failed jobs again means them. */
export function unsuccessfulJobs(attempt: RunAttempt): readonly string[] {
  return attempt.jobs.filter((job) => job.conclusion !== 'success').map((job) => job.name);
}

async function headCommitShape(run: WorkflowRun): Promise<JsonObject | null> {
  const commit = await run.headRepository.git.commit(run.headSha);
  return commit === null
    ? null
    : {
        id: commit.sha,
        tree_id: commit.tree,
        message: commit.message.trimEnd(),
        timestamp: commit.committer.date.toISOString().replace(/\.\d+Z$/, 'Z'),
        author: { name: commit.author.name, email: commit.author.email },
        committer: { name: commit.committer.name, email: commit.committer.email },
      };
}
