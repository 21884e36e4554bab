import { randomBytes, randomUUID } from 'node:crypto';
import type { JobGrant } from '../actions-backend.ts';
import { githubActions } from '../apps.ts';
import type { Tokens } from '../identity.ts';
import type { Permissions, World } from '../state.ts';
import type { TokenSigner } from './json-web-token.ts';
import { latestAttempt, type WorkflowJob } from './run-state.ts';

/** The secrets that running jobs hold, and whose they are. */
export interface JobGrants {
  grant(job: WorkflowJob, permissions: Permissions): JobGrant;
  /** Ends what a job was given; a token found in a log later opens nothing. */
  revoke(job: WorkflowJob): void;
  /** The job that shows this runtime token (to the artifact service), or null. */
  jobOfRuntimeToken(token: string): WorkflowJob | null;
  /** The job that shows this token to ask for an OIDC token, or null. */
  jobOfIdTokenRequest(token: string): WorkflowJob | null;
}

const runtimeTokenSeconds = 6 * 3600;

/** No grants yet. */
export function createJobGrants(options: {
  readonly world: World;
  readonly tokens: Tokens;
  readonly signer: TokenSigner;
}): JobGrants {
  const { world, tokens, signer } = options;
  const byRuntimeToken = new Map<string, WorkflowJob>();
  const byIdTokenRequest = new Map<string, WorkflowJob>();
  const githubTokens = new Map<WorkflowJob, string>();
  const drop = (map: Map<string, WorkflowJob>, job: WorkflowJob) => {
    for (const [token, owner] of map) {
      if (owner === job) {
        map.delete(token);
      }
    }
  };
  return {
    grant: (job, permissions) => {
      const { repository } = job.run;
      const identity = { kind: 'job', app: githubActions(world), repository, permissions, jobId: job.id } as const;
      const githubToken = tokens.issueToken(identity, new Date(world.clock().getTime() + 24 * 3_600_000)).token;
      const runtimeToken = signer.sign(runtimeClaims(world, job));
      const wantsIdToken = permissions['id_token'] === 'write';
      const requestToken = wantsIdToken ? randomBytes(32).toString('base64url') : null;
      githubTokens.set(job, githubToken);
      byRuntimeToken.set(runtimeToken, job);
      if (requestToken !== null) {
        byIdTokenRequest.set(requestToken, job);
      }
      return {
        githubToken,
        runtimeToken,
        resultsUrl: `${world.url}/`,
        // The official client appends `&audience=…`, so there must be a query already.
        idTokenRequestUrl: wantsIdToken ? `${world.url}/_services/oidc/token?api-version=2.0` : null,
        idTokenRequestToken: requestToken,
      };
    },
    revoke: (job) => {
      drop(byRuntimeToken, job);
      drop(byIdTokenRequest, job);
      tokens.revokeToken(githubTokens.get(job) ?? '');
      githubTokens.delete(job);
    },
    jobOfRuntimeToken: (token) => byRuntimeToken.get(token) ?? null,
    jobOfIdTokenRequest: (token) => byIdTokenRequest.get(token) ?? null,
  };
}

// The artifact client reads the ids of run and job out of the scope.
function runtimeClaims(world: World, job: WorkflowJob): Readonly<Record<string, unknown>> {
  const now = Math.floor(world.clock().getTime() / 1000);
  return {
    jti: randomUUID(),
    iss: `${world.url}/_services`,
    aud: `${world.url}/_services`,
    sub: String(job.id),
    scp: `Actions.GenericRead:00000000-0000-0000-0000-000000000000 Actions.Results:${latestAttempt(job.run).backendId}:${job.backendId}`,
    nbf: now - 300,
    iat: now,
    exp: now + runtimeTokenSeconds,
  };
}
