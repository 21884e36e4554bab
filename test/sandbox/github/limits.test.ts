import { describe, expect, it } from 'vitest';
import { setStage } from './stage.ts';

const at = { owner: 'ada', repo: 'flights' } as const;

interface Refused {
  readonly status: number;
  readonly message: string;
  readonly response?: { readonly headers: Readonly<Record<string, string>> };
}

function refused(call: Promise<unknown>): Promise<Refused> {
  return call.then(
    () => ({ status: 0, message: 'not refused' }),
    (error: Refused) => error,
  );
}

describe('limits and faults of the local GitHub', () => {
  it('takes fifty annotations a request and adds those of the next', async () => {
    await using stage = await setStage();
    const bot = await stage.asInstallation();
    const head_sha = (await bot.rest.git.getRef({ ...at, ref: 'heads/main' })).data.object.sha;
    const output = (count: number) => ({
      title: 't',
      summary: 's',
      annotations: Array.from({ length: count }, (_, index) => ({
        path: 'README.md',
        start_line: index + 1,
        end_line: index + 1,
        annotation_level: 'notice' as const,
        message: `m${index}`,
      })),
    });

    const tooMany = await refused(bot.rest.checks.create({ ...at, name: 'x', head_sha, output: output(51) }));
    const { data } = await bot.rest.checks.create({ ...at, name: 'x', head_sha, output: output(50) });
    await bot.rest.checks.update({ ...at, check_run_id: data.id, output: output(20) });

    expect([tooMany.status, tooMany.message]).toEqual([422, expect.stringContaining('No more than 50')]);
    const kept = await bot.paginate(bot.rest.checks.listAnnotations, { ...at, check_run_id: data.id });
    expect(kept).toHaveLength(70);
  });

  it('lets an App change only its own check runs, and people none', async () => {
    await using stage = await setStage();
    const { github, repository } = stage;
    const bot = await stage.asInstallation();
    const head_sha = (await bot.rest.git.getRef({ ...at, ref: 'heads/main' })).data.object.sha;
    const { data } = await bot.rest.checks.create({ ...at, name: 'x', head_sha });
    const permissions = { checks: 'write' } as const;
    const { token } = github.tokens.issueToken({ kind: 'job', repository, permissions, jobId: 1 });
    const job = await fetch(`${github.apiUrl}/repos/ada/flights/check-runs/${data.id}`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify({ conclusion: 'success' }),
    });

    expect(job.status).toBe(403);
    const person = stage.asUser('ada').rest.checks.create({ ...at, name: 'x', head_sha });
    expect((await refused(person)).message).toContain('You must authenticate via a GitHub App');
    expect((await bot.rest.checks.get({ ...at, check_run_id: data.id })).data.conclusion).toBe(null);
  });

  it('refuses bodies that GitHub finds too long', async () => {
    await using stage = await setStage();
    const ada = stage.asUser('ada');
    const issue = await ada.rest.issues.create({ ...at, title: 'x' });
    const comment = (body: string) => ada.rest.issues.createComment({ ...at, issue_number: issue.data.number, body });

    expect((await comment('x'.repeat(65_536))).status).toBe(201);
    expect((await refused(comment('x'.repeat(65_537)))).message).toContain('body is too long');
    expect((await refused(comment(''))).status).toBe(422);
  });

  it('answers an unchanged resource with 304, which costs nothing', async () => {
    await using stage = await setStage();
    const bot = await stage.asInstallation();
    const first = await bot.rest.repos.get(at);

    const again = await refused(bot.rest.repos.get({ ...at, headers: { 'if-none-match': first.headers.etag } }));
    const next = await bot.rest.repos.get(at);

    expect(again.status).toBe(304);
    expect(Number(next.headers['x-ratelimit-used'])).toBe(Number(first.headers['x-ratelimit-used']) + 1);
    expect(next.headers['x-ratelimit-limit']).toBe('5000');
  });

  it('leads through pages by Link', async () => {
    await using stage = await setStage();
    const ada = stage.asUser('ada');
    for (const title of ['a', 'b', 'c']) {
      await ada.rest.issues.create({ ...at, title });
    }

    const { headers } = await ada.rest.issues.listForRepo({ ...at, per_page: 1, page: 2 });

    const links = [...(headers.link ?? '').matchAll(/[?&]page=(\d+)[^>]*>; rel="(\w+)"/g)];
    expect(links.map(([, page, relation]) => [relation, page])).toEqual([
      ['prev', '1'],
      ['next', '3'],
      ['last', '3'],
      ['first', '1'],
    ]);
  });

  it('fails as it is told: a secondary limit, an error, a lost connection', async () => {
    await using stage = await setStage();
    const { faults, calls } = stage.github;
    const ada = stage.asUser('ada');
    const read = () => refused(ada.request('GET /repos/ada/flights', { request: { retries: 0 } }));

    faults.fail({ kind: 'secondary-limit', times: 1, retryAfterSeconds: 7 });
    const limited = await read();
    faults.fail({ kind: 502, times: 1, only: /^GET \/repos/ });
    const broken = await read();
    faults.fail({ kind: 'disconnect', times: 1 });
    const lost = await read();

    expect(limited).toMatchObject({ status: 403, response: { headers: { 'retry-after': '7' } } });
    expect(limited.message).toContain('secondary rate limit');
    expect([broken.status, lost.status]).toEqual([502, 500]);
    expect((await read()).message).toBe('not refused');
    expect(calls.filter((call) => call.method === 'GET').map((call) => call.status)).toEqual([403, 502, 500, 200]);
  });

  it('can do what was asked and still fail, as when an answer is lost', async () => {
    await using stage = await setStage();
    const { faults, repository } = { ...stage.github, repository: stage.repository };
    faults.fail({ kind: 500, times: 1, afterDoing: true });

    const answer = await refused(stage.asUser('ada').request('POST /repos/ada/flights/issues', { title: 'x' }));

    expect(answer.status).toBe(500);
    expect(repository.issues.size).toBe(1);
  });

  it('grants an installation more requests for each repository beyond twenty, up to a most', async () => {
    await using stage = await setStage();
    const { github, repository } = stage;
    const bot = await stage.asInstallation();
    const installation = [...github.world.installations.values()].at(-1);
    const granted = async () => (await bot.rest.rateLimit.get()).headers['x-ratelimit-limit'];

    const few = await granted();
    for (const count of [30, 1000]) {
      while ((installation?.repositories.size ?? count) < count) installation?.repositories.add({ ...repository });
      expect(await granted()).toBe(count === 30 ? '5500' : '12500');
    }

    expect(few).toBe('5000');
  });

  it('limits the writing of content as GitHub does, when asked to', async () => {
    let now = Date.now();
    await using stage = await setStage({ clock: () => new Date(now) });
    stage.github.faults.contentLimit = { perMinute: 80, perHour: 500 };
    const ada = stage.asUser('ada');
    const open = () => refused(ada.rest.issues.create({ ...at, title: 'x' }));

    const first = await Promise.all(Array.from({ length: 81 }, open));
    now += 61_000;

    expect(first.filter(({ status }) => status === 403)).toHaveLength(1);
    expect((await open()).message).toBe('not refused');
  });

  it('logs who called what', async () => {
    await using stage = await setStage();
    const bot = await stage.asInstallation();
    const before = stage.github.calls.length;

    await bot.rest.repos.getContent({ ...at, path: 'data/june.csv' });

    expect(stage.github.calls.slice(before)).toEqual([
      {
        at: expect.any(Date),
        method: 'GET',
        route: '/repos/{owner}/{repo}/contents/{path}',
        path: '/repos/ada/flights/contents/data%2Fjune.csv',
        status: 200,
        identity: `installation:${stage.installation.id}`,
        requestId: expect.stringMatching(/^[0-9A-F]{24}$/),
        durationMs: expect.any(Number),
      },
    ]);
  });

  it('deploys nothing whose checks have not succeeded, and merges the base in first', async () => {
    await using stage = await setStage();
    const { github, repository } = stage;
    const bot = await stage.asInstallation();
    const sha = await github.commitFiles({ repository, branch: 't', message: 't', files: { t: 't' }, author: 'ada' });
    const check = await bot.rest.checks.create({ ...at, name: 'late', head_sha: sha, status: 'in_progress' });
    const deploy = () => bot.rest.repos.createDeployment({ ...at, ref: 't', environment: 'staging' });

    expect((await refused(deploy())).message).toContain('Commit status checks failed for t');
    await bot.rest.checks.update({ ...at, check_run_id: check.data.id, conclusion: 'success' });
    expect((await deploy()).status).toBe(201);
    await github.commitFiles({ repository, branch: 'main', message: 'm', files: { m: 'm' }, author: 'ada' });
    expect((await deploy()).status).toBe(202);
  });

  it('makes the deployment before inactive when the next succeeds', async () => {
    await using stage = await setStage();
    const bot = await stage.asInstallation();
    const ids: number[] = [];
    for (const task of ['one', 'two']) {
      const { data } = await bot.rest.repos.createDeployment({ ...at, ref: 'main', task, environment: 'staging' });
      const id = 'id' in data ? data.id : 0;
      await bot.rest.repos.createDeploymentStatus({ ...at, deployment_id: id, state: 'success' });
      ids.push(id);
    }

    const states = await Promise.all(
      ids.map(async (id) => (await bot.rest.repos.listDeploymentStatuses({ ...at, deployment_id: id })).data[0]?.state),
    );

    expect(states).toEqual(['inactive', 'success']);
  });

  it('gives back the very bytes of a release asset', async () => {
    await using stage = await setStage();
    const { github } = stage;
    const bot = await stage.asInstallation();
    const release = await bot.rest.repos.createRelease({ ...at, tag_name: 'late#1' });
    const bytes = Buffer.from([0, 1, 2, 253, 254, 255]);

    const asset = await bot.request(`POST ${release.data.upload_url.replace(/\{.*/, '')}?name=model.onnx`, {
      data: bytes,
      headers: { 'content-type': 'application/octet-stream', 'content-length': bytes.length },
    });

    const back = await bot.request('GET /repos/{owner}/{repo}/releases/assets/{asset_id}', {
      ...at,
      asset_id: asset.data.id,
      headers: { accept: 'application/octet-stream' },
    });
    expect(Buffer.from(back.data as unknown as ArrayBuffer)).toEqual(bytes);
    const direct = await fetch(asset.data.browser_download_url);
    expect(Buffer.from(await direct.arrayBuffer())).toEqual(bytes);
    expect((await bot.rest.git.getRef({ ...at, ref: 'tags/late#1' })).status).toBe(200);
    expect(github.calls.filter((call) => call.status >= 400)).toEqual([]);
  });
});
