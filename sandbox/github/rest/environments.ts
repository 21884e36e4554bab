import { type Environment, ensureEnvironment } from '../domain/deployments.ts';
import { invalid, notFound } from '../refusal.ts';
import { type Answer, type RepositoryCall, type Route, repositoryRoute } from '../routes.ts';
import { flagOf, isObject, optionalList, optionalObject, optionalWhole } from '../server/fields.ts';
import { page } from '../server/paging.ts';
import { environmentShape } from '../shape/deployment.ts';

const environments = '/repos/{owner}/{repo}/environments' as const;
const environment = `${environments}/{environment_name}` as const;

export const environmentRoutes: readonly Route[] = [
  repositoryRoute(`GET ${environments}`, { permissions: 'actions:read', handle: list }),
  repositoryRoute(`GET ${environment}`, { permissions: 'actions:read', handle: get }),
  repositoryRoute(`PUT ${environment}`, { permissions: 'administration:write', role: 'admin', handle: put }),
  repositoryRoute(`DELETE ${environment}`, { permissions: 'administration:write', role: 'admin', handle: remove }),
];

/** Thirty days. */
const maxWaitMinutes = 43_200;
const maxReviewers = 6;

function list(call: RepositoryCall): Answer {
  const all = [...call.repository.environments.values()];
  const { items, headers } = page(call, all);
  const shapes = items.map((item) => environmentShape(call.world, call.repository, item));
  return { status: 200, json: { total_count: all.length, environments: shapes }, headers };
}

function get(call: RepositoryCall): Answer {
  return { status: 200, json: environmentShape(call.world, call.repository, environmentOf(call)) };
}

function put(call: RepositoryCall): Answer {
  const { world, repository, body } = call;
  const wait = optionalWhole(body, 'wait_timer') ?? 0;
  if (wait < 0 || wait > maxWaitMinutes) {
    throw invalid('Environment', 'wait_timer', 'invalid');
  }
  const accounts = [...world.accounts.values()];
  const reviewers = (optionalList(body, 'reviewers') ?? []).map((entry) => {
    const account = accounts.find((candidate) => isObject(entry) && candidate.id === entry['id']);
    if (account === undefined) {
      throw invalid('Environment', 'reviewers', 'invalid');
    }
    return account;
  });
  if (reviewers.length > maxReviewers) {
    throw invalid('Environment', 'reviewers', 'invalid', `at most ${maxReviewers} reviewers`);
  }
  const policy = optionalObject(body, 'deployment_branch_policy');
  const changed = ensureEnvironment(world, repository, call.params['environment_name'] ?? '');
  changed.waitTimerMinutes = wait;
  changed.reviewers = reviewers;
  changed.preventSelfReview = flagOf(body, 'prevent_self_review');
  changed.branchPolicy =
    policy === null
      ? null
      : {
          protected_branches: flagOf(policy, 'protected_branches'),
          custom_branch_policies: flagOf(policy, 'custom_branch_policies'),
        };
  changed.updatedAt = world.clock();
  return { status: 200, json: environmentShape(world, repository, changed) };
}

function remove(call: RepositoryCall): Answer {
  call.repository.environments.delete(environmentOf(call).name);
  return { status: 204 };
}

function environmentOf(call: RepositoryCall): Environment {
  const found = call.repository.environments.get(call.params['environment_name'] ?? '');
  if (found === undefined) {
    throw notFound();
  }
  return found;
}
