import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { PullIssue } from '../../sandbox/github/shape/pull.ts';
import type { Repository } from '../../sandbox/github/state.ts';
import { isEnded, type RolloutRecord } from '../../src/rollout/rollout-record.ts';
import { openScenario, type Scenario, workflow } from './scenario.ts';

const root = join(import.meta.dirname, '../..');
const model = readFileSync(join(root, 'test/fixtures/models/regression.onnx'));

/** The same model in other bytes: a doc string more, which nothing reads. */
function withNote(note: string): Uint8Array {
  return Buffer.concat([model, Buffer.from([0x32, note.length]), Buffer.from(note)]);
}

const rows = (from: number) =>
  `amount,age,price\n${Array.from({ length: 60 }, (_, at) => `${from + at},${at % 30},${at}`).join('\n')}\n`;

// Nothing serves here: what is told on GitHub of a rollout is the same, and comes at once.
const policy = `version: 1
models:
  price:
    task: regression
    target: price
    features: [amount, age]
    data: { train: data/train.csv, holdout: data/holdout.csv }
    train:
      command: bash train.sh
      output: out/price.onnx
      inputs: [train.sh, price.onnx]
      runner: [gpu]
    metrics:
      mae: { at-most: 1000000 }
environments:
  staging: { url: 'https://staging.shop.example' }
  production: { after: staging }
release: { automatic: true }
`;

const files = {
  'README.md': '# Prices\n',
  '.github/siskin.yml': policy,
  '.github/workflows/siskin.yml': workflow,
  '.github/workflows/siskin-environment.yml': readFileSync(join(root, 'templates/workflows/siskin-environment.yml')),
  'data/train.csv': rows(1000),
  'data/holdout.csv': rows(0),
  'price.onnx': model,
  'train.sh': 'mkdir -p out\ncp price.onnx out/price.onnx\n',
};

let scenario: Scenario;
let repository: Repository;
beforeAll(async () => {
  scenario = await openScenario();
  repository = await scenario.adopt('prices', files);
  await scenario.request('ada', 'PUT', 'prices/environments/production', {
    reviewers: [{ type: 'User', id: scenario.world.github.world.accounts.get('ada')?.id }],
  });
});
afterAll(() => scenario[Symbol.asyncDispose]());

const pulls = () => [...repository.issues.values()].filter((issue): issue is PullIssue => issue.pull !== null);
const releasePull = () => pulls().findLast(({ pull }) => pull.head.ref === 'siskin/release/price');
const tags = async () =>
  (await repository.git.ask(['tag', '--list', 'price#*'])).toString('utf8').split('\n').filter(Boolean).sort();
const manifest = async () =>
  parse((await repository.git.ask(['show', 'main:models/price/release.yml'])).toString('utf8'));
const deployments = (environment: string) =>
  [...repository.deployments.values()]
    .filter((one) => one.environment === environment && one.task === 'siskin:rollout')
    .map(({ payload, statuses }) => [Reflect.get(Object(payload), 'version'), statuses.at(-1)?.state]);
const live = (pull: PullIssue) => scenario.outcome(pull).comments.find((one) => one.includes('siskin:rollout:')) ?? '';

/** Waits until so many rollouts of an environment are over and nothing is under way. */
async function over(environment: string, count: number): Promise<readonly RolloutRecord[]> {
  for (;;) {
    await scenario.rest();
    const all = await scenario.world.app.store.listRollouts(repository.id, { environment });
    if (all.length >= count && all.every(({ state }) => isEnded(state))) {
      await scenario.rest();
      return all;
    }
    await setTimeout(200);
  }
}

/** A better model wins on the default branch, its release is proposed and merged. */
async function release(note: string, from: number): Promise<PullIssue> {
  await scenario.push(repository, {
    branch: 'main',
    files: { 'data/train.csv': rows(from), 'price.onnx': withNote(note) },
  });
  await scenario.rest();
  return await merged();
}

async function merged(): Promise<PullIssue> {
  const pull = releasePull() as PullIssue;
  await scenario.request('ada', 'PUT', `prices/pulls/${pull.number}/merge`, { merge_method: 'squash' });
  return pull;
}

async function say(pull: PullIssue, body: string, author = 'ada'): Promise<string> {
  const before = scenario.outcome(pull).comments.length;
  scenario.say(pull, body, author);
  await scenario.rest();
  return scenario.outcome(pull).comments.slice(before).join('\n');
}

it('shows a merged release as a deployment, a tag, a check and a live comment', async () => {
  const pull = await release('monday', 2000);
  const [rollout] = await over('staging', 1);

  expect(rollout).toMatchObject({ state: { kind: 'succeeded' }, number: pull.number });
  expect(deployments('staging')).toEqual([['1.0.0', 'success']]);
  expect(await tags()).toEqual(['price#staging#1']);
  expect(live(pull)).toMatch(/^### 🟢 `price` `1\.0\.0` → `staging`: serves/);
  expect(live(pull)).toContain('by the tag `price#staging#1`');
  const check = scenario.check(pull, 'siskin rollout: price to staging', rollout?.mergeSha);
  expect(check.conclusion).toBe('success');
  const [status] = [...repository.deployments.values()].flatMap(({ statuses }) => statuses.slice(-1));
  expect(status).toMatchObject({ environmentUrl: 'https://staging.shop.example' });
  expect(status?.logUrl).toMatch(new RegExp(`/acme/prices/pull/${pull.number}$`));
});

it('calls the deployment before inactive once a newer one serves', async () => {
  await release('tuesday', 3000);
  await over('staging', 2);

  expect(deployments('staging')).toEqual([
    ['1.0.0', 'inactive'],
    ['1.0.1', 'success'],
  ]);
  expect(await tags()).toEqual(['price#staging!#2', 'price#staging#1', 'price#staging#3']);
});

it('goes back at a word, and git follows by a revert that moves no traffic', async () => {
  const pull = releasePull() as PullIssue;
  const refused = await say(pull, '/rollback staging', 'rita');
  const said = await say(pull, '/rollback staging --reason "customers call"');
  const all = await over('staging', 3);
  await scenario.reconcile(repository);
  const after = await over('staging', 3);
  const revert = pulls().findLast((one) => one.pull.head.ref.startsWith('siskin/revert-price'));

  expect(refused).toContain('refused: **`not-permitted`**');
  expect(said).toContain('goes back from `1.0.1` to `1.0.0` now');
  expect(all[0]).toMatchObject({ atOnce: true, state: { kind: 'succeeded' }, release: { version: '1.0.0' } });
  expect(after).toHaveLength(3);
  expect(revert?.pull.mergedAt).not.toBeNull();
  expect(await manifest()).toMatchObject({
    environments: { staging: { version: '1.0.0' } },
    rejected: [{ version: '1.0.1', environment: 'staging' }],
  });
  expect(deployments('staging').at(-1)).toEqual(['1.0.0', 'success']);
  expect((await tags()).at(-1)).toBe('price#staging#5');
});

it('promotes what serves by a pull request of its own, and waits for the reviewers of production', async () => {
  const said = await say(releasePull() as PullIssue, '/promote production');
  const pull = await merged();
  const { environments } = repository;
  while (environments.get('production')?.waiting.size !== 1) await setTimeout(100);
  const [waiting] = await scenario.world.app.store.listRollouts(repository.id, { environment: 'production' });
  scenario.world.github.reviewEnvironment({ repository, environment: 'production', by: 'ada', approve: true });
  const [rollout] = await over('production', 1);
  const gates = scenario.world.github.actions
    .runsOf(repository)
    .filter(({ name }) => name === `siskin environment ${rollout?.id}`);

  expect(said).toContain('A pull request is being opened that releases to `production` what `staging` serves');
  expect(pull.title).toContain('production');
  expect(rollout).toMatchObject({ needsGo: true, release: { version: '1.0.0' }, state: { kind: 'succeeded' } });
  expect(isEnded(waiting?.state ?? { kind: 'requested' })).toBe(false);
  expect(gates).toHaveLength(1);
  expect(deployments('production')).toEqual([['1.0.0', 'success']]);
});

it('says nothing that GitHub would not say or take', () => {
  expect(scenario.conformance.violations).toEqual([]);
});
