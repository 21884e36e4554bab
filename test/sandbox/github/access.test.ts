import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { octokit, setStage, signJwt } from './stage.ts';

const at = { owner: 'ada', repo: 'flights' } as const;

/** Status and message of a refused call. */
async function refusal(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'not refused',
    (error: { readonly status: number; readonly response?: { readonly data?: { readonly message?: string } } }) =>
      `${error.status} ${error.response?.data?.message}`,
  );
}

describe('access to the local GitHub', () => {
  it('refuses wrong credentials instead of treating them as none', async () => {
    await using stage = await setStage();
    const stranger = octokit(stage.github.apiUrl, 'ghs_wrong');

    expect(await refusal(stranger.rest.repos.get(at))).toBe('401 Bad credentials');
  });

  it('verifies the key and the times of an App token', async () => {
    await using stage = await setStage();
    const { github, app } = stage;
    const { privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
    const now = github.world.clock();
    const hour = 3_600_000;
    const as = (auth: string) => octokit(github.apiUrl, auth).rest.apps.getAuthenticated();

    expect(await refusal(as(await signJwt({ ...app, privateKey }, now)))).toContain('could not be decoded');
    expect(await refusal(as(await signJwt(app, new Date(now.getTime() - hour))))).toContain("('exp')");
    expect(await refusal(as(await signJwt(app, new Date(now.getTime() + hour))))).toContain("('iat')");
    expect(await refusal(as(await signJwt(app, now, 3600)))).toContain('too far in the future');
    expect(await refusal(as(await signJwt({ ...app, appId: 1 }, now)))).toBe('404 Integration not found');
    expect((await as(await signJwt(app, now))).data?.slug).toBe('siskin');
  });

  it('ends installation tokens after an hour, and at once when the App is uninstalled', async () => {
    let now = Date.now();
    await using stage = await setStage({ clock: () => new Date(now) });
    const first = await stage.asInstallation();
    now += 59 * 60_000;
    await first.rest.repos.get(at);
    now += 2 * 60_000;
    const second = await stage.asInstallation();

    expect(await refusal(first.rest.repos.get(at))).toBe('401 Bad credentials');
    await second.rest.repos.get(at);
    stage.github.uninstall(stage.installation);
    expect(await refusal(second.rest.repos.get(at))).toBe('401 Bad credentials');
  });

  it('enforces the permissions of a narrowed token and names the one that is missing', async () => {
    await using stage = await setStage();
    const reader = await stage.asInstallation({ contents: 'read' });

    await reader.rest.repos.getContent({ ...at, path: 'README.md' });
    const denied = await reader.rest.issues
      .createComment({ ...at, issue_number: 1, body: 'x' })
      .catch((error: { readonly status: number; readonly response: { readonly headers: unknown } }) => error);

    expect(denied).toMatchObject({
      status: 403,
      response: { headers: { 'x-accepted-github-permissions': 'issues=write; pull_requests=write' } },
    });
    expect(await refusal(reader.rest.checks.create({ ...at, name: 'x', head_sha: '0'.repeat(40) }))).toBe(
      '403 Resource not accessible by integration',
    );
  });

  it('grants no token more than the installation holds', async () => {
    await using stage = await setStage({ permissions: { contents: 'read' }, events: [] });
    const app = await stage.asApp();
    const ask = (permissions: { readonly contents?: 'write'; readonly checks?: 'write' }) =>
      app.rest.apps.createInstallationAccessToken({ installation_id: stage.installation.id, permissions });

    expect(await refusal(ask({ contents: 'write' }))).toContain('422');
    expect(await refusal(ask({ checks: 'write' }))).toContain('422');
  });

  it('narrows a token to some repositories', async () => {
    await using stage = await setStage({ private: true });
    const { github } = stage;
    const other = await github.createRepository({ owner: 'ada', name: 'other', private: true, files: { a: 'a' } });
    github.changeInstallation(stage.installation, { add: [other] });
    const app = await stage.asApp();
    const { data } = await app.rest.apps.createInstallationAccessToken({
      installation_id: stage.installation.id,
      repositories: ['other'],
    });
    const narrowed = octokit(github.apiUrl, data.token);

    await narrowed.rest.repos.get({ owner: 'ada', repo: 'other' });
    expect(await refusal(narrowed.rest.repos.get(at))).toBe('404 Not Found');
  });

  it('hides private repositories from strangers and shows public ones to anybody', async () => {
    await using stage = await setStage({ private: true });
    const { github } = stage;
    github.createUser({ login: 'mallory' });
    await github.createRepository({ owner: 'ada', name: 'open', files: { a: 'a' } });
    const nobody = octokit(github.apiUrl);

    expect(await refusal(nobody.rest.repos.get(at))).toBe('404 Not Found');
    expect(await refusal(stage.asUser('mallory').rest.repos.get(at))).toBe('404 Not Found');
    expect((await nobody.rest.repos.get({ owner: 'ada', repo: 'open' })).status).toBe(200);
    expect(await refusal(nobody.rest.issues.create({ owner: 'ada', repo: 'open', title: 'x' }))).toContain('401');
  });

  it('lets people do what their role allows', async () => {
    await using stage = await setStage();
    const { github, repository } = stage;
    github.createUser({ login: 'grace' });
    const grace = stage.asUser('grace');
    const write = () =>
      grace.rest.repos.createOrUpdateFileContents({ ...at, path: 'x', message: 'x', content: 'eA==' });

    expect(await refusal(write())).toContain('403');
    github.grantRole({ repository, login: 'grace', role: 'triage' });
    expect(await refusal(write())).toContain('403');
    github.grantRole({ repository, login: 'grace', role: 'write' });
    expect((await write()).status).toBe(201);
    expect(await refusal(grace.rest.repos.update({ ...at, description: 'mine' }))).toContain('403');
  });

  it('tells a role by its own name beside the older permission', async () => {
    await using stage = await setStage();
    const { github, repository } = stage;
    github.createUser({ login: 'grace' });
    github.grantRole({ repository, login: 'grace', role: 'maintain' });
    const bot = await stage.asInstallation({ contents: 'read' });

    const { data } = await bot.rest.repos.getCollaboratorPermissionLevel({ ...at, username: 'grace' });

    expect([data.permission, data.role_name]).toEqual(['write', 'maintain']);
  });

  it('keeps a job inside its own repository and permissions', async () => {
    await using stage = await setStage({ private: true });
    const { github, repository } = stage;
    await github.createRepository({ owner: 'ada', name: 'other', private: true, files: { a: 'a' } });
    const { token } = github.tokens.issueToken({
      kind: 'job',
      repository,
      permissions: { contents: 'read', 'pull-requests': 'write' },
      jobId: 5,
    });
    const job = octokit(github.apiUrl, token);

    await job.rest.repos.getContent({ ...at, path: 'README.md' });
    expect(await refusal(job.rest.repos.get({ owner: 'ada', repo: 'other' }))).toBe('404 Not Found');
    expect(await refusal(job.rest.issues.create({ ...at, title: 'x' }))).toContain('403');
    await github.commitFiles({ repository, branch: 'b', message: 'b', files: { b: 'b' }, author: 'ada' });
    const pull = await github.openPullRequest({ repository, author: 'ada', title: 'b', head: 'b' });
    const comment = await job.rest.issues.createComment({ ...at, issue_number: pull.number, body: 'x' });
    expect(comment.data.user?.login).toBe('github-actions[bot]');
  });

  it('lets an App with pull request permission comment on pull requests but not on issues', async () => {
    await using stage = await setStage();
    const { github, repository } = stage;
    await github.commitFiles({ repository, branch: 'b', message: 'b', files: { b: 'b' }, author: 'ada' });
    const pull = await github.openPullRequest({ repository, author: 'ada', title: 'b', head: 'b' });
    const issue = await stage.asUser('ada').rest.issues.create({ ...at, title: 'i' });
    const bot = await stage.asInstallation({ pull_requests: 'write' });

    await bot.rest.issues.createComment({ ...at, issue_number: pull.number, body: 'x' });
    expect(await refusal(bot.rest.issues.createComment({ ...at, issue_number: issue.data.number, body: 'x' }))).toBe(
      '403 Resource not accessible by integration',
    );
  });

  it('refuses an App that edits workflows without the permission for it', async () => {
    await using stage = await setStage();
    const bot = await stage.asInstallation();
    const path = '.github/workflows/ci.yml';

    const put = () => bot.rest.repos.createOrUpdateFileContents({ ...at, path, message: 'x', content: 'eA==' });
    const tree = () => bot.rest.git.createTree({ ...at, tree: [{ path, mode: '100644', type: 'blob', content: 'x' }] });

    const { github, repository } = stage;
    const change = { repository, message: 'Add a workflow', files: { [path]: 'on: push\n' }, author: 'ada' };
    const sha = await github.commitFiles({ ...change, branch: 'ci' });
    await github.openPullRequest({ repository, author: 'ada', title: 'ci', head: 'ci' });
    const ref = () => bot.rest.git.createRef({ ...at, ref: 'refs/heads/copy', sha });
    const merge = () => bot.rest.pulls.merge({ ...at, pull_number: 1 });

    for (const call of [put, tree, ref, merge]) {
      expect(await refusal(call())).toBe('403 Resource not accessible by integration');
    }
  });

  it('names the route that it does not implement', async () => {
    await using stage = await setStage();

    const answer = await fetch(`${stage.github.apiUrl}/repos/ada/flights/pages`);

    expect(answer.status).toBe(501);
    expect(await answer.json()).toMatchObject({
      message: 'the local GitHub does not implement GET /repos/ada/flights/pages; add its route',
    });
  });

  it('registers no App whose events its permissions do not cover', async () => {
    await using stage = await setStage();

    expect(() => stage.github.registerApp({ name: 'two', permissions: {}, events: ['check_run'] })).toThrow(
      'expected permission checks for event check_run, found none',
    );
  });
});
