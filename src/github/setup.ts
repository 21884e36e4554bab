import { AppError } from '../error.ts';
import type { Repository } from '../intent.ts';
import type { DeliveryAttempt, Installation, RequiredCheck } from '../ports.ts';
import { type Github, idOf, routeOf } from './connection.ts';
import { asking, askingFor } from './failure.ts';

/** What the App asks for, and what the installation of a repository was given. `github` must ask as the App itself. */
export async function readInstallation(github: Github, repository: Repository): Promise<Installation> {
  const [{ data: app }, { data: installation }] = await Promise.all([
    asking('name this App', () => github.request('GET /app')),
    asking(`read installation ${repository.installation}`, () =>
      github.request('GET /app/installations/{installation_id}', { installation_id: repository.installation }),
    ),
  ]);
  if (app === null || app.slug === undefined) {
    throw new AppError(
      'github-refused',
      'expected GitHub to name this App, found no answer; check APP_ID and the private key',
    );
  }
  return {
    app: { id: idOf(app.id), slug: app.slug },
    asked: levels(app.permissions),
    granted: levels(installation.permissions),
    events: installation.events,
    url: installation.html_url,
    isSuspended: installation.suspended_at !== null,
    ofOrganisation: installation.target_type === 'Organization',
  };
}

/** The deliveries about a repository among the App's newest 100. `github` must ask as the App itself. */
export async function listDeliveries(github: Github, repository: Repository): Promise<readonly DeliveryAttempt[]> {
  const { data } = await asking('list the deliveries of the webhook', () =>
    github.request('GET /app/hook/deliveries', { per_page: 100 }),
  );
  // Deliveries of other installations are nobody's business here.
  const own = data.filter(
    (delivery) => delivery.repository_id !== null && Number(delivery.repository_id) === repository.id,
  );
  return own.map((delivery) => ({
    event: delivery.action === null ? delivery.event : `${delivery.event}.${delivery.action}`,
    at: delivery.delivered_at,
    status: delivery.status_code,
    isTaken: delivery.status_code >= 200 && delivery.status_code < 400,
  }));
}

/** Whether GitHub runs a workflow file: its state by its name, null when the default branch has none. */
export async function readWorkflowState(
  github: Github,
  repository: Repository,
  workflow: string,
): Promise<string | null> {
  const answer = await askingFor(`read the workflow ${workflow}`, () =>
    github.request('GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}', {
      ...routeOf(repository),
      workflow_id: workflow,
    }),
  );
  return answer?.data.state ?? null;
}

/** The checks that a branch requires, by rulesets and by branch protection; both may be read by who may read the repository. */
export async function listRequiredChecks(
  github: Github,
  repository: Repository,
  branch: string,
): Promise<readonly RequiredCheck[]> {
  const [rules, protection] = await Promise.all([
    // Servers without rulesets answer 404.
    askingFor(`read the rules of ${branch}`, () =>
      github.request('GET /repos/{owner}/{repo}/rules/branches/{branch}', {
        ...routeOf(repository),
        branch,
        per_page: 100,
      }),
    ),
    asking(`read the protection of ${branch}`, () =>
      github.request('GET /repos/{owner}/{repo}/branches/{branch}', { ...routeOf(repository), branch }),
    ),
  ]);
  const ruled = (rules?.data ?? []).flatMap((rule) =>
    rule.type === 'required_status_checks' ? (rule.parameters?.required_status_checks ?? []) : [],
  );
  // Octokit's types do not know the newer list with Apps: https://docs.github.com/rest/branches/branches#get-a-branch
  const { required_status_checks: required }: { required_status_checks?: ProtectedChecks | undefined } =
    protection.data.protection ?? {};
  const listed = required?.checks ?? (required?.contexts ?? []).map((context) => ({ context, app_id: null }));
  return [
    ...ruled.map(({ context, integration_id: id }) => ({ name: context, appId: id === undefined ? null : idOf(id) })),
    // GitHub writes −1 where any App may report.
    ...listed.map(({ context, app_id: id }) => ({ name: context, appId: id === null || id < 0 ? null : id })),
  ];
}

interface ProtectedChecks {
  readonly contexts?: readonly string[];
  readonly checks?: readonly { readonly context: string; readonly app_id: number | null }[];
}

function levels(permissions: object): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(permissions).flatMap(([name, level]) => (typeof level === 'string' ? [[name, level]] : [])),
  );
}
