import { afterEach, describe, expect, it, vi } from 'vitest';
import { proofOf, refuseWithoutTokens } from '../../actions/evaluate/prove.ts';
import { localServer, type Reply } from '../github/local-server.ts';

const result = { claim: 'the-claim', run: { id: 7, attempt: 2 }, bytes: '{}' };
const digest = 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a';

afterEach(() => vi.unstubAllEnvs());

async function ask(reply: Reply): Promise<{ readonly token: string; readonly path: string | undefined }> {
  await using github = await localServer({ 'GET /token': reply });
  vi.stubEnv('ACTIONS_ID_TOKEN_REQUEST_URL', `${github.url}/token?api-version=2.0`);
  vi.stubEnv('ACTIONS_ID_TOKEN_REQUEST_TOKEN', 'for-this-job');
  return { token: await proofOf(result), path: github.seen[0]?.path };
}

describe('the proof of a result', () => {
  it('is a token for this claim, run, attempt and content alone', async () => {
    const asked = await ask({ status: 200, json: { value: 'a.b.c' } });

    expect(asked).toEqual({
      token: 'a.b.c',
      path: `/token?api-version=2.0&audience=siskin:the-claim:7:2:${digest}`,
    });
  });

  it('that GitHub does not give is one message', async () => {
    await expect(ask({ status: 403, json: {} })).rejects.toThrow(
      /^expected GitHub to issue an OIDC token for the result, found: .*403.*; run the job again$/,
    );
  });

  it('is not tried in a job that may not ask, and the line that is missing is named', () => {
    vi.stubEnv('ACTIONS_ID_TOKEN_REQUEST_URL', undefined);

    expect(() => refuseWithoutTokens({})).toThrow(/add the line `id-token: write` to `permissions:` of job `evaluate`/);
    expect(() =>
      refuseWithoutTokens({ ACTIONS_ID_TOKEN_REQUEST_URL: 'u', ACTIONS_ID_TOKEN_REQUEST_TOKEN: 't' }),
    ).not.toThrow();
  });
});
