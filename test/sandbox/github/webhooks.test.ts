import { verify } from '@octokit/webhooks-methods';
import { describe, expect, it } from 'vitest';
import { setStage } from './stage.ts';

const at = { owner: 'ada', repo: 'flights' } as const;

describe('webhooks of the local GitHub', () => {
  it('tells what a pull request goes through, in the words that GitHub uses', async () => {
    await using stage = await setStage({ events: ['push', 'pull_request', 'issue_comment', 'create', 'delete'] });
    const { github, repository } = stage;
    const ada = { repository, author: 'ada' } as const;

    await github.commitFiles({ ...ada, branch: 'june', message: 'June', files: { a: '1' } });
    const pull = await github.openPullRequest({ ...ada, title: 'June', head: 'june', draft: true });
    await github.commitFiles({ ...ada, branch: 'june', message: 'more', files: { a: '2' } });
    await github.markReady({ repository, number: pull.number, by: 'ada' });
    github.comment({ ...ada, number: pull.number, body: '/evaluate' });
    await github.closePullRequest({ repository, number: pull.number, by: 'ada' });
    await stage.asUser('ada').rest.pulls.update({ ...at, pull_number: pull.number, state: 'open' });
    await github.mergePullRequest({ repository, number: pull.number, by: 'ada' });
    await stage.asUser('ada').rest.git.deleteRef({ ...at, ref: 'heads/june' });
    await github.settled();

    const byTime = github.deliveries.map(({ event, action }) => (action === null ? event : `${event}.${action}`));
    expect(byTime.filter((name) => !name.startsWith('check_suite'))).toEqual([
      'installation.created',
      'create',
      'push',
      'pull_request.opened',
      'push',
      'pull_request.synchronize',
      'pull_request.ready_for_review',
      'issue_comment.created',
      'pull_request.closed',
      'pull_request.reopened',
      'push',
      'pull_request.closed',
      'push',
      'delete',
    ]);
    expect(stage.conformance.violations).toEqual([]);
    expect(stage.received).toHaveLength(github.deliveries.length);
  });

  it('signs each delivery with the secret of its App', async () => {
    await using stage = await setStage();
    const [first] = stage.received;

    const signature = String(first?.headers['x-hub-signature-256']);

    expect(await verify(stage.app.webhookSecret, first?.body ?? '', signature)).toBe(true);
    expect(await verify('another secret of some length', first?.body ?? '', signature)).toBe(false);
    expect(first?.headers).toMatchObject({
      'x-github-event': 'installation',
      'x-github-hook-installation-target-id': String(stage.app.appId),
    });
  });

  it('reaches only Apps that subscribe and are installed there', async () => {
    await using stage = await setStage({ events: ['push'] });
    const { github } = stage;
    const elsewhere = await github.createRepository({ owner: 'ada', name: 'elsewhere', files: { a: 'a' } });

    await github.commitFiles({ repository: elsewhere, branch: 'b', message: 'b', files: { b: 'b' }, author: 'ada' });
    await stage.asUser('ada').rest.issues.create({ ...at, title: 'x' });
    await github.settled();

    expect(stage.heard()).toEqual(['installation.created']);
  });

  it('tells a re-requested check only to the App that made it', async () => {
    await using stage = await setStage();
    const { github, repository } = stage;
    const rival = github.registerApp({
      name: 'rival',
      webhookUrl: `${stage.github.url}/nowhere`,
      permissions: { checks: 'write' },
      events: ['check_run'],
    });
    github.install(rival, [repository]);
    const bot = await stage.asInstallation();
    const head = (await bot.rest.git.getRef({ ...at, ref: 'heads/main' })).data.object.sha;
    const run = await bot.rest.checks.create({ ...at, name: 'late', head_sha: head, conclusion: 'success' });

    await stage.asUser('ada').rest.checks.rerequestRun({ ...at, check_run_id: run.data.id });
    await github.settled();

    const receivers = (action: string) =>
      github.deliveries.filter((item) => item.action === action).map((item) => item.app.slug);
    expect(receivers('completed')).toEqual(['siskin', 'rival']);
    expect(receivers('rerequested')).toEqual(['siskin']);
  });

  it('follows a fork, whose pushes change the pull request but are no pushes here', async () => {
    await using stage = await setStage({ events: ['push', 'pull_request'] });
    const { github, repository } = stage;
    github.createUser({ login: 'mallory' });
    const fork = await github.fork(repository, 'mallory');
    const mallory = { repository: fork, branch: 'fix', author: 'mallory' } as const;
    await github.commitFiles({ ...mallory, message: 'one', files: { a: '1' } });
    const pull = await github.openPullRequest({
      repository,
      headRepository: fork,
      head: 'fix',
      title: 'Fix',
      author: 'mallory',
    });

    const sha = await github.commitFiles({ ...mallory, message: 'two', files: { a: '2' } });
    await github.settled();

    const bot = await stage.asInstallation();
    const { data } = await bot.rest.pulls.get({ ...at, pull_number: pull.number });
    expect([data.head.sha, data.head.repo?.fork, data.commits, data.mergeable]).toEqual([sha, true, 2, true]);
    expect(stage.heard()).toEqual(['installation.created', 'pull_request.opened', 'pull_request.synchronize']);
    expect(stage.conformance.violations).toEqual([]);
  });

  it('redelivers under the same id, and only when asked', async () => {
    await using stage = await setStage({ events: ['push'] });
    const app = await stage.asApp();
    const [listed] = (await app.rest.apps.listWebhookDeliveries()).data;

    await app.rest.apps.redeliverWebhookDelivery({ delivery_id: listed?.id ?? 0 });
    await stage.github.settled();

    const ids = stage.received.map(({ headers }) => headers['x-github-delivery']);
    expect(ids).toEqual([listed?.guid, listed?.guid]);
    expect(stage.github.deliveries.map(({ redelivery }) => redelivery)).toEqual([false, true]);
  });

  it('keeps what a receiver that is away has missed', async () => {
    await using stage = await setStage({ events: ['push'] });
    const { github, repository, app } = stage;
    app.app.webhookUrl = 'http://127.0.0.1:1/closed';

    await github.commitFiles({ repository, branch: 'b', message: 'b', files: { b: 'b' }, author: 'ada' });
    await github.settled();

    const { data } = await (await stage.asApp()).rest.apps.listWebhookDeliveries({ status: 'failure' });
    expect(data.map(({ event, status_code }) => [event, status_code])).toEqual([
      ['check_suite', 0],
      ['push', 0],
    ]);
  });

  it('pages through deliveries by cursor', async () => {
    await using stage = await setStage({ events: ['issues'] });
    const ada = stage.asUser('ada');
    for (const title of ['a', 'b', 'c', 'd']) {
      await ada.rest.issues.create({ ...at, title });
    }
    await stage.github.settled();

    const app = await stage.asApp();
    const all = await app.paginate('GET /app/hook/deliveries', { per_page: 2 });

    expect(all.map(({ event }) => event)).toEqual(['issues', 'issues', 'issues', 'issues', 'installation']);
  });

  it('drops, doubles and reorders webhooks on demand', async () => {
    await using stage = await setStage({ events: ['issues'] });
    const { faults } = stage.github;
    const ada = stage.asUser('ada');
    const open = (title: string) => ada.rest.issues.create({ ...at, title });
    const plan = ['drop', 'double', 'hold', 'hold'] as const;
    let next = 0;
    faults.onWebhook = () => plan[next++] ?? null;

    for (const title of ['dropped', 'doubled', 'first', 'second']) {
      await open(title);
    }
    await stage.github.settled();
    faults.releaseWebhooks();
    await stage.github.settled();

    const titles = stage.received.slice(1).map(({ payload }) => (payload['issue'] as { title: string }).title);
    expect(titles).toEqual(['doubled', 'doubled', 'second', 'first']);
    const ids = stage.received.slice(1, 3).map(({ headers }) => headers['x-github-delivery']);
    expect(new Set(ids).size).toBe(1);
  });
});
