import { describe, expect, it } from 'vitest';
import { localGithub, repository } from './local-github.ts';

describe('pull requests and people', () => {
  it('knows a fork, a deleted fork and a deleted author', async () => {
    const base = { sha: 'b', ref: 'main', repo: { default_branch: 'main' } };
    await using github = await localGithub({
      'GET pulls/3': {
        status: 200,
        json: {
          number: 3,
          state: 'open',
          user: null,
          head: { sha: 'a', ref: 'x', repo: null },
          base,
          updated_at: '2026-03-01T12:00:00Z',
          merged_at: null,
        },
      },
      'GET pulls/4': { status: 404, json: {} },
    });

    expect(await github.reader.readPullRequest(repository, 3)).toEqual({
      number: 3,
      state: 'open',
      draft: false,
      author: 'ghost',
      authorId: null,
      head: { sha: 'a', ref: 'x', repositoryId: null },
      base: { sha: 'b', ref: 'main' },
      defaultBranch: 'main',
      isMerged: false,
      headAt: '2026-03-01T12:00:00Z',
    });
    expect(await github.reader.readPullRequest(repository, 4)).toBeNull();
  });

  it('dates a head by the push when the pull request says an older time, and knows a merged one', async () => {
    const repo = { id: 1, pushed_at: '2026-03-01T12:00:09Z' };
    const base = { sha: 'b', ref: 'main', repo: { default_branch: 'main' } };
    const json = {
      number: 3,
      state: 'closed',
      user: { login: 'ada', id: 7 },
      head: { sha: 'a', ref: 'x', repo },
      base,
      updated_at: '2026-03-01T12:00:00Z',
      merged_at: '2026-03-01T13:00:00Z',
    };
    await using github = await localGithub({ 'GET pulls/3': { status: 200, json } });

    expect(await github.reader.readPullRequest(repository, 3)).toMatchObject({
      isMerged: true,
      headAt: '2026-03-01T12:00:09Z',
    });
  });

  it('tells the tree of a commit', async () => {
    await using github = await localGithub({
      'GET git/commits/aaaa': { status: 200, json: { sha: 'aaaa', tree: { sha: 'tttt' } } },
    });

    expect(await github.reader.readTreeId(repository, 'aaaa')).toBe('tttt');
  });

  it('follows all pages of open pull requests', async () => {
    const pull = (number: number) => ({
      number,
      state: 'open',
      user: { login: 'ada' },
      head: { sha: 'a', ref: 'x', repo: { id: 1 } },
      base: { sha: 'b', ref: 'main', repo: { default_branch: 'main' } },
    });
    await using github = await localGithub({
      'GET pulls': (request, response) => {
        const second = request.path.includes('page=2');
        const link = `<http://${request.headers.host}/repos/acme/flights/pulls?page=2>; rel="next"`;
        response.writeHead(200, { 'content-type': 'application/json', ...(second ? {} : { link }) });
        response.end(JSON.stringify([pull(second ? 2 : 1)]));
      },
    });

    expect((await github.reader.listOpenPullRequests(repository)).map((one) => one.number)).toEqual([1, 2]);
  });
});
