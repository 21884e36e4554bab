import { describe, expect, it } from 'vitest';
import type { Exchange } from '../../../sandbox/github/server/server.ts';
import { setStage } from './stage.ts';

const at = { owner: 'ada', repo: 'flights' } as const;

describe('the local GitHub beside the published descriptions', () => {
  it('answers and tells as GitHub does on a walk through every route', async () => {
    await using stage = await setStage();
    const { github, repository, conformance } = stage;
    github.createUser({ login: 'grace' });
    github.grantRole({ repository, login: 'grace', role: 'write' });
    const app = await stage.asApp();
    const bot = await stage.asInstallation();
    const ada = stage.asUser('ada');
    const grace = stage.asUser('grace');

    await app.rest.apps.getAuthenticated();
    await app.rest.apps.getBySlug({ app_slug: stage.app.slug });
    await app.rest.apps.listInstallations();
    await app.rest.apps.getInstallation({ installation_id: stage.installation.id });
    await app.rest.apps.getRepoInstallation(at);
    await app.rest.apps.getUserInstallation({ username: 'ada' });
    await bot.rest.apps.listReposAccessibleToInstallation();
    await bot.rest.rateLimit.get();

    await bot.rest.repos.get(at);
    await bot.request('GET /repositories/{id}', { id: repository.id });
    await ada.rest.repos.update({ ...at, description: 'Late arrivals' });
    await ada.rest.repos.createForAuthenticatedUser({ name: 'empty', auto_init: true });
    await ada.rest.repos.listForAuthenticatedUser();
    await grace.rest.repos.createFork(at);
    await bot.rest.repos.listBranches(at);
    await bot.rest.repos.getBranch({ ...at, branch: 'main' });
    await bot.rest.repos.listCommits({ ...at, path: 'README.md' });
    await bot.rest.users.getByUsername({ username: 'ada' });
    await ada.rest.users.getAuthenticated();
    await bot.rest.repos.listCollaborators(at);
    await bot.rest.repos.checkCollaborator({ ...at, username: 'grace' });
    await bot.rest.repos.getCollaboratorPermissionLevel({ ...at, username: 'grace' });
    await ada.rest.repos.addCollaborator({ ...at, username: 'grace', permission: 'maintain' });

    const blob = await bot.rest.git.createBlob({ ...at, content: 'delay\n2\n' });
    await bot.rest.git.getBlob({ ...at, file_sha: blob.data.sha });
    const main = await bot.rest.git.getRef({ ...at, ref: 'heads/main' });
    await bot.rest.git.listMatchingRefs({ ...at, ref: 'heads/' });
    const old = await bot.rest.git.getCommit({ ...at, commit_sha: main.data.object.sha });
    const tree = await bot.rest.git.createTree({
      ...at,
      base_tree: old.data.tree.sha,
      tree: [{ path: 'data/july.csv', mode: '100644', type: 'blob', sha: blob.data.sha }],
    });
    await bot.rest.git.getTree({ ...at, tree_sha: tree.data.sha, recursive: '1' });
    const commit = await bot.rest.git.createCommit({
      ...at,
      message: 'Add July',
      tree: tree.data.sha,
      parents: [main.data.object.sha],
    });
    await bot.rest.git.createRef({ ...at, ref: 'refs/heads/july', sha: commit.data.sha });
    const tag = await bot.rest.git.createTag({
      ...at,
      tag: 'v0',
      message: 'first',
      object: commit.data.sha,
      type: 'commit',
    });
    await bot.rest.git.getTag({ ...at, tag_sha: tag.data.sha });
    await bot.rest.git.createRef({ ...at, ref: 'refs/tags/v0', sha: tag.data.sha });
    await bot.rest.repos.listTags(at);
    await bot.rest.git.updateRef({ ...at, ref: 'tags/v0', sha: commit.data.sha, force: true });
    await bot.rest.git.deleteRef({ ...at, ref: 'tags/v0' });
    await bot.rest.repos.getCommit({ ...at, ref: commit.data.sha });
    await bot.rest.repos.compareCommitsWithBasehead({ ...at, basehead: 'main...july' });

    await bot.rest.repos.getContent({ ...at, path: '' });
    const readme = await bot.rest.repos.getContent({ ...at, path: 'README.md' });
    await bot.rest.repos.getContent({ ...at, path: 'README.md', mediaType: { format: 'raw' } });
    await bot.rest.repos.getReadme(at);
    await bot.rest.repos.createOrUpdateFileContents({
      ...at,
      path: 'README.md',
      message: 'Say more',
      content: Buffer.from('# Flights\n\nLate ones.\n').toString('base64'),
      branch: 'july',
      sha: 'sha' in readme.data ? readme.data.sha : '',
    });
    const added = await bot.rest.repos.createOrUpdateFileContents({
      ...at,
      path: 'notes.md',
      message: 'Add notes',
      content: Buffer.from('x').toString('base64'),
      branch: 'july',
    });
    await bot.rest.repos.deleteFile({
      ...at,
      path: 'notes.md',
      message: 'Drop notes',
      sha: added.data.content?.sha ?? '',
      branch: 'july',
    });
    await bot.rest.repos.downloadTarballArchive({ ...at, ref: 'july' });
    await bot.rest.repos.downloadZipballArchive({ ...at, ref: 'july' });

    const pull = await ada.rest.pulls.create({ ...at, title: 'July', head: 'july', base: 'main', body: 'More data' });
    const number = pull.data.number;
    await bot.rest.pulls.get({ ...at, pull_number: number });
    await bot.rest.pulls.get({ ...at, pull_number: number, mediaType: { format: 'diff' } });
    await bot.rest.pulls.list({ ...at, head: 'ada:july', state: 'all', sort: 'updated', direction: 'asc' });
    await bot.rest.pulls.listFiles({ ...at, pull_number: number });
    await bot.rest.pulls.listCommits({ ...at, pull_number: number });
    await ada.rest.pulls.update({ ...at, pull_number: number, title: 'Add July' });
    await ada.rest.pulls.update({ ...at, pull_number: number, state: 'closed' });
    await ada.rest.pulls.update({ ...at, pull_number: number, state: 'open' });
    await bot.rest.repos.listPullRequestsAssociatedWithCommit({ ...at, commit_sha: commit.data.sha });
    await github.commitFiles({
      repository,
      branch: 'main',
      message: 'Move on',
      files: { 'x.txt': 'x' },
      author: 'ada',
    });
    await ada.rest.pulls.updateBranch({ ...at, pull_number: number });

    const comment = await grace.rest.issues.createComment({ ...at, issue_number: number, body: '/evaluate' });
    await bot.rest.issues.getComment({ ...at, comment_id: comment.data.id });
    await bot.rest.issues.listComments({ ...at, issue_number: number });
    await bot.rest.issues.listCommentsForRepo(at);
    const reaction = await bot.rest.reactions.createForIssueComment({
      ...at,
      comment_id: comment.data.id,
      content: 'eyes',
    });
    await bot.rest.reactions.createForIssueComment({ ...at, comment_id: comment.data.id, content: 'eyes' });
    await bot.rest.reactions.listForIssueComment({ ...at, comment_id: comment.data.id });
    await bot.rest.reactions.deleteForIssueComment({
      ...at,
      comment_id: comment.data.id,
      reaction_id: reaction.data.id,
    });
    const thumb = await bot.rest.reactions.createForIssue({ ...at, issue_number: number, content: '+1' });
    await bot.rest.reactions.listForIssue({ ...at, issue_number: number });
    await bot.rest.reactions.deleteForIssue({ ...at, issue_number: number, reaction_id: thumb.data.id });
    const own = await bot.rest.issues.createComment({ ...at, issue_number: number, body: 'seen' });
    await bot.rest.issues.updateComment({ ...at, comment_id: own.data.id, body: 'done' });
    await bot.rest.issues.deleteComment({ ...at, comment_id: own.data.id });
    const issue = await ada.rest.issues.create({ ...at, title: 'Drift in June', labels: ['drift'] });
    await ada.rest.issues.get({ ...at, issue_number: issue.data.number });
    await bot.rest.issues.listForRepo({ ...at, state: 'all' });
    await ada.rest.issues.update({
      ...at,
      issue_number: issue.data.number,
      state: 'closed',
      state_reason: 'completed',
    });
    await ada.rest.issues.createLabel({ ...at, name: 'model', color: 'ff0000' });
    await bot.rest.issues.getLabel({ ...at, name: 'model' });
    await bot.rest.issues.listLabelsForRepo(at);
    await bot.rest.issues.addLabels({ ...at, issue_number: number, labels: ['model'] });
    await bot.rest.issues.listLabelsOnIssue({ ...at, issue_number: number });
    await bot.rest.issues.removeLabel({ ...at, issue_number: number, name: 'model' });

    const head = (await bot.rest.pulls.get({ ...at, pull_number: number })).data.head.sha;
    const run = await bot.rest.checks.create({ ...at, name: 'siskin / late', head_sha: head, status: 'queued' });
    await bot.rest.checks.update({
      ...at,
      check_run_id: run.data.id,
      conclusion: 'failure',
      output: {
        title: 'AUC fell',
        summary: 'From 0.8 to 0.7.',
        annotations: [
          { path: 'src/train.js', start_line: 1, end_line: 1, annotation_level: 'failure', message: 'here' },
        ],
      },
      actions: [{ label: 'Promote', description: 'Promote this model', identifier: 'promote' }],
    });
    await bot.rest.checks.get({ ...at, check_run_id: run.data.id });
    await bot.rest.checks.listAnnotations({ ...at, check_run_id: run.data.id });
    await bot.rest.checks.listForRef({ ...at, ref: head });
    await bot.rest.checks.listSuitesForRef({ ...at, ref: head });
    const suite = await bot.rest.checks.createSuite({ ...at, head_sha: head });
    await bot.rest.checks.getSuite({ ...at, check_suite_id: suite.data.id });
    await bot.rest.checks.listForSuite({ ...at, check_suite_id: suite.data.id });
    await ada.rest.checks.rerequestRun({ ...at, check_run_id: run.data.id });
    await ada.rest.checks.rerequestSuite({ ...at, check_suite_id: suite.data.id });
    github.pressButton({ repository, checkRun: run.data.id, identifier: 'promote', by: 'ada' });
    await bot.rest.repos.createCommitStatus({ ...at, sha: head, state: 'success', context: 'lint' });
    await bot.rest.repos.getCombinedStatusForRef({ ...at, ref: head });
    await bot.rest.repos.listCommitStatusesForRef({ ...at, ref: head });

    const merged = await ada.rest.pulls.merge({ ...at, pull_number: number, merge_method: 'squash' });
    await ada.rest.pulls.checkIfMerged({ ...at, pull_number: number });

    await ada.rest.repos.createOrUpdateEnvironment({
      ...at,
      environment_name: 'production',
      wait_timer: 5,
      reviewers: [{ type: 'User', id: github.createUser({ login: 'grace' }).id }],
      deployment_branch_policy: { protected_branches: false, custom_branch_policies: true },
    });
    await bot.rest.repos.getEnvironment({ ...at, environment_name: 'production' });
    await bot.rest.repos.getAllEnvironments(at);
    const place = { ref: merged.data.sha, environment: 'production', required_contexts: [], auto_merge: false };
    for (const task of ['deploy', 'deploy:again']) {
      const deployment = await bot.rest.repos.createDeployment({ ...at, ...place, task });
      const id = 'id' in deployment.data ? deployment.data.id : 0;
      for (const state of ['in_progress', 'success'] as const) {
        await bot.rest.repos.createDeploymentStatus({
          ...at,
          deployment_id: id,
          state,
          environment_url: 'https://models.example.com',
          log_url: 'https://models.example.com/log',
        });
      }
      const statuses = await bot.rest.repos.listDeploymentStatuses({ ...at, deployment_id: id });
      await bot.rest.repos.getDeploymentStatus({ ...at, deployment_id: id, status_id: statuses.data[0]?.id ?? 0 });
      await bot.rest.repos.getDeployment({ ...at, deployment_id: id });
    }
    const deployments = await bot.rest.repos.listDeployments(at);
    await bot.rest.repos.deleteDeployment({ ...at, deployment_id: deployments.data[1]?.id ?? 0 });
    await ada.rest.repos.deleteAnEnvironment({ ...at, environment_name: 'production' });

    const release = await bot.rest.repos.createRelease({ ...at, tag_name: 'late#1', name: 'Late 1', draft: true });
    const asset = await bot.rest.repos.uploadReleaseAsset({
      ...at,
      baseUrl: `${github.url}/api/uploads`,
      release_id: release.data.id,
      name: 'model.onnx',
      data: 'bytes',
    });
    await bot.rest.repos.updateRelease({ ...at, release_id: release.data.id, draft: false });
    await bot.rest.repos.updateRelease({ ...at, release_id: release.data.id, body: 'A better one' });
    await bot.rest.repos.getRelease({ ...at, release_id: release.data.id });
    await bot.rest.repos.getLatestRelease(at);
    await bot.rest.repos.getReleaseByTag({ ...at, tag: 'late#1' });
    await bot.rest.repos.listReleases(at);
    await bot.rest.repos.listReleaseAssets({ ...at, release_id: release.data.id });
    await bot.rest.repos.updateReleaseAsset({ ...at, asset_id: asset.data.id, label: 'The model' });
    await bot.rest.repos.getReleaseAsset({ ...at, asset_id: asset.data.id });
    await bot.rest.repos.deleteReleaseAsset({ ...at, asset_id: asset.data.id });
    await bot.rest.repos.deleteRelease({ ...at, release_id: release.data.id });

    await app.rest.apps.getWebhookConfigForApp();
    await app.rest.apps.updateWebhookConfigForApp({ secret: stage.app.webhookSecret });
    await github.settled();
    const sent = await app.rest.apps.listWebhookDeliveries();
    const delivery = sent.data[0]?.id ?? 0;
    await app.rest.apps.getWebhookDelivery({ delivery_id: delivery });
    await app.rest.apps.redeliverWebhookDelivery({ delivery_id: delivery });
    await ada.rest.repos.removeCollaborator({ ...at, username: 'grace' });
    await bot.rest.apps.revokeInstallationAccessToken();
    await app.rest.apps.deleteInstallation({ installation_id: stage.installation.id });
    await github.settled();

    github.createUser({ login: 'birds', kind: 'Organization' });
    const shared = await github.createRepository({ owner: 'birds', name: 'nest', files: { 'a.txt': 'a' } });
    github.install(stage.app, [shared]);
    await app.rest.apps.getOrgInstallation({ org: 'birds' });
    await github.commitFiles({ repository: shared, branch: 'main', message: 'b', files: { b: 'b' }, author: 'ada' });
    const form = await postManifest(github.url, { name: 'other', default_permissions: {}, default_events: [] });
    await app.rest.apps.createFromManifest({ code: form.searchParams.get('code') ?? '' });
    await github.settled();

    const known = new Set(github.calls.map((call) => `${call.method} ${call.route}`));
    const untouched = github.routes
      .map((route) => `${route.method} ${route.path}`)
      .filter((operation) => !operation.includes('/actions/') && !known.has(operation));
    expect(conformance.violations).toEqual([]);
    expect(untouched).toEqual([]);
    expect(github.deliveries.filter((sending) => sending.statusCode !== 202)).toEqual([]);
  });

  it('notices what GitHub would not know in a request', async () => {
    await using stage = await setStage();
    const bot = await stage.asInstallation();

    await bot.request('GET /repos/{owner}/{repo}/pulls', { ...at, staet: 'open' });
    await bot.request('POST /repos/{owner}/{repo}/issues', { ...at, title: 'x', label: 'drift' });
    await bot.request('GET /repos/ada/flights/pulls?sort=size');

    expect(stage.conformance.violations.map(({ kind, problem }) => `${kind}: ${problem}`)).toEqual([
      'request: query parameter staet is not known to GitHub',
      'request: body field label is not known to GitHub',
      'request: query parameter sort / must be equal to one of the allowed values',
    ]);
  });

  it('notices an answer or a webhook that lacks a field or has one too many', async () => {
    await using stage = await setStage();
    const { github, conformance } = stage;
    const bot = await stage.asInstallation();
    const spoil = { onExchange: (exchange: Exchange) => void exchanges.push(exchange) };
    const exchanges: Exchange[] = [];
    github.observers.add(spoil);
    await bot.rest.repos.get(at);

    const [exchange] = exchanges;
    conformance.observer.onExchange?.({ ...must(exchange), answer: { status: 200, json: { id: 7 } } });
    const delivery = must(github.deliveries[0]);
    conformance.observer.onDelivery?.({ ...delivery, payload: { ...delivery.payload, mood: 'good' } });

    const problems = conformance.violations.map(({ kind, problem }) => `${kind}: ${problem}`);
    expect(problems).toContain("answer: / must have required property 'archive_url'");
    expect(problems).toContain('webhook: / must NOT have additional properties (mood)');
  });
});

/** What a browser does with the form of a manifest flow; the address that GitHub sends it back to. */
async function postManifest(url: string, manifest: { readonly [key: string]: unknown }): Promise<URL> {
  const answer = await fetch(`${url}/settings/apps/new?state=abc`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({
      manifest: JSON.stringify({
        redirect_url: 'http://127.0.0.1:1/probot/setup',
        url: 'http://127.0.0.1:1',
        ...manifest,
      }),
    }),
  });
  return new URL(answer.headers.get('location') ?? '');
}

function must<T>(value: T | undefined): T {
  if (value === undefined) {
    throw new Error('expected a value, found none');
  }
  return value;
}
