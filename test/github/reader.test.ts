import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/error.ts';
import { localGithub, repository } from './local-github.ts';
import type { Reply } from './local-server.ts';

const raw =
  (bytes: string | Uint8Array, type = 'application/vnd.github.raw+json; charset=utf-8'): Reply =>
  (_request, response) =>
    response.writeHead(200, { 'content-type': type }).end(bytes);

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return error instanceof AppError ? error.code : `not an AppError: ${error}`;
}

describe('files', () => {
  it('reads a file raw at a commit', async () => {
    await using github = await localGithub({ 'GET contents/.github/siskin.yml': raw('version: 1\n') });

    const text = await github.reader.readFile(repository, '.github/siskin.yml', 'abc');

    expect(text).toBe('version: 1\n');
    expect(github.seen[0]?.path).toContain('ref=abc');
    expect(github.seen[0]?.headers.accept).toMatch(/^application\/vnd\.github\.(v3\.)?raw/);
  });

  it('says null for a file that is not there and for a folder', async () => {
    await using github = await localGithub({
      'GET contents/none.yml': { status: 404, json: { message: 'Not Found' } },
      'GET contents/folder': { status: 200, json: [{ name: 'a' }] },
    });

    expect(await github.reader.readFile(repository, 'none.yml', 'abc')).toBeNull();
    expect(await github.reader.readFile(repository, 'folder', 'abc')).toBeNull();
  });

  it('stops reading a file of more than five megabytes', async () => {
    await using github = await localGithub({ 'GET contents/big.json': raw(new Uint8Array(5_000_001)) });

    expect(await codeOf(github.reader.readFile(repository, 'big.json', 'abc'))).toBe('too-large');
  });

  it('lists blobs only, and says null when GitHub left some out', async () => {
    const tree = [
      { path: 'src', type: 'tree', sha: 't' },
      { path: 'src/a.py', type: 'blob', sha: 's', size: 12 },
      { path: 'sub', type: 'commit', sha: 'c' },
    ];
    await using github = await localGithub({
      'GET git/trees/abc': [
        { status: 200, json: { sha: 'abc', truncated: false, tree } },
        { status: 200, json: { sha: 'abc', truncated: true, tree } },
      ],
    });

    expect(await github.reader.readTree(repository, 'abc')).toEqual([{ path: 'src/a.py', sha: 's', bytes: 12 }]);
    expect(await github.reader.readTree(repository, 'abc')).toBeNull();
    expect(github.seen[0]?.path).toContain('recursive=1');
  });

  it('reads a blob as bytes', async () => {
    const bytes = new Uint8Array([0, 255, 128, 10]);
    await using github = await localGithub({ 'GET git/blobs/s': raw(bytes) });

    expect(new Uint8Array(await github.reader.readBlob(repository, 's'))).toEqual(bytes);
  });

  it('compares a branch with a commit without asking for files', async () => {
    const json = { base_commit: { sha: 'tip' }, merge_base_commit: { sha: 'fork' } };
    await using github = await localGithub({ 'GET compare/main...abc': { status: 200, json } });

    expect(await github.reader.compare(repository, 'main', 'abc')).toEqual({ base: 'tip', mergeBase: 'fork' });
  });

  it('names an empty repository instead of failing oddly', async () => {
    await using github = await localGithub({
      'GET ': { status: 200, json: { default_branch: 'main' } },
      'GET branches/main': { status: 404, json: { message: 'Branch not found' } },
    });

    await expect(github.reader.readDefaultBranch(repository)).rejects.toThrow('push a first commit');
  });
});

describe('runs', () => {
  const run = (id: number, title: string) => ({
    id,
    name: 'Siskin',
    display_title: title,
    run_attempt: 1,
    status: 'queued',
    conclusion: null,
    html_url: `https://github.example/runs/${id}`,
  });

  const wanted = { workflow: '.github/workflows/siskin.yml', branch: 'main', name: 'siskin x' };
  const dispatched = (id: number, changes: object = {}) => ({
    ...run(id, 'siskin x'),
    event: 'workflow_dispatch',
    head_branch: 'main',
    actor: { login: 'siskin[bot]' },
    ...changes,
  });

  it('finds a dispatched run by the name that its workflow gave it, among those that this App started', async () => {
    const workflow_runs = [
      dispatched(1, { display_title: 'another' }),
      dispatched(2, { actor: { login: 'mallory' } }),
      dispatched(3, { head_branch: 'evil' }),
      dispatched(4, { event: 'push' }),
      dispatched(5, { actor: null }),
      dispatched(6),
    ];
    await using github = await localGithub({
      'GET actions/workflows/siskin.yml/runs': { status: 200, json: { total_count: 6, workflow_runs } },
    });

    const found = await github.reader.findRun(repository, wanted);

    expect(found).toMatchObject({ id: 6, name: 'siskin x', url: 'https://github.example/runs/6' });
    const query = new URLSearchParams(github.seen[0]?.path.split('?')[1]);
    expect(Object.fromEntries(query)).toMatchObject({
      event: 'workflow_dispatch',
      actor: 'siskin[bot]',
      branch: 'main',
    });
  });

  it('looks for a run through three pages and no further', async () => {
    const workflow_runs = Array.from({ length: 100 }, (_, index) => dispatched(index, { display_title: 'another' }));
    await using github = await localGithub({
      'GET actions/workflows/siskin.yml/runs': { status: 200, json: { total_count: 5000, workflow_runs } },
    });

    expect(await github.reader.findRun(repository, wanted)).toBeNull();

    expect(github.seen).toHaveLength(3);
  });

  it('keeps the last lines of a log, without instants and colours, over a redirect', async () => {
    await using github = await localGithub({
      'GET actions/jobs/9/logs': (request, response) => {
        response.writeHead(302, { location: `http://${request.headers.host}/storage/log` }).end();
      },
      'GET /storage/log': raw(
        '2026-03-01T12:00:00.1234567Z first\n2026-03-01T12:00:01.0000000Z \u001b[31mred\u001b[0m\u0007\n2026-03-01T12:00:02Z last\n',
        'text/plain',
      ),
    });

    expect(await github.reader.readLogTail(repository, 9, 2)).toEqual(['red', 'last']);
  });

  it('has no lines of a log that GitHub does not keep', async () => {
    await using github = await localGithub({ 'GET actions/jobs/9/logs': { status: 410, json: {} } });

    expect(await github.reader.readLogTail(repository, 9, 20)).toEqual([]);
  });

  it('reads an artifact up to the limit and not a chunk further', async () => {
    let sent = 0;
    await using github = await localGithub({
      'GET actions/artifacts/8/zip': [
        raw(new Uint8Array(1000), 'application/zip'),
        (_request, response) => {
          response.writeHead(200, { 'content-type': 'application/zip' });
          const timer = setInterval(() => {
            sent += 1;
            response.write(new Uint8Array(1000));
          }, 1);
          response.once('close', () => clearInterval(timer));
        },
      ],
    });

    const bytes = await github.reader.downloadArtifact(repository, 8, 1000);
    const code = await codeOf(github.reader.downloadArtifact(repository, 8, 5000));

    expect([bytes.byteLength, code]).toEqual([1000, 'too-large']);
    expect(sent).toBeLessThan(200);
  });
});

describe('a GitHub that does not answer as wished', () => {
  it.each([
    [401, {}, 'not-permitted', 'check APP_ID'],
    [
      403,
      { 'x-accepted-github-permissions': 'actions=read' },
      'not-permitted',
      'give the App the permission actions=read',
    ],
    [403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '99999999999' }, 'unavailable', 'tried again'],
    [403, { 'retry-after': '60' }, 'unavailable', 'tried again'],
    [429, {}, 'unavailable', 'tried again'],
    [502, {}, 'unavailable', 'tried again'],
    [422, {}, 'github-refused', 'look at what GitHub says'],
    [409, {}, 'conflict', 'look at what GitHub says'],
  ])('makes %i with %o an error %s', async (status, headers, code, fix) => {
    await using github = await localGithub({
      'GET collaborators/ada/permission': { status, headers, json: { message: 'no' } },
    });

    const asked = github.reader.readRole(repository, 'ada');

    await expect(asked).rejects.toThrow(fix);
    await expect(asked).rejects.toMatchObject({ code });
  });

  it('says how long GitHub wants to be left alone', async () => {
    await using github = await localGithub({
      'GET actions/runs/1/artifacts': { status: 429, headers: { 'retry-after': '77' }, json: {} },
    });

    await expect(github.reader.listArtifacts(repository, 1)).rejects.toMatchObject({ retryAfterSeconds: 77 });
  });

  it('calls a dropped connection unavailable', async () => {
    await using github = await localGithub({ 'GET actions/runs/1': (_request, response) => response.destroy() });

    expect(await codeOf(github.reader.readRun(repository, 1))).toBe('unavailable');
  });
});
