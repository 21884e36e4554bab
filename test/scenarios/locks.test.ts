import { afterAll, beforeAll, expect, it } from 'vitest';
import type { PullIssue } from '../../sandbox/github/shape/pull.ts';
import type { Repository } from '../../sandbox/github/state.ts';
import { lateArrivals, policy, scores } from './late-arrivals.ts';
import { openScenario, type Scenario } from './scenario.ts';

let scenario: Scenario;
let repository: Repository;
let first: PullIssue;
let second: PullIssue;
beforeAll(async () => {
  scenario = await openScenario();
  // Nothing here is about what a run finds, so that no runner takes one.
  const text = `${policy({ runner: 'nobody' })}environments: { staging: {}, production: {} }\n`;
  repository = await scenario.adopt('holding', { ...lateArrivals, '.github/siskin.yml': text });
  first = await scenario.propose(repository, { branch: 'one', files: { 'scores.csv': scores('bad') } });
  second = await scenario.propose(repository, { branch: 'two', files: { 'train.sh': 'exit 0\n' } });
  await scenario.rest();
});
afterAll(() => scenario[Symbol.asyncDispose]());

/** Says something, waits, and gives what was answered there. */
async function say(pull: PullIssue, body: string, author = 'grace'): Promise<string> {
  const before = scenario.outcome(pull).comments.length;
  scenario.say(pull, body, author);
  await scenario.rest();
  return scenario.outcome(pull).comments.slice(before).join('\n');
}

const comment = (pull: PullIssue) => scenario.outcome(pull).comments[0] ?? '';
const summary = (pull: PullIssue) => scenario.check(pull, 'siskin: late').output?.summary ?? '';
const runs = () => scenario.world.github.actions.runsOf(repository).length;

it('lets one pull request have staging, another wait, and tells that one when the first is merged', async () => {
  const held = await say(first, '/lock staging --for 4h --reason "load test <img src=x> @ada [a](http://b.example)"');
  const waits = await say(second, '/lock staging', 'ada');
  const shown = [comment(first), comment(second), summary(second)];
  const before = scenario.outcome(second).comments.length;
  await scenario.request('ada', 'PUT', `holding/pulls/${first.number}/merge`);
  await scenario.rest();

  expect(held).toContain('You hold `staging` for `late` until');
  expect(waits).toMatch(new RegExp(`is held by #${first.number} \\(grace\\) until .* You are 1st in the queue`));
  expect(shown[0]).toContain('; 1 waits for it.');
  expect(shown[1]).toContain('ada is 1st in the queue for `staging`');
  expect(shown[2]).toContain('ada is 1st in the queue for `staging`');
  for (const text of [waits, ...shown]) expect(text).not.toMatch(/<img|(?<!\u200B)@ada|(?<!\\)\]\([^)]*b\.example/);
  expect(scenario.outcome(second).comments.slice(before).join()).toContain(
    `🔓 ada, you hold \`staging\` for \`late\` now, until`,
  );
  expect(scenario.outcome(second).comments.slice(before).join()).toContain(`#${first.number} was merged`);
  expect(comment(second)).toContain('`staging` for `late` is held here by ada until');
});

it('hands staging on by itself when a lease is over', async () => {
  const third = await scenario.propose(repository, { branch: 'three', files: { 'README.md': 'three\n' } });
  await scenario.rest();
  const waits = await say(third, '/lock staging --for 30m');
  const before = scenario.outcome(third).comments.length;
  scenario.pass(2 * 3600);
  await scenario.rest();

  expect(waits).toContain(`is held by #${second.number} (ada)`);
  expect(scenario.outcome(third).comments.slice(before).join()).toContain('the lease before it has ended');
  expect(comment(second)).not.toContain('staging');
  await scenario.request('ada', 'PATCH', `holding/pulls/${third.number}`, { state: 'closed' });
  await scenario.rest();
  expect(await say(second, '/locks', 'rita')).toContain('**Free** `/lock staging -m late`');
});

it('starts nothing during maintenance, says who and why, and takes up afterwards what was to run', async () => {
  await say(second, '/cancel');
  const frozen = await say(second, '/freeze runs --for 1h --reason "moving the cluster"', 'ada');
  const before = runs();
  const refused = await say(second, '/train');
  const fourth = await scenario.propose(repository, { branch: 'four', files: { 'train.sh': 'exit 4\n' } });
  await scenario.rest();
  const check = scenario.check(fourth, 'siskin: late');
  const during = { conclusion: check.conclusion, title: check.output?.title, runs: runs() - before };
  scenario.pass(3600);
  await scenario.rest();

  expect(frozen).toContain('`runs` is frozen in this repository until');
  expect(refused).toContain('refused: **`frozen`**');
  expect(during).toMatchObject({ conclusion: 'neutral', runs: 0 });
  expect(during.title).toMatch(/^Frozen: by ada in this repository until .* \(moving the cluster\)$/);
  expect(scenario.check(fourth, 'siskin: late').status).toBe('queued');
  expect(runs()).toBe(before + 1);
});

it('says nothing that GitHub would not say or take', () => {
  expect(scenario.conformance.violations).toEqual([]);
});
