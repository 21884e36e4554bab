import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createNodeMiddleware, Probot } from 'probot';
import { expect, it } from 'vitest';
import { startGithub } from '../../../sandbox/github/github.ts';

it('serves an unmodified Probot app that reacts to a pull request', async () => {
  await using github = await startGithub();
  github.createUser({ login: 'ada' });
  const repository = await github.createRepository({ owner: 'ada', name: 'flights', files: { a: '1' } });
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on TCP has an AddressInfo.
  const { port } = server.address() as AddressInfo;
  const app = github.registerApp({
    webhookUrl: `http://127.0.0.1:${port}/api/github/webhooks`,
    permissions: { pull_requests: 'write', issues: 'write', checks: 'write', contents: 'read' },
    events: ['pull_request', 'issue_comment'],
  });
  const probot = new Probot({
    appId: app.appId,
    privateKey: app.privateKey,
    secret: app.webhookSecret,
    baseUrl: github.apiUrl,
    logLevel: 'fatal',
  });
  const middleware = await createNodeMiddleware(
    (robot) => {
      robot.on('pull_request.opened', async (context) => {
        const { head } = context.payload.pull_request;
        await context.octokit.rest.checks.create(context.repo({ name: 'hello', head_sha: head.sha }));
        await context.octokit.rest.issues.createComment(context.issue({ body: 'Hello' }));
      });
    },
    { probot },
  );
  server.on('request', (request, response) => void middleware(request, response));
  github.install(app, [repository]);

  await github.commitFiles({ repository, branch: 'b', message: 'b', files: { b: 'b' }, author: 'ada' });
  await github.openPullRequest({ repository, author: 'ada', title: 'b', head: 'b' });
  await github.settled();
  server.closeAllConnections();
  server.close();

  const [comment] = [...repository.comments.values()];
  expect([comment?.body, comment?.user.login]).toEqual(['Hello', 'siskin[bot]']);
  expect([...repository.checkRuns.values()].map((run) => run.name)).toEqual(['hello']);
  expect(github.deliveries.map(({ status }) => status)).toEqual(github.deliveries.map(() => 'OK'));
});
