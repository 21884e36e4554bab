import type { Octokit } from '@octokit/rest';
import type { Stage } from './stage.ts';
import { walkDeployments, walkHooks, walkReleases } from './walk-to-the-end.ts';

const at = { owner: 'ada', repo: 'flights' } as const;

/** Who calls while walking. */
export interface Walker {
  readonly stage: Stage;
  readonly app: Octokit;
  readonly bot: Octokit;
  readonly ada: Octokit;
  readonly grace: Octokit;
}

/** Calls every REST operation at least once, with success, as the App, its installation and two people. */
export async function walkEverywhere(stage: Stage): Promise<void> {
  const { github, repository } = stage;
  github.createUser({ login: 'grace' });
  github.grantRole({ repository, login: 'grace', role: 'write' });
  const walker: Walker = {
    stage,
    app: await stage.asApp(),
    bot: await stage.asInstallation(),
    ada: stage.asUser('ada'),
    grace: stage.asUser('grace'),
  };
  await walkApp(walker);
  await walkRepository(walker);
  const july = await walkObjects(walker);
  await walkContents(walker);
  const number = await walkPull(walker, july);
  await walkReview(walker, number);
  await walkConversation(walker, number);
  await walkChecks(walker, number);
  await walkDeployments(walker, number);
  await walkReleases(walker);
  await walkHooks(walker);
}

/** What an App asks about itself and its installations. */
async function walkApp(walker: Walker): Promise<void> {
  const { app, bot } = walker;
  await app.rest.apps.getAuthenticated();
  await app.rest.apps.getBySlug({ app_slug: walker.stage.app.slug });
  await app.rest.apps.listInstallations();
  await app.rest.apps.getInstallation({ installation_id: walker.stage.installation.id });
  await app.rest.apps.getRepoInstallation(at);
  await app.rest.apps.getUserInstallation({ username: 'ada' });
  await bot.rest.apps.listReposAccessibleToInstallation();
  await bot.rest.rateLimit.get();
}

/** Repositories, their branches and the people in them. */
async function walkRepository(walker: Walker): Promise<void> {
  const { bot, ada, grace } = walker;
  const { repository } = walker.stage;
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
}

/** Blobs, trees, commits, tags and refs; leaves a branch `july` and returns its commit. */
async function walkObjects(walker: Walker): Promise<string> {
  const { bot } = walker;
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
  return commit.data.sha;
}

/** Files, one by one, and archives. */
async function walkContents(walker: Walker): Promise<void> {
  const { bot } = walker;
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
}

/** A pull request of `july`, edited, closed, reopened and brought up to date; returns its number. */
async function walkPull(walker: Walker, july: string): Promise<number> {
  const { bot, ada } = walker;
  const { github, repository } = walker.stage;
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
  await bot.rest.repos.listPullRequestsAssociatedWithCommit({ ...at, commit_sha: july });
  await github.commitFiles({
    repository,
    branch: 'main',
    message: 'Move on',
    files: { 'x.txt': 'x' },
    author: 'ada',
  });
  await ada.rest.pulls.updateBranch({ ...at, pull_number: number });
  return number;
}

/** A review with a comment beside a line, edited and taken back. */
async function walkReview({ bot, grace }: Walker, number: number): Promise<void> {
  const pull = { ...at, pull_number: number };
  const [file] = (await bot.rest.pulls.listFiles(pull)).data.filter(({ patch }) => patch !== undefined);
  const place = { path: file?.filename ?? '', position: 1 };
  await grace.rest.pulls.createReview({ ...pull, event: 'APPROVE' });
  await bot.rest.pulls.createReview({ ...pull, body: '', event: 'COMMENT', comments: [{ ...place, body: 'why?' }] });
  await bot.rest.pulls.listReviews(pull);
  const [comment] = (await bot.rest.pulls.listReviewComments(pull)).data;
  const one = { ...at, comment_id: comment?.id ?? 0 };
  await bot.rest.pulls.getReviewComment(one);
  await bot.rest.pulls.updateReviewComment({ ...one, body: 'why so?' });
  await bot.rest.pulls.deleteReviewComment(one);
}

/** Comments, reactions, issues and labels. */
async function walkConversation(walker: Walker, number: number): Promise<void> {
  const { bot, ada, grace } = walker;
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
}

/** Check runs, suites and statuses on the pull request's head. */
async function walkChecks(walker: Walker, number: number): Promise<void> {
  const { bot, ada } = walker;
  const { github, repository } = walker.stage;
  const head = (await bot.rest.pulls.get({ ...at, pull_number: number })).data.head.sha;
  const run = await bot.rest.checks.create({ ...at, name: 'siskin / late', head_sha: head, status: 'queued' });
  await bot.rest.checks.update({
    ...at,
    check_run_id: run.data.id,
    conclusion: 'failure',
    output: {
      title: 'AUC fell',
      summary: 'From 0.8 to 0.7.',
      annotations: [{ path: 'src/train.js', start_line: 1, end_line: 1, annotation_level: 'failure', message: 'here' }],
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
}
