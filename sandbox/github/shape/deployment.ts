import type { Deployment, DeploymentStatus, Environment } from '../domain/deployments.ts';
import type { CommitStatus, JsonObject, Repository, World } from '../state.ts';
import { accountShape, appShape, nodeId } from './account.ts';
import { pageUrl, repositoryUrl } from './repository.ts';

export function deploymentShape(world: World, deployment: Deployment): JsonObject {
  const api = repositoryUrl(world, deployment.repository);
  const url = `${api}/deployments/${deployment.id}`;
  return {
    url,
    id: deployment.id,
    node_id: nodeId('Deployment', deployment.id),
    sha: deployment.sha,
    ref: deployment.ref,
    task: deployment.task,
    payload: deployment.payload,
    original_environment: deployment.environment,
    environment: deployment.environment,
    transient_environment: deployment.transient,
    production_environment: deployment.production,
    description: deployment.description,
    creator: accountShape(world, deployment.creator),
    created_at: deployment.createdAt.toISOString(),
    updated_at: deployment.updatedAt.toISOString(),
    statuses_url: `${url}/statuses`,
    repository_url: api,
    performed_via_github_app: deployment.app === null ? null : appShape(world, deployment.app),
  };
}

export function deploymentStatusShape(world: World, deployment: Deployment, status: DeploymentStatus): JsonObject {
  const api = repositoryUrl(world, deployment.repository);
  return {
    url: `${api}/deployments/${deployment.id}/statuses/${status.id}`,
    id: status.id,
    node_id: nodeId('DeploymentStatus', status.id),
    state: status.state,
    creator: accountShape(world, status.creator),
    description: status.description,
    environment: status.environment,
    // GitHub answers the empty text where nothing was given; its own description wants a URI only when there is one.
    // GitHub answers with an empty text, which its own description does not allow.
    ...(status.environmentUrl === '' ? {} : { environment_url: status.environmentUrl }),
    log_url: status.logUrl,
    target_url: status.logUrl,
    created_at: status.createdAt.toISOString(),
    updated_at: status.createdAt.toISOString(),
    deployment_url: `${api}/deployments/${deployment.id}`,
    repository_url: api,
    performed_via_github_app: deployment.app === null ? null : appShape(world, deployment.app),
  };
}

export function environmentShape(world: World, repository: Repository, environment: Environment): JsonObject {
  const rule = (type: string, offset: number) => ({
    id: environment.id * 10 + offset,
    node_id: nodeId('GateRule', environment.id * 10 + offset),
    type,
  });
  return {
    id: environment.id,
    node_id: nodeId('Environment', environment.id),
    name: environment.name,
    url: `${repositoryUrl(world, repository)}/environments/${encodeURIComponent(environment.name)}`,
    html_url: `${pageUrl(world, repository)}/deployments/activity_log?environments_filter=${encodeURIComponent(environment.name)}`,
    created_at: environment.createdAt.toISOString(),
    updated_at: environment.updatedAt.toISOString(),
    protection_rules: [
      ...(environment.waitTimerMinutes > 0
        ? [{ ...rule('wait_timer', 1), wait_timer: environment.waitTimerMinutes }]
        : []),
      ...(environment.reviewers.length > 0
        ? [
            {
              ...rule('required_reviewers', 2),
              prevent_self_review: environment.preventSelfReview,
              reviewers: environment.reviewers.map((reviewer) => ({
                type: 'User',
                reviewer: accountShape(world, reviewer),
              })),
            },
          ]
        : []),
      ...(environment.branchPolicy === null ? [] : [rule('branch_policy', 3)]),
    ],
    deployment_branch_policy: environment.branchPolicy,
  };
}

export function statusShape(world: World, repository: Repository, status: CommitStatus): JsonObject {
  return {
    url: `${repositoryUrl(world, repository)}/statuses/${status.sha}`,
    avatar_url: `${world.url}/avatars/u/${status.creator.id}?v=4`,
    id: status.id,
    node_id: nodeId('StatusContext', status.id),
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    context: status.context,
    created_at: status.createdAt.toISOString(),
    updated_at: status.createdAt.toISOString(),
    creator: accountShape(world, status.creator),
  };
}
