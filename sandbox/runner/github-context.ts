import { arch } from 'node:os';
import type { RequestedRun } from '../github/actions-backend.ts';
import type { Json, JsonRecord } from './expression.ts';
import type { JobFolders } from './job-folders.ts';
import type { RunnerMachine } from './job-order.ts';

/** The `github` context that the whole run shares; jobs and steps add to it. */
export function runContext(
  run: RequestedRun,
  options: { readonly workflowName: string | null; readonly url: string; readonly apiUrl: string },
): JsonRecord {
  const { owner, name } = run.repository;
  const serverUrl = browserUrl(options.url);
  const [, kind = 'heads', refName = ''] = /^refs\/(heads|tags|pull)\/(.+)$/.exec(run.ref) ?? [];
  return {
    actor: run.actor,
    actor_id: String(run.actorId),
    api_url: options.apiUrl,
    base_ref: run.pullRequest?.baseRef ?? '',
    // What GitHub wrote into it came from JSON.
    event: run.eventPayload as JsonRecord,
    event_name: run.event,
    graphql_url: options.apiUrl.replace(/\/v3$/, '/graphql'),
    head_ref: run.pullRequest?.headRef ?? '',
    ref: run.ref,
    ref_name: refName,
    ref_protected: false,
    ref_type: kind === 'tags' ? 'tag' : 'branch',
    repository: `${owner}/${name}`,
    repository_id: String(run.repository.id),
    repository_owner: owner,
    repository_owner_id: String(run.repository.ownerId),
    repositoryUrl: `${serverUrl.replace(/^http/, 'git')}/${owner}/${name}.git`,
    retention_days: '90',
    run_attempt: String(run.attempt),
    run_id: String(run.id),
    run_number: String(run.number),
    secret_source: 'Actions',
    server_url: serverUrl,
    sha: run.sha,
    triggering_actor: run.actor,
    workflow: options.workflowName ?? run.workflowPath,
    workflow_ref: `${owner}/${name}/${run.workflowPath}@${run.ref}`,
    workflow_sha: run.sha,
  };
}

/** The `runner` context of a job. */
export function runnerContext(machine: RunnerMachine, folders: JobFolders): JsonRecord {
  return {
    name: machine.name,
    os: 'Linux',
    arch: arch() === 'arm64' ? 'ARM64' : 'X64',
    environment: runnerEnvironment(machine),
    temp: folders.temp,
    tool_cache: machine.toolCache,
    workspace: folders.workspace.replace(/\/[^/]+$/, ''),
  };
}

/** A machine that carries the label `self-hosted` is somebody's own. */
export function runnerEnvironment(machine: RunnerMachine): 'github-hosted' | 'self-hosted' {
  return machine.labels.includes('self-hosted') ? 'self-hosted' : 'github-hosted';
}

/** The GITHUB_* and RUNNER_* variables that follow from the contexts, with CI. */
export function contextVariables(github: JsonRecord, runner: JsonRecord): Readonly<Record<string, string>> {
  const variables: Record<string, string> = { CI: 'true', GITHUB_ACTIONS: 'true' };
  for (const key of githubVariables) {
    variables[`GITHUB_${key.toUpperCase()}`] = variableText(github[key]);
  }
  for (const [key, value] of Object.entries(runner)) {
    variables[`RUNNER_${key.toUpperCase()}`] = variableText(value);
  }
  return variables;
}

const githubVariables = [
  'action',
  'action_ref',
  'action_repository',
  'actor',
  'actor_id',
  'api_url',
  'base_ref',
  'event_name',
  'event_path',
  'graphql_url',
  'head_ref',
  'job',
  'ref',
  'ref_name',
  'ref_protected',
  'ref_type',
  'repository',
  'repository_id',
  'repository_owner',
  'repository_owner_id',
  'retention_days',
  'run_attempt',
  'run_id',
  'run_number',
  'server_url',
  'sha',
  'triggering_actor',
  'workflow',
  'workflow_ref',
  'workflow_sha',
  'workspace',
] as const;

// @actions/artifact takes any other host for GitHub Enterprise Server and refuses to work there.
function browserUrl(url: string): string {
  return url.replace(/^(https?:\/\/)(?:127\.0\.0\.1|localhost)(?=[:/]|$)/, '$1github.localhost');
}

function variableText(value: Json | undefined): string {
  return value === undefined || value === null ? '' : String(value);
}
