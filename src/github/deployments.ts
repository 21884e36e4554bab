import type { Repository } from '../intent.ts';
import type { AppIdentity } from '../observe.ts';
import type { DeploymentContent } from '../rollout/rollout-effect.ts';
import { type Github, idOf, once, routeOf } from './connection.ts';
import { asking, askingFor } from './failure.ts';

/** What tells our Deployments from those of others, and of other models in the same environment. */
const task = 'siskin:rollout';

/** GitHub's own bound: https://docs.github.com/rest/deployments/statuses#create-a-deployment-status */
const descriptionLimit = 140;

/**
 * Makes the newest status of a rollout's Deployment say this, and returns the Deployment's id. Others stay as they are:
 * GitHub would call all earlier ones of the environment inactive, also those of other models.
 */
export async function publishDeployment(
  github: Github,
  repository: Repository,
  options: {
    readonly app: AppIdentity;
    readonly rollout: string;
    readonly known: number | null;
    readonly deployment: DeploymentContent;
  },
): Promise<number> {
  const { deployment } = options;
  const id = options.known ?? (await findDeployment(github, repository, options)) ?? (await create());
  const description = deployment.description.slice(0, descriptionLimit);
  const newest = await newestStatus(github, repository, id);
  if (newest?.state === deployment.state && newest.description === description) return id;
  await asking(`set the deployment ${id} to ${deployment.state}`, () =>
    github.request('POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses', {
      ...routeOf(repository),
      ...once,
      deployment_id: id,
      state: deployment.state,
      description,
      environment: deployment.environment,
      auto_inactive: false,
      ...(deployment.environmentUrl === null ? {} : { environment_url: deployment.environmentUrl }),
      log_url: `${webUrl(github)}/${repository.owner}/${repository.name}/${deployment.logPath}`,
    }),
  );
  return id;

  async function create(): Promise<number> {
    const { data } = await asking(`create a deployment to ${deployment.environment}`, () =>
      github.request('POST /repos/{owner}/{repo}/deployments', {
        ...routeOf(repository),
        ...once,
        ref: deployment.sha,
        task,
        environment: deployment.environment,
        description: `Rollout ${options.rollout}`.slice(0, descriptionLimit),
        payload: { ...deployment.payload, rollout: options.rollout },
        // It is merged already, and whether it may be released was judged on its pull request.
        auto_merge: false,
        required_contexts: [],
        transient_environment: false,
      }),
    );
    // Without auto_merge GitHub answers with the Deployment, never with a message alone.
    return idOf('id' in data ? data.id : 0);
  }
}

/** Where people see what the API of a GitHub is about: api.github.com, or `/api/v3` of an enterprise's server. */
function webUrl(github: Github): string {
  const { baseUrl } = github.request.endpoint.DEFAULTS;
  return baseUrl.replace(/\/api\/v3\/?$/, '').replace(/^https:\/\/api\./, 'https://');
}

async function findDeployment(
  github: Github,
  repository: Repository,
  { app, rollout, deployment }: { app: AppIdentity; rollout: string; deployment: DeploymentContent },
): Promise<number | null> {
  const { data } = await asking(`list the deployments of ${deployment.sha}`, () =>
    github.request('GET /repos/{owner}/{repo}/deployments', {
      ...routeOf(repository),
      sha: deployment.sha,
      environment: deployment.environment,
      task,
      per_page: 100,
    }),
  );
  const found = data.find((one) => one.creator?.login === `${app.slug}[bot]` && rolloutIn(one.payload) === rollout);
  return found === undefined ? null : idOf(found.id);
}

/** GitHub gives back what was sent, as an object or as the text of one. */
function rolloutIn(payload: unknown): unknown {
  const value = typeof payload === 'string' ? parsed(payload) : payload;
  return typeof value === 'object' && value !== null ? Reflect.get(value, 'rollout') : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function newestStatus(github: Github, repository: Repository, id: number) {
  const answer = await askingFor(`read the deployment ${id}`, () =>
    github.request('GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses', {
      ...routeOf(repository),
      deployment_id: id,
      per_page: 1,
    }),
  );
  return answer?.data[0] ?? null;
}
