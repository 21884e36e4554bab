import { addDeployment, addDeploymentStatus, type Deployment, freshen } from '../domain/deployments.ts';
import { findCommit } from '../domain/revision.ts';
import { malformed, notFound, Refusal } from '../refusal.ts';
import { type Answer, actorOf, appOf, byOf, type RepositoryCall, type Route, repositoryRoute } from '../routes.ts';
import { flagOf, optionalChoice, optionalList, optionalText, textOf } from '../server/fields.ts';
import { page } from '../server/paging.ts';
import { deploymentShape, deploymentStatusShape } from '../shape/deployment.ts';
import { latestStatuses } from './statuses.ts';

const deployments = '/repos/{owner}/{repo}/deployments' as const;
const deployment = `${deployments}/{deployment_id}` as const;

export const deploymentRoutes: readonly Route[] = [
  repositoryRoute(`GET ${deployments}`, { permissions: 'deployments:read', handle: list }),
  repositoryRoute(`POST ${deployments}`, { permissions: 'deployments:write', handle: create }),
  repositoryRoute(`GET ${deployment}`, { permissions: 'deployments:read', handle: get }),
  repositoryRoute(`DELETE ${deployment}`, { permissions: 'deployments:write', handle: remove }),
  repositoryRoute(`GET ${deployment}/statuses`, { permissions: 'deployments:read', handle: listStatuses }),
  repositoryRoute(`POST ${deployment}/statuses`, { permissions: 'deployments:write', handle: createStatus }),
  repositoryRoute(`GET ${deployment}/statuses/{status_id}`, { permissions: 'deployments:read', handle: getStatus }),
];

const states = ['error', 'failure', 'inactive', 'in_progress', 'queued', 'pending', 'success'] as const;

function list(call: RepositoryCall): Answer {
  const { query } = call;
  const matches = (field: 'sha' | 'ref' | 'task' | 'environment', value: string) =>
    !query.has(field) || query.get(field) === 'none' || query.get(field) === value;
  const found = [...call.repository.deployments.values()]
    .filter(
      (item) =>
        matches('sha', item.sha) &&
        matches('ref', item.ref) &&
        matches('task', item.task) &&
        matches('environment', item.environment),
    )
    .reverse();
  const { items, headers } = page(call, found);
  return { status: 200, json: items.map((item) => deploymentShape(call.world, item)), headers };
}

async function create(call: RepositoryCall): Promise<Answer> {
  const { world, repository, body } = call;
  const ref = textOf(body, 'ref');
  const commit = await findCommit(repository.git, ref);
  if (commit === null) {
    throw new Refusal(422, `No ref found for: ${ref}`);
  }
  if (flagOf(body, 'auto_merge', true)) {
    const state = await freshen(world, repository, { ref, sha: commit.sha, by: byOf(call) });
    if (state === 'conflict') {
      throw new Refusal(409, `Conflict merging ${repository.defaultBranch} into ${ref}.`);
    }
    if (state === 'behind') {
      return { status: 202, json: { message: `Auto-merged ${repository.defaultBranch} into ${ref} on deployment.` } };
    }
  }
  requireContexts(call, { ref, sha: commit.sha });
  const environment = optionalText(body, 'environment') ?? 'production';
  const added = addDeployment(
    world,
    {
      repository,
      sha: commit.sha,
      ref,
      task: optionalText(body, 'task') ?? 'deploy',
      payload: body['payload'] ?? {},
      environment,
      description: optionalText(body, 'description'),
      transient: flagOf(body, 'transient_environment'),
      production: flagOf(body, 'production_environment', environment === 'production'),
      creator: actorOf(call),
      app: appOf(call),
    },
    byOf(call),
  );
  return { status: 201, json: deploymentShape(world, added) };
}

/** Without `required_contexts` every status and check must have succeeded; an empty list asks for none. */
function requireContexts(call: RepositoryCall, at: { readonly ref: string; readonly sha: string }): void {
  const asked = optionalList(call.body, 'required_contexts');
  const runs = [...call.repository.checkRuns.values()].filter((run) => run.suite.headSha === at.sha);
  const known = [
    ...latestStatuses(call.repository, at.sha).map((status) => ({ context: status.context, state: status.state })),
    ...new Map(
      runs.map((run) => [run.name, { context: run.name, state: stateOfRun(run.conclusion) }] as const),
    ).values(),
  ];
  const wanted = asked === null ? known.map((entry) => entry.context) : asked.map(String);
  const contexts = wanted.map((context) => ({
    context,
    state: known.find((entry) => entry.context === context)?.state ?? 'pending',
  }));
  if (contexts.some((entry) => entry.state !== 'success')) {
    throw new Refusal(409, `Conflict: Commit status checks failed for ${at.ref}.`, {
      details: { errors: [{ resource: 'Deployment', field: 'required_contexts', code: 'invalid', contexts }] },
    });
  }
}

function stateOfRun(conclusion: string | null): string {
  if (conclusion === null) {
    return 'pending';
  }
  return ['success', 'neutral', 'skipped'].includes(conclusion) ? 'success' : 'failure';
}

function get(call: RepositoryCall): Answer {
  return { status: 200, json: deploymentShape(call.world, deploymentOf(call)) };
}

function remove(call: RepositoryCall): Answer {
  const found = deploymentOf(call);
  const isOnly = call.repository.deployments.size === 1;
  if (!isOnly && found.statuses.at(-1)?.state !== 'inactive') {
    throw new Refusal(
      422,
      'We cannot delete an active deployment unless it is the only deployment in a given environment.',
    );
  }
  call.repository.deployments.delete(found.id);
  return { status: 204 };
}

function listStatuses(call: RepositoryCall): Answer {
  const found = deploymentOf(call);
  const { items, headers } = page(call, [...found.statuses].reverse());
  return { status: 200, json: items.map((item) => deploymentStatusShape(call.world, found, item)), headers };
}

function createStatus(call: RepositoryCall): Answer {
  const { world, body } = call;
  const found = deploymentOf(call);
  const state = optionalChoice(body, 'state', states);
  if (state === null) {
    throw malformed('"state" wasn\'t supplied.');
  }
  const description = optionalText(body, 'description') ?? '';
  if (description.length > 140) {
    throw malformed('description is too long (maximum is 140 characters)');
  }
  const status = addDeploymentStatus(world, found, {
    status: {
      state,
      description,
      environment: optionalText(body, 'environment') ?? found.statuses.at(-1)?.environment ?? found.environment,
      environmentUrl: optionalText(body, 'environment_url') ?? '',
      logUrl: optionalText(body, 'log_url') ?? optionalText(body, 'target_url') ?? '',
    },
    keepsOthers: !flagOf(body, 'auto_inactive', true),
    by: byOf(call),
  });
  return { status: 201, json: deploymentStatusShape(world, found, status) };
}

function getStatus(call: RepositoryCall): Answer {
  const found = deploymentOf(call);
  const status = found.statuses.find((item) => item.id === Number(call.params['status_id']));
  if (status === undefined) {
    throw notFound();
  }
  return { status: 200, json: deploymentStatusShape(call.world, found, status) };
}

function deploymentOf(call: RepositoryCall): Deployment {
  const found = call.repository.deployments.get(Number(call.params['deployment_id']));
  if (found === undefined) {
    throw notFound();
  }
  return found;
}
