import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Mount } from '../routes.ts';
import type { World } from '../state.ts';
import type { JobGrants } from './job-grants.ts';
import type { TokenSigner } from './json-web-token.ts';
import type { WorkflowJob } from './run-state.ts';

const lifetimeSeconds = 300;
const issuerPath = '/_services/token';
const jwksPath = `${issuerPath}/.well-known/jwks`;
const configurationPath = `${issuerPath}/.well-known/openid-configuration`;
const tokenPath = '/_services/oidc/token';

/**
 * GitHub's OpenID provider for jobs with `id-token: write`. The issuer is where a GitHub
 * Enterprise Server has it.
 * See https://docs.github.com/actions/reference/security/oidc
 */
export function oidcMount(options: {
  readonly world: World;
  readonly grants: JobGrants;
  readonly signer: TokenSigner;
}): Mount {
  const { world, grants, signer } = options;
  return {
    matches: (pathname) => [jwksPath, configurationPath, tokenPath].includes(pathname),
    handle: (request, response) => {
      const url = new URL(request.url ?? '/', world.url);
      if (url.pathname === configurationPath) {
        return answer(response, 200, configuration(world));
      }
      if (url.pathname === jwksPath) {
        return answer(response, 200, { keys: [signer.publicKey] });
      }
      const job = grants.jobOfIdTokenRequest(bearer(request));
      if (job === null) {
        return answer(response, 401, { message: 'the token is not one of a running job with `id-token: write`' });
      }
      const audience = url.searchParams.get('audience');
      return answer(response, 200, { count: 1, value: signer.sign(idTokenClaims(world, job, audience)) });
    },
  };
}

/** The claims of a job's token; the default audience is the repository's owner. */
function idTokenClaims(world: World, job: WorkflowJob, audience: string | null): Readonly<Record<string, unknown>> {
  const { run, start } = job;
  const { repository } = run;
  const name = `${repository.owner.login}/${repository.name}`;
  const environment = start?.environment ?? null;
  const subject =
    environment !== null
      ? `environment:${environment}`
      : run.event === 'pull_request'
        ? 'pull_request'
        : `ref:${run.ref}`;
  const workflowRef = `${name}/${run.workflow.path}@${run.ref}`;
  const now = Math.floor(world.clock().getTime() / 1000);
  return {
    jti: randomUUID(),
    sub: `repo:${name}:${subject}`,
    aud: audience ?? `${world.url}/${repository.owner.login}`,
    iss: issuer(world),
    iat: now,
    nbf: now - 60,
    exp: now + lifetimeSeconds,
    ref: run.ref,
    ref_type: run.ref.startsWith('refs/tags/') ? 'tag' : 'branch',
    ref_protected: 'false',
    sha: run.sha,
    repository: name,
    repository_id: String(repository.id),
    repository_owner: repository.owner.login,
    repository_owner_id: String(repository.owner.id),
    repository_visibility: repository.private ? 'private' : 'public',
    run_id: String(run.id),
    run_number: String(run.number),
    run_attempt: String(job.attempt),
    actor: run.actor.login,
    actor_id: String(run.actor.id),
    workflow: run.workflow.name,
    workflow_ref: workflowRef,
    workflow_sha: run.sha,
    job_workflow_ref: workflowRef,
    job_workflow_sha: run.sha,
    head_ref: run.pullNumber === null ? '' : run.headBranch,
    base_ref: run.baseRef ?? '',
    event_name: run.event,
    runner_environment: start?.runnerEnvironment ?? 'github-hosted',
    ...(environment === null ? {} : { environment }),
  };
}

function issuer(world: World): string {
  return `${world.url}${issuerPath}`;
}

function configuration(world: World): Readonly<Record<string, unknown>> {
  return {
    issuer: issuer(world),
    jwks_uri: `${world.url}${jwksPath}`,
    subject_types_supported: ['public', 'pairwise'],
    response_types_supported: ['id_token'],
    claims_supported: ['sub', 'aud', 'exp', 'iat', 'iss', 'jti', 'nbf', 'repository', 'run_id', 'job_workflow_ref'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: ['openid'],
  };
}

function bearer(request: IncomingMessage): string {
  return /^bearer\s+(.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
}

function answer(response: ServerResponse, status: number, json: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(json));
}
