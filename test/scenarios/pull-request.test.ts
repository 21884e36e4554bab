import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Repository } from '../../sandbox/github/state.ts';
import { lateArrivals, policy, scores, training } from './late-arrivals.ts';
import { openScenario, type Scenario } from './scenario.ts';

let scenario: Scenario;
let repository: Repository;
beforeAll(async () => {
  scenario = await openScenario();
  repository = await scenario.adopt('late-arrivals', lateArrivals);
});
afterAll(() => scenario[Symbol.asyncDispose]());

const conclusions = (pull: Parameters<Scenario['outcome']>[0]) =>
  Object.fromEntries(scenario.outcome(pull).checks.map(({ name, conclusion }) => [name, conclusion]));
const runs = () => scenario.world.github.actions.runsOf(repository).length;

describe('a pull request that changes training code', () => {
  it('gets one comment and one check per model, both of its newest commit only', async () => {
    const { github } = scenario.world;
    const endless = { 'scores.csv': scores('bad'), 'train.sh': `${training}sleep 300\n` };
    const pull = await scenario.propose(repository, { branch: 'features', files: endless });
    const first = pull.pull.head.sha;
    await scenario.started('train (late)');

    await scenario.push(repository, { branch: 'features', files: { 'train.sh': training } });
    await scenario.rest();

    const { comments } = scenario.outcome(pull);
    expect(conclusions(pull)).toEqual({ 'siskin: late': 'failure' });
    expect(scenario.check(pull, 'siskin: late').output.title).toMatch(
      /^Fail: ROC AUC is worse by 0\.\d+ \(limit 0\.01\)$/,
    );
    expect(scenario.check(pull, 'siskin: late', first)).toMatchObject({ conclusion: 'cancelled' });
    expect(scenario.check(pull, 'siskin: late', first).output.title).toMatch(/^Superseded: by [0-9a-f]{7}$/);
    expect(comments).toHaveLength(1);
    expect(comments[0]).toMatch(
      /ROC AUC is worse by[\s\S]*Earlier commits of this pull request \(1\)[\s\S]*superseded/,
    );
    const [cancelled, judged] = github.actions.runsOf(repository).slice(-2);
    expect([cancelled?.attempts[0]?.conclusion, judged?.attempts[0]?.conclusion]).toEqual(['cancelled', 'success']);
  });

  it('is not trained again when the same content comes back', async () => {
    const before = runs();

    const pull = await scenario.propose(repository, { branch: 'again', files: { 'scores.csv': scores('bad') } });
    await scenario.rest();

    expect(runs()).toBe(before);
    expect(conclusions(pull)).toEqual({ 'siskin: late': 'failure' });
    expect(scenario.outcome(pull).comments[0]).toContain('**Reused** Nothing that determines this training changed');
  });

  it('is judged by the policy of the base branch, even when it loosens it', async () => {
    const files = { '.github/siskin.yml': policy({ notWorseBy: 1 }), 'scores.csv': scores('bad') };
    const pull = await scenario.propose(repository, { branch: 'loosen', files });
    await scenario.rest();

    expect(conclusions(pull)).toEqual({ 'siskin: late': 'failure', 'siskin policy': 'success' });
    expect(scenario.outcome(pull).comments[0]).toMatch(/not-worse-by|not worse by/);
  });

  it('keeps its verdict when it is closed and opened again, and while it is a draft', async () => {
    const { github } = scenario.world;
    await scenario.push(repository, { branch: 'draft', files: { 'scores.csv': scores('bad'), 'NOTES.md': 'x' } });
    const pull = await github.openPullRequest({
      repository,
      author: 'grace',
      title: 'draft',
      head: 'draft',
      draft: true,
    });
    await scenario.rest();
    const before = runs();
    const asDraft = conclusions(pull);

    await github.markReady({ repository, number: pull.number, by: 'grace' });
    await scenario.rest();
    await github.closePullRequest({ repository, number: pull.number, by: 'grace' });
    await scenario.rest();
    await scenario.request('grace', 'PATCH', `late-arrivals/pulls/${pull.number}`, { state: 'open' });
    await scenario.rest();

    expect(asDraft).toEqual({ 'siskin: late': 'failure' });
    expect(conclusions(pull)).toEqual(asDraft);
    expect(runs()).toBe(before);
    expect(scenario.outcome(pull).comments).toHaveLength(1);
  });
});

describe('a pull request that only changes documentation', () => {
  it('is neutral at once, without a run or a comment', async () => {
    const before = runs();

    const pull = await scenario.propose(repository, { branch: 'words', files: { 'README.md': '# Later arrivals\n' } });
    await scenario.rest();

    expect(conclusions(pull)).toEqual({ 'siskin: late': 'neutral' });
    expect(scenario.outcome(pull).comments).toEqual([]);
    expect(runs()).toBe(before);
  });
});

describe('the first training of the default branch', () => {
  it('is neutral: the first champion has nothing to be compared with yet', () => {
    const [check] = [...repository.checkRuns.values()].filter(({ name }) => name === 'siskin: late');

    expect(check?.conclusion).toBe('neutral');
    expect(check?.output.title).toBe('First champion: nothing to compare with yet');
  });
});

describe('all of this', () => {
  it('is as GitHub describes its requests, answers and webhooks', () => {
    expect(scenario.conformance.violations).toEqual([]);
  });

  it('edits the comment of a pull request at most four times a minute', () => {
    expect(scenario.mostEditsInAMinute()).toBeGreaterThan(0);
    expect(scenario.mostEditsInAMinute()).toBeLessThanOrEqual(4);
  });
});
