import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { latestAttempt, type WorkflowRun } from '../../sandbox/github/actions/run-state.ts';
import type { PullIssue } from '../../sandbox/github/shape/pull.ts';
import type { RunReport } from '../sandbox/runner/world.ts';
import { flights, scores } from '../scenarios/late-arrivals.ts';
import { openStage, type Stage } from './stage.ts';

const policy = `version: 1
models:
  late:
    task: binary
    target: late
    id: id
    data: { train: data/train.csv, holdout: data/holdout.csv }
    model: models/late.csv
    metrics: { roc-auc: { not-worse-by: 0.01 } }
`;

const workflow = (depth: number) => `on: pull_request
permissions: {}
jobs:
  check:
    runs-on: ubuntu-latest
    permissions: { contents: read, pull-requests: write }
    steps:
      - uses: actions/checkout@v5
        with: { fetch-depth: ${depth} }
      - id: it
        uses: siskin-dev/siskin@v0
      - if: always()
        run: echo "OUT \${{ steps.it.outputs.verdict }}"; ls; git worktree list
`;

const files = {
  '.github/siskin.yml': policy,
  'data/train.csv': flights(1000),
  'data/holdout.csv': flights(),
  'models/late.csv': scores('good'),
};

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ workflow: workflow(0), files });
});
afterAll(() => stage[Symbol.asyncDispose]());

async function propose(
  { world, commit }: Stage,
  change: { readonly branch: string; readonly files: Readonly<Record<string, string>> },
): Promise<PullIssue> {
  const { branch } = change;
  await commit(branch, change.files);
  return await world.github.openPullRequest({
    repository: world.repository,
    author: 'ada',
    title: branch,
    head: branch,
  });
}

/** The newest run, at its end. */
async function ended({ world }: Stage): Promise<RunReport> {
  await world.github.settled();
  await world.runner.idle();
  const run = newest(world.github.actions.runsOf(world.repository));
  if (run === undefined) throw new Error('no run');
  expect(latestAttempt(run).status).toBe('completed');
  return world.report(run);
}

function newest(runs: readonly WorkflowRun[]): WorkflowRun | undefined {
  return [...runs].sort((a, b) => a.id - b.id).at(-1);
}

function commentsOf(pull: PullIssue) {
  const all = [...pull.repository.comments.values()].filter(({ issue }) => issue === pull);
  return all.map(({ user, body }) => ({ login: user.login, body }));
}

describe('the root action on a pull request', () => {
  it('judges by the base branch, and says so in one comment that the next run rewrites', async () => {
    // The pull request may write what it wants into its own policy.
    const lenient = policy.replace('not-worse-by: 0.01', 'not-worse-by: 0.9');
    const pull = await propose(stage, {
      branch: 'worse',
      files: { 'models/late.csv': scores('bad'), '.github/siskin.yml': lenient },
    });
    stage.world.github.comment({
      repository: stage.world.repository,
      number: pull.number,
      author: 'ada',
      body: '<!-- siskin:check late -->\nmine',
    });
    const first = await ended(stage);
    const said = commentsOf(pull);
    await stage.commit('worse', { 'models/late.csv': scores('good').replaceAll('0.9', '0.8') });
    const second = await ended(stage);

    expect(first.jobs).toEqual({ check: 'failure' });
    expect(first.log('check')).toContain('OUT fail');
    expect(first.log('check')).toContain('siskin-report.html');
    expect(first.log('check').match(/\(detached HEAD\)/g)).toHaveLength(1);
    expect(said.map(({ login }) => login)).toEqual(['ada', 'github-actions[bot]']);
    expect(said[1]?.body).toContain('ROC AUC');
    expect(second.run).not.toBe(first.run);
    expect(commentsOf(pull).map(({ login }) => login)).toEqual(['ada', 'github-actions[bot]']);
    expect(commentsOf(pull)[0]?.body).toContain('mine');
    expect(commentsOf(pull)[1]?.body).not.toBe(said[1]?.body);
  });

  it('says what to do when the base commit was not fetched', async () => {
    await using shallow = await openStage({ workflow: workflow(1), files });
    await propose(shallow, { branch: 'worse', files: { 'models/late.csv': scores('bad') } });

    const report = await ended(shallow);

    expect(report.jobs).toEqual({ check: 'failure' });
    expect(report.annotations('check').join()).toMatch(
      /expected the base commit [0-9a-f]{40} in the checkout, found that it is not there; give actions\/checkout `fetch-depth: 0`/,
    );
  });

  it('says in the log why there is no verdict', async () => {
    await propose(stage, { branch: 'broken', files: { 'models/late.csv': 'id,probability\nf1,0.5\n' } });

    const report = await ended(stage);

    expect(report.log('check')).toContain('OUT error');
    expect(report.annotations('check').join()).toMatch(/evaluation: expected .*late\.csv/);
  });

  it('keeps the verdict of a fork, whose token may not comment', async () => {
    const { github, repository } = stage.world;
    github.createUser({ login: 'eve' });
    const fork = await github.fork(repository, 'eve');
    await github.commitFiles({
      repository: fork,
      branch: 'theirs',
      message: 'Theirs',
      files: { 'models/late.csv': scores('bad') },
      author: 'eve',
    });
    const pull = await github.openPullRequest({
      repository,
      author: 'eve',
      title: 'Theirs',
      head: 'theirs',
      headRepository: fork,
    });

    const report = await ended(stage);

    expect(report.log('check')).toContain('OUT fail');
    expect(report.annotations('check').join()).toContain('warning');
    expect(report.annotations('check').join()).toContain('expected to comment on the pull request');
    expect(commentsOf(pull)).toEqual([]);
  });
});
