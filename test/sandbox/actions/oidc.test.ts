import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleAction, type RunnerWorld, startWorld } from '../runner/world.ts';

const workflow = `
name: Tell
on: { workflow_dispatch: { inputs: { level: { default: write } } } }
jobs:
  allowed:
    permissions: { id-token: write }
    runs-on: ubuntu-latest
    environment: production
    steps:
      - id: t
        uses: ada/echo@v1
        with: { do: identify, name: siskin }
      - run: echo "TOKEN \${{ steps.t.outputs.token }}"
      - run: test -n "$ACTIONS_ID_TOKEN_REQUEST_URL"
  plain:
    permissions: { id-token: write }
    runs-on: [self-hosted]
    steps:
      - id: t
        uses: ada/echo@v1
        with: { do: identify, name: siskin }
      - run: echo "TOKEN \${{ steps.t.outputs.token }}"
  refused:
    permissions: { contents: write }
    runs-on: ubuntu-latest
    steps:
      - run: test -z "$ACTIONS_ID_TOKEN_REQUEST_URL$ACTIONS_ID_TOKEN_REQUEST_TOKEN"
      - uses: ada/echo@v1
        with: { do: identify, name: siskin }
`;

let action: Awaited<ReturnType<typeof bundleAction>>;
let world: RunnerWorld;
beforeAll(async () => {
  action = await bundleAction();
  world = await startWorld(workflow, {
    actions: { 'ada/echo': action.folder },
    labels: ['ubuntu-latest', 'self-hosted'],
  });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await action[Symbol.asyncDispose]();
});

describe('an OIDC token', () => {
  it('says which job of which run asked for it, signed by the key that the sandbox publishes', async () => {
    const report = await world.run();
    const configuration = await (
      await fetch(`${world.github.url}/_services/token/.well-known/openid-configuration`)
    ).json();
    // The description of the provider names its keys.
    const { jwks_uri, issuer } = configuration as { jwks_uri: string; issuer: string };
    const keys = createRemoteJWKSet(new URL(jwks_uri));
    const claimsOf = async (job: string) => {
      const token = Buffer.from(/^TOKEN ([0-9a-f]+)$/m.exec(report.log(job))?.[1] ?? '', 'hex').toString();
      return (await jwtVerify(token, keys, { issuer, audience: 'siskin', algorithms: ['RS256'] })).payload;
    };
    const claims = await claimsOf('allowed');

    expect(report.jobs).toEqual({ allowed: 'success', plain: 'success', refused: 'failure' });
    expect(report.log('refused')).toContain('Unable to get ACTIONS_ID_TOKEN_REQUEST_URL env variable');
    expect(claims).toMatchObject({
      sub: 'repo:ada/model:environment:production',
      repository: 'ada/model',
      repository_id: String(world.repository.id),
      repository_visibility: 'public',
      run_id: String(report.run.id),
      run_attempt: '1',
      workflow: 'Tell',
      workflow_ref: 'ada/model/.github/workflows/test.yml@refs/heads/main',
      job_workflow_ref: 'ada/model/.github/workflows/test.yml@refs/heads/main',
      sha: report.run.sha,
      ref: 'refs/heads/main',
      event_name: 'workflow_dispatch',
      actor: 'ada',
      environment: 'production',
      runner_environment: 'self-hosted',
    });
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(300);
    expect((await claimsOf('plain')).sub).toBe('repo:ada/model:ref:refs/heads/main');
  });

  it('is refused to a token that belongs to no running job', async () => {
    const answer = await fetch(`${world.github.url}/_services/oidc/token?api-version=2.0&audience=x`, {
      headers: { authorization: 'Bearer nobody' },
    });

    expect(answer.status).toBe(401);
  });
});
