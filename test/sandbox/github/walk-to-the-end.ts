import type { Walker } from './walk.ts';

const at = { owner: 'ada', repo: 'flights' } as const;

/** Merges the pull request and deploys it twice. */
export async function walkDeployments(walker: Walker, number: number): Promise<void> {
  const { bot, ada } = walker;
  const { github } = walker.stage;
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
}

/** A release with an asset, from draft to deletion. */
export async function walkReleases(walker: Walker): Promise<void> {
  const { bot } = walker;
  const { github } = walker.stage;
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
}

/** Webhook deliveries, an organization, the manifest flow, and the end of it all. */
export async function walkHooks(walker: Walker): Promise<void> {
  const { app, bot, ada } = walker;
  const { github } = walker.stage;
  await app.rest.apps.getWebhookConfigForApp();
  await app.rest.apps.updateWebhookConfigForApp({ secret: walker.stage.app.webhookSecret });
  await github.settled();
  const sent = await app.rest.apps.listWebhookDeliveries();
  const delivery = sent.data[0]?.id ?? 0;
  await app.rest.apps.getWebhookDelivery({ delivery_id: delivery });
  await app.rest.apps.redeliverWebhookDelivery({ delivery_id: delivery });
  const { repository } = walker.stage;
  github.requireCheck({ repository, branch: 'main', context: 'ci', appId: null });
  github.requireCheck({ repository, branch: 'main', context: 'siskin: late', appId: 7 });
  await bot.rest.repos.getBranchRules({ ...at, branch: 'main' });
  await bot.rest.repos.getBranchRules({ ...at, branch: 'other' });
  await ada.rest.repos.removeCollaborator({ ...at, username: 'grace' });
  await bot.rest.apps.revokeInstallationAccessToken();
  await app.rest.apps.deleteInstallation({ installation_id: walker.stage.installation.id });
  await github.settled();

  github.createUser({ login: 'birds', kind: 'Organization' });
  const shared = await github.createRepository({ owner: 'birds', name: 'nest', files: { 'a.txt': 'a' } });
  github.install(walker.stage.app, [shared]);
  await app.rest.apps.getOrgInstallation({ org: 'birds' });
  github.addMembers({ organization: 'birds', logins: ['ada'] });
  github.createTeam({ organization: 'birds', name: 'All Birds' });
  github.createTeam({ organization: 'birds', name: 'Finches', parent: 'all-birds', members: ['grace'] });
  github.addOwners({ organization: 'birds', logins: ['ada'] });
  await ada.rest.orgs.getMembershipForUser({ org: 'birds', username: 'ada' });
  await ada.rest.orgs.getMembershipForUser({ org: 'birds', username: 'grace' });
  await ada.rest.teams.getByName({ org: 'birds', team_slug: 'finches' });
  await ada.rest.teams.getMembershipForUserInOrg({ org: 'birds', team_slug: 'all-birds', username: 'grace' });
  await github.commitFiles({ repository: shared, branch: 'main', message: 'b', files: { b: 'b' }, author: 'ada' });
  const form = await postManifest(github.url, { name: 'other', default_permissions: {}, default_events: [] });
  await app.rest.apps.createFromManifest({ code: form.searchParams.get('code') ?? '' });
  await github.settled();
}

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
