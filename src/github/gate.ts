import type { Repository } from '../intent.ts';
import type { GateRun } from '../ports/gate.ts';
import { type Github, idOf, routeOf } from './connection.ts';
import { askingFor } from './failure.ts';

/** Whether the environment of this name has any protection rule. */
export async function isGuarded(github: Github, repository: Repository, environment: string): Promise<boolean> {
  const answer = await askingFor(`read the environment ${environment}`, () =>
    github.request('GET /repos/{owner}/{repo}/environments/{environment_name}', {
      ...routeOf(repository),
      environment_name: environment,
    }),
  );
  return (answer?.data.protection_rules ?? []).length > 0;
}

/** A run with what tells who started it, from which file of which branch. */
export async function readGateRun(github: Github, repository: Repository, runId: number): Promise<GateRun | null> {
  const answer = await askingFor(`read run ${runId}`, () =>
    github.request('GET /repos/{owner}/{repo}/actions/runs/{run_id}', { ...routeOf(repository), run_id: runId }),
  );
  if (answer === null) return null;
  const { data } = answer;
  return {
    id: idOf(data.id),
    title: data.display_title,
    // GitHub adds the branch to the path where the run was dispatched on one.
    path: data.path.replace(/@.*$/, ''),
    event: data.event,
    branch: data.head_branch,
    sha: data.head_sha,
    actor: data.actor?.login ?? null,
    status: data.status,
    conclusion: data.conclusion,
  };
}
