import { describe, expect, it } from 'vitest';
import { parseTriggers, startsOnPullRequest, startsOnPush } from '../../../sandbox/github/actions/triggers.ts';
import { startWorld } from '../runner/world.ts';

const pushes = (on: string, ref: string, paths: readonly string[] = ['a.txt']) => {
  const { push } = parseTriggers(on);
  return push !== null && startsOnPush(push, { ref, paths });
};

describe('a push', () => {
  it.each([
    ['on: push', 'refs/heads/x', true],
    ['on: [push, pull_request]', 'refs/tags/v1', true],
    ['on: { push: }', 'refs/heads/x', true],
    ['on: { push: { branches: [main, "rel/**"] } }', 'refs/heads/rel/1/2', true],
    ['on: { push: { branches: ["rel/*"] } }', 'refs/heads/rel/1/2', false],
    ['on: { push: { branches: ["**", "!main"] } }', 'refs/heads/main', false],
    ['on: { push: { branches-ignore: [main] } }', 'refs/heads/main', false],
    ['on: { push: { branches: [main] } }', 'refs/tags/v1', false],
    ['on: { push: { tags: ["v*"] } }', 'refs/tags/v1.2', true],
    ['on: { push: { tags: ["v*"] } }', 'refs/heads/main', false],
    ['on: workflow_dispatch', 'refs/heads/main', false],
    ['not: a workflow', 'refs/heads/main', false],
    ['{{{', 'refs/heads/main', false],
  ])('%s with %s: %s', (on, ref, starts) => {
    expect(pushes(on, ref)).toBe(starts);
  });

  it.each([
    ['paths: ["data/**"]', ['data/x/y.csv', 'a'], true],
    ['paths: ["data/*"]', ['data/x/y.csv'], false],
    ['paths: ["**/*.csv"]', ['y.csv'], true],
    ['paths: ["**", "!docs/**"]', ['docs/a.md'], false],
    ['paths-ignore: ["docs/**"]', ['docs/a.md', 'src/b'], true],
    ['paths-ignore: ["docs/**"]', ['docs/a.md'], false],
  ])('with %s that touches %j: %s', (filter, paths, starts) => {
    expect(pushes(`on: { push: { ${filter} } }`, 'refs/heads/main', paths)).toBe(starts);
  });
});

describe('an activity on a pull request', () => {
  it.each([
    ['on: pull_request', 'opened', true],
    ['on: pull_request', 'labeled', false],
    ['on: { pull_request: { types: [labeled] } }', 'labeled', true],
    ['on: { pull_request: { branches: [release] } }', 'opened', false],
  ])('%s with %s: %s', (on, action, starts) => {
    const { pullRequest } = parseTriggers(on);

    expect(pullRequest !== null && startsOnPullRequest(pullRequest, { action, base: 'main', paths: ['a'] })).toBe(
      starts,
    );
  });
});

describe('a repository’s own workflows', () => {
  it('run on pushes and on pull requests, of which a fork’s has no secrets and may not write', async () => {
    await using world = await startWorld({
      '.github/workflows/ci.yml': `
name: CI
on: { push: { branches: [main] }, pull_request: }
permissions: write-all
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
      - run: |
          echo "AT $GITHUB_EVENT_NAME $GITHUB_REF $GITHUB_HEAD_REF>$GITHUB_BASE_REF \${{ github.event.number }}"
          echo "FILE $(cat file.txt) SECRET \${{ secrets.KEY && 'yes' || 'no' }}"
          test "$(git rev-parse HEAD)" = "$GITHUB_SHA"
`,
      'file.txt': 'base',
    });
    const { github, repository } = world;
    github.actions.setSecret(repository, 'KEY', 'value');
    github.createUser({ login: 'eve' });
    const fork = await github.fork(repository, 'eve');
    await github.commitFiles({
      repository: fork,
      branch: 'idea',
      message: 'change the file',
      author: 'eve',
      files: { 'file.txt': 'forked' },
    });
    await github.openPullRequest({ repository, author: 'eve', title: 'An idea', head: 'idea', headRepository: fork });
    await github.commitFiles({ repository, branch: 'main', message: 'push', author: 'ada', files: { b: '' } });
    await github.settled();
    await world.runner.idle();
    const runs = github.actions.runsOf(repository).map(world.report);
    const forked = runs.find((report) => report.run.event === 'pull_request');
    const pushed = runs.findLast((report) => report.run.event === 'push');

    expect(runs.map((report) => report.conclusion)).toEqual(runs.map(() => 'success'));
    expect(forked?.log('test')).toContain('AT pull_request refs/pull/1/merge idea>main 1\nFILE forked SECRET no');
    expect(forked?.run.attempts[0]?.jobs[0]?.start?.permissions).toMatchObject({ contents: 'read', id_token: 'none' });
    expect(pushed?.log('test')).toContain('AT push refs/heads/main > \nFILE base SECRET yes');
    expect(pushed?.run.title).toBe('push');
  });
});
