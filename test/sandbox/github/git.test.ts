import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { octokit, type Stage, setStage } from './stage.ts';

const at = { owner: 'ada', repo: 'flights' } as const;
const run = promisify(execFile);

/** A clone in a temporary folder, and git in it as somebody with this token. */
async function clone(
  stage: Stage,
  token: string | null,
): Promise<AsyncDisposable & { readonly folder: string; git(...args: readonly string[]): Promise<string> }> {
  const folder = await mkdtemp(join(tmpdir(), 'clone-'));
  const credentials = token === null ? '' : `x-access-token:${token}@`;
  const address = `${stage.github.url.replace('http://', `http://${credentials}`)}/ada/flights.git`;
  const git = async (...args: readonly string[]) => {
    const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com'];
    const { stdout, stderr } = await run('git', [...identity, ...args], {
      cwd: folder,
      env: { ...process.env, GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_GLOBAL: '/dev/null' },
    });
    return (stdout + stderr).trim();
  };
  await git('clone', '-q', address, '.');
  return { folder, git, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

/** What git printed when it failed. */
async function failure(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'no failure',
    (error: { readonly stderr: string }) => error.stderr,
  );
}

describe('git at the local GitHub', () => {
  it('takes a push that becomes the head of a pull request', async () => {
    await using stage = await setStage({ events: ['push', 'pull_request'] });
    const { github, repository } = stage;
    await github.commitFiles({ repository, branch: 'june', message: 'June', files: { a: '1\n' }, author: 'ada' });
    const pull = await github.openPullRequest({ repository, author: 'ada', title: 'June', head: 'june' });
    await using copy = await clone(stage, github.userToken('ada'));
    await copy.git('checkout', '-q', 'june');
    await writeFile(join(copy.folder, 'a'), '2\n');
    await copy.git('commit', '-qam', 'Change a');

    await copy.git('push', '-q', 'origin', 'june');
    await github.settled();

    const sha = await copy.git('rev-parse', 'HEAD');
    const bot = await stage.asInstallation();
    expect((await bot.rest.pulls.get({ ...at, pull_number: pull.number })).data.head.sha).toBe(sha);
    expect((await bot.rest.git.getRef({ ...at, ref: `pull/${pull.number}/head` })).data.object.sha).toBe(sha);
    expect(stage.heard().slice(-3).sort()).toEqual(['check_suite.requested', 'pull_request.synchronize', 'push']);
    const push = stage.received.findLast(({ headers }) => headers['x-github-event'] === 'push');
    expect(push?.payload).toMatchObject({
      ref: 'refs/heads/june',
      after: sha,
      forced: false,
      commits: [{ id: sha, message: 'Change a', modified: ['a'], added: [], removed: [] }],
    });
    expect(stage.conformance.violations).toEqual([]);
  });

  it('serves the merge of a pull request, and any commit by its name', async () => {
    await using stage = await setStage();
    const { github, repository } = stage;
    const head = await github.commitFiles({ repository, branch: 'b', message: 'b', files: { b: 'b' }, author: 'ada' });
    await github.openPullRequest({ repository, author: 'ada', title: 'b', head: 'b' });
    await stage.asUser('ada').rest.pulls.get({ ...at, pull_number: 1 });
    await using copy = await clone(stage, null);

    await copy.git('fetch', '-q', 'origin', 'refs/pull/1/merge');
    expect(await copy.git('show', 'FETCH_HEAD:b')).toBe('b');
    await copy.git('fetch', '-q', '--depth=1', 'origin', head);
    expect(await copy.git('rev-parse', 'FETCH_HEAD')).toBe(head);
  });

  it('tells a forced push from a fast forward', async () => {
    await using stage = await setStage({ events: ['push'] });
    const { github } = stage;
    await using copy = await clone(stage, github.userToken('ada'));
    await copy.git('commit', '-q', '--amend', '-m', 'Another start');

    expect(await failure(copy.git('push', '-q', 'origin', 'main'))).toContain('rejected');
    await copy.git('push', '-q', '--force', 'origin', 'main');
    await github.settled();

    const push = stage.received.find(({ headers }) => headers['x-github-event'] === 'push');
    expect(push?.payload['forced']).toBe(true);
  });

  it('lets nobody push without the right to', async () => {
    await using stage = await setStage();
    const { github } = stage;
    github.createUser({ login: 'mallory' });
    const reader = await stage.asInstallation({ contents: 'read' });
    const { token } = (await reader.auth()) as { readonly token: string };

    for (const secret of [github.userToken('mallory'), token]) {
      await using copy = await clone(stage, secret);
      await copy.git('commit', '-q', '--allow-empty', '-m', 'mine');
      expect(await failure(copy.git('push', '-q', 'origin', 'main'))).toContain('403');
    }
  });

  it('keeps the refs of pull requests to itself', async () => {
    await using stage = await setStage();
    await using copy = await clone(stage, stage.github.userToken('ada'));

    expect(await failure(copy.git('push', '-q', 'origin', 'HEAD:refs/pull/9/head'))).toContain('hidden ref');
  });

  it('asks who wants a private repository, and denies that it is there', async () => {
    await using stage = await setStage({ private: true });
    const { github } = stage;
    github.createUser({ login: 'mallory' });

    expect(await failure(clone(stage, null))).toContain('could not read Username');
    expect(await failure(clone(stage, github.userToken('mallory')))).toContain('not found');
    await using copy = await clone(stage, github.userToken('ada'));
    expect(await readFile(join(copy.folder, 'README.md'), 'utf8')).toBe('# Flights\n');
  });

  it('lets no job push a workflow', async () => {
    await using stage = await setStage();
    const { github, repository } = stage;
    const { token } = github.tokens.issueToken({
      kind: 'job',
      repository,
      permissions: { contents: 'write' },
      jobId: 5,
    });
    await using copy = await clone(stage, token);
    await run('mkdir', ['-p', join(copy.folder, '.github/workflows')]);
    await writeFile(join(copy.folder, '.github/workflows/ci.yml'), 'on: push\n');
    await copy.git('add', '.');
    await copy.git('commit', '-q', '-m', 'Add a workflow');

    expect(await failure(copy.git('push', '-q', 'origin', 'HEAD:refs/heads/new'))).toContain(
      'refusing to allow a GitHub App to create or update workflow `.github/workflows/ci.yml`',
    );
    await copy.git('rm', '-q', '-r', '.github');
    await copy.git('commit', '-q', '--amend', '--allow-empty', '-m', 'No workflow');
    await copy.git('push', '-q', 'origin', 'HEAD:refs/heads/new');
  });

  it('keeps two pushes at once apart', async () => {
    await using stage = await setStage({ events: ['push'] });
    const { github, repository } = stage;
    const commit = (branch: string) =>
      github.commitFiles({ repository, branch, message: branch, files: { [branch]: branch }, author: 'ada' });

    const shas = await Promise.all(['a', 'b', 'c', 'd'].map(commit));
    await github.settled();

    const pushed = stage.received
      .filter(({ headers }) => headers['x-github-event'] === 'push')
      .map(({ payload }) => payload['after']);
    expect(pushed.sort()).toEqual(shas.sort());
  });

  it('takes only full object names where objects are made', async () => {
    await using stage = await setStage();
    const bot = await stage.asInstallation();
    const refused = (call: Promise<unknown>) =>
      call.then(
        () => 0,
        (error: { readonly status: number }) => error.status,
      );
    const entry = { path: 'x', mode: '100644', type: 'blob', sha: 'main:README.md' } as const;

    expect(await refused(bot.rest.git.createTree({ ...at, tree: [entry] }))).toBe(422);
    expect(await refused(bot.rest.git.createCommit({ ...at, message: 'x', tree: 'main' }))).toBe(422);
    expect(await refused(bot.rest.git.createRef({ ...at, ref: 'refs/heads/x', sha: 'main' }))).toBe(422);
    const tag = { tag: 'v1', message: 'x', object: 'main', type: 'commit' } as const;
    expect(await refused(bot.rest.git.createTag({ ...at, ...tag }))).toBe(422);
    expect(await refused(bot.rest.git.getRef({ ...at, ref: 'heads/main~1' }))).toBe(404);
    expect(await refused(bot.rest.repos.getCommit({ ...at, ref: '--all' }))).toBe(422);
  });

  it('refuses a stale update instead of losing a commit', async () => {
    await using stage = await setStage();
    const { github, repository } = stage;
    const write = (name: string) =>
      octokit(github.apiUrl, github.userToken('ada')).rest.repos.createOrUpdateFileContents({
        ...at,
        path: name,
        message: name,
        content: 'eA==',
      });

    const results = await Promise.allSettled(['a', 'b', 'c'].map(write));

    const kept = results.filter((result) => result.status === 'fulfilled').length;
    const tree = await repository.git.tree('refs/heads/main');
    expect(tree?.entries.filter((entry) => entry.name.length === 1)).toHaveLength(kept);
    expect(kept).toBeGreaterThan(0);
  });
});
