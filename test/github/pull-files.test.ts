import { Octokit } from '@octokit/rest';
import { expect, it } from 'vitest';
import { listPullFiles } from '../../src/github/pull-files.ts';
import { repository } from './local-github.ts';
import { localServer } from './local-server.ts';

const counts = { additions: 1, deletions: 0 };
const text = { filename: 'a.py', status: 'modified', sha: 's', patch: '@@ -1 +1,2 @@', ...counts };
const binary = { filename: 'b.bin', previous_filename: 'a.bin', status: 'renamed', sha: 't', ...counts };

it('lists every page of files, with what GitHub leaves out of binaries as null', async () => {
  await using server = await localServer({
    'GET /repos/acme/flights/pulls/7/files': (request, response) => {
      const second = request.path.includes('page=2');
      const link = `<http://${request.headers.host}/repos/acme/flights/pulls/7/files?page=2>; rel="next"`;
      response.writeHead(200, { 'content-type': 'application/json', ...(second ? {} : { link }) });
      response.end(JSON.stringify([second ? binary : text]));
    },
  });

  const files = await listPullFiles(new Octokit({ baseUrl: server.url }), repository, 7);

  expect(files).toEqual([
    { path: 'a.py', previousPath: null, status: 'modified', sha: 's', patch: '@@ -1 +1,2 @@', ...counts },
    { path: 'b.bin', previousPath: 'a.bin', status: 'renamed', sha: 't', patch: null, ...counts },
  ]);
  expect(server.seen[0]?.path).toContain('per_page=100');
});

it('says which permission is missing', async () => {
  await using server = await localServer({
    'GET /repos/acme/flights/pulls/7/files': {
      status: 403,
      json: { message: 'Resource not accessible by integration' },
      headers: { 'x-accepted-github-permissions': 'pull_requests=read' },
    },
  });
  const quiet = { debug() {}, info() {}, warn() {}, error() {} };

  await expect(listPullFiles(new Octokit({ baseUrl: server.url, log: quiet }), repository, 7)).rejects.toThrow(
    /list the files of #7, found 403 .*pull_requests=read/,
  );
});
