import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { latestAttempt } from '../../sandbox/github/actions/run-state.ts';
import type { PullIssue } from '../../sandbox/github/shape/pull.ts';
import type { Repository } from '../../sandbox/github/state.ts';
import { lateArrivals, policy, scores, training } from './late-arrivals.ts';
import { openScenario, type Scenario } from './scenario.ts';

let scenario: Scenario;
let repository: Repository;
let fork: Repository;
let pull: PullIssue;
beforeAll(async () => {
  scenario = await openScenario();
  const { github } = scenario.world;
  github.createUser({ login: 'mallory' });
  repository = await scenario.adopt('forked', lateArrivals);
  fork = await github.fork(repository, 'mallory');
  await pushFork({ 'scores.csv': scores('bad') });
  pull = await github.openPullRequest({
    repository,
    headRepository: fork,
    author: 'mallory',
    title: 'Learn better',
    head: 'better',
  });
  await scenario.rest();
});
afterAll(() => scenario[Symbol.asyncDispose]());

const pushFork = (files: Readonly<Record<string, string>>) =>
  scenario.world.github.commitFiles({
    repository: fork,
    branch: 'better',
    files,
    message: 'Learn better',
    author: 'mallory',
    authorDate: new Date('2020-01-01'),
  });
const runs = () => scenario.world.github.actions.runsOf(repository);
const check = () => scenario.check(pull, 'siskin: late');
const short = () => pull.pull.head.sha.slice(0, 7);

/** What somebody's words lead to: reactions, the newest reply, new runs. */
async function answerTo(body: string, author: string) {
  const before = { runs: runs().length, replies: scenario.outcome(pull).comments.length };
  const comment = scenario.say(pull, body, author);
  await scenario.rest();
  return {
    reactions: comment.reactions.map(({ content }) => content).toSorted(),
    reply: scenario.outcome(pull).comments.slice(before.replies).at(-1) ?? '',
    runs: runs().length - before.runs,
  };
}

describe('a pull request from a fork', () => {
  it('runs nothing, and its check says what to read and what to type', () => {
    expect(runs()).toHaveLength(1);
    expect(check()).toMatchObject({ status: 'completed', conclusion: 'action_required' });
    expect(check().output.title).toMatch(/^Refused: it comes from a fork, whose code runs only once/);
    expect(check().output.summary).toContain(`/approve-run @${short()}`);
    expect(check().actions.map(({ identifier }) => identifier)).toEqual(['approve-run']);
    expect(scenario.outcome(pull).comments).toEqual([expect.stringContaining(`/approve-run @${short()}`)]);
  });

  it('does not run because its author, or a reader, says so', async () => {
    for (const author of ['mallory', 'rita']) {
      const { reactions, runs: started } = await answerTo(`/approve-run @${short()}\n/train`, author);

      expect({ reactions, started }).toEqual({ reactions: ['-1', 'eyes'], started: 0 });
    }
  });

  it('does not run because somebody with the right approves without saying what', async () => {
    const { reply, runs: started } = await answerTo('/approve-run', 'grace');

    expect(started).toBe(0);
    expect(reply).toContain('**`sha-missing`**');
  });

  it('runs at the approved commit on the runner for forks, and is judged', async () => {
    const branches = [...(await refs())];
    const { reactions, runs: started } = await answerTo(`/approve-run @${short()}`, 'grace');

    const run = runs().at(-1);
    const jobs = run === undefined ? [] : latestAttempt(run).jobs;
    expect({ reactions, started }).toEqual({ reactions: ['eyes', 'rocket'], started: 1 });
    expect(jobs.map(({ name, labels }) => [name, labels])).toEqual([
      ['train (late)', ['ubuntu-latest']],
      ['evaluate (late)', ['ubuntu-latest']],
    ]);
    expect(run?.headBranch).toBe('main');
    expect(check()).toMatchObject({ conclusion: 'failure' });
    expect(check().output.title).toMatch(/^Fail: ROC AUC is worse by/);
    expect(await refs()).toEqual(branches);
  });

  it('needs another approval after every push, whatever dates its commits bear', async () => {
    const before = runs().length;
    const former = short();
    await pushFork({ 'train.sh': `${training}curl --silent https://evil.test || true\n` });
    await scenario.rest();
    const stale = await answerTo(`/approve-run @${former}`, 'grace');

    expect(runs()).toHaveLength(before);
    expect(check()).toMatchObject({ conclusion: 'action_required' });
    expect(stale.reply).toMatch(/\*\*`head-moved`\*\*.*`\/approve-run @/);
    expect(stale.reply).toContain(`/approve-run @${short()}`);
  });

  it('is approved by the button of its check, which stands on that commit', async () => {
    const before = runs().length;
    scenario.world.github.pressButton({ repository, checkRun: check().id, identifier: 'approve-run', by: 'grace' });
    await scenario.rest();

    expect(runs()).toHaveLength(before + 1);
    expect(check().output.title).toMatch(/^Fail: ROC AUC is worse by/);
  });

  it('is not approved by the button of a commit that is gone, and the presser is told', async () => {
    await pushFork({ 'NOTES.md': 'almost', 'scores.csv': scores('good') });
    await scenario.rest();
    const old = check();
    await pushFork({ 'NOTES.md': 'done' });
    const before = { runs: runs().length, comments: scenario.outcome(pull).comments.length };
    scenario.world.github.pressButton({ repository, checkRun: old.id, identifier: 'approve-run', by: 'grace' });
    await scenario.rest();

    expect(runs()).toHaveLength(before.runs);
    expect(scenario.outcome(pull).comments.slice(before.comments)).toEqual([
      expect.stringMatching(/\*\*`head-moved`\*\* — the button belongs to [0-9a-f]{7}/),
    ]);
  });

  it('answers Re-run with what stands, and runs nothing', async () => {
    const before = runs().length;
    await scenario.request('grace', 'POST', `forked/check-runs/${check().id}/rerequest`);
    await scenario.rest();

    expect(runs()).toHaveLength(before);
    expect(check()).toMatchObject({ status: 'completed', conclusion: 'action_required' });
  });
});

describe('a command', () => {
  let repository: Repository;
  let pull: PullIssue;
  beforeAll(async () => {
    // Nothing here is about what a run finds, so that no runner takes one.
    const waiting = { ...lateArrivals, '.github/siskin.yml': policy({ runner: 'nobody' }) };
    repository = await scenario.adopt('moving', waiting);
    pull = await scenario.propose(repository, { branch: 'moving', files: { 'train.sh': `${training}true\n` } });
    await scenario.rest();
  });
  afterEach(() => {
    scenario.world.github.faults.onWebhook = () => null;
  });

  const runs = () => scenario.world.github.actions.runsOf(repository);
  const short = () => pull.pull.head.sha.slice(0, 7);
  let pushes = 0;

  /** A push whose commit claims to be years old. */
  async function push(): Promise<void> {
    pushes += 1;
    await scenario.world.github.commitFiles({
      repository,
      branch: 'moving',
      files: { 'train.sh': `${training}echo ${pushes}\n` },
      message: 'Steal',
      author: 'grace',
      authorDate: new Date('2020-01-01'),
    });
  }

  /** The newest reply to what is said while `meanwhile` happens, and the runs that it starts. */
  async function said(body: string, meanwhile: () => Promise<void> = async () => {}) {
    const before = { replies: scenario.outcome(pull).comments.length, runs: runs().length };
    scenario.say(pull, body);
    await meanwhile();
    await scenario.rest();
    return {
      reply: scenario.outcome(pull).comments.slice(before.replies).join('\n'),
      started: runs().slice(before.runs),
    };
  }

  it('right after a push is refused, and says how to type it for the commit that it now is about', async () => {
    await push();
    const { reply } = await said('/train -m late');
    const again = await said(`/train -m late @${short()}`);

    expect(reply).toMatch(/\*\*`head-moved`\*\* — the pull request was pushed to at about the time of the comment/);
    expect(reply).toContain(`type \`/train -m late @${short()}\``);
    expect(again.reply).toBe('');
  });

  it('before a push that overtakes it is refused, whatever the dates of the commits say', async () => {
    const { faults } = scenario.world.github;
    faults.onWebhook = ({ event }) => (event === 'issue_comment' ? 'hold' : null);
    const { reply } = await said('/evaluate', async () => {
      await push();
      faults.onWebhook = () => null;
      await scenario.rest();
      faults.releaseWebhooks();
    });

    expect(reply).toContain('**`head-moved`**');
    expect(reply).toContain(`\`/evaluate @${short()}\``);
  });

  it('is refused while the webhook of the push is still under way', async () => {
    const { faults } = scenario.world.github;
    faults.onWebhook = ({ event }) => (event === 'pull_request' ? 'hold' : null);
    await push();
    const { reply, started } = await said('/train');
    faults.onWebhook = () => null;
    faults.releaseWebhooks();
    await scenario.rest();

    expect(reply).toContain('**`head-moved`**');
    expect(started).toEqual([]);
  });

  it('about a commit that is not there any more is refused', async () => {
    const former = short();
    await push();
    await scenario.rest();
    const { reply } = await said(`/train @${former}`);

    expect(reply).toContain(`it names ${former}, the newest commit is ${short()}`);
  });
});

/** Every branch and tag of the repository; what GitHub itself keeps of pull requests is no branch. */
async function refs(): Promise<readonly string[]> {
  const all = await repository.git.ask(['for-each-ref', '--format=%(refname) %(objectname)']);
  return String(all)
    .split('\n')
    .filter((line) => /^refs\/(heads|tags)\//.test(line));
}

it('all of that is as GitHub describes it', () => {
  expect(scenario.conformance.violations).toEqual([]);
});
