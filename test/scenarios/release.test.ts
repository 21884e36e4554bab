import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { PullIssue } from '../../sandbox/github/shape/pull.ts';
import type { Repository } from '../../sandbox/github/state.ts';
import { digestOf } from '../../src/digest.ts';
import { openScenario, type Scenario, workflow } from './scenario.ts';

const model = readFileSync(join(import.meta.dirname, '../fixtures/models/regression.onnx'));

/** The same model in other bytes: a doc string more, which nothing reads. */
function withNote(note: string): Uint8Array {
  return Buffer.concat([model, Buffer.from([0x32, note.length]), Buffer.from(note)]);
}

const rows = (from: number) =>
  `amount,age,price\n${Array.from({ length: 60 }, (_, at) => `${from + at},${at % 30},${at}`).join('\n')}\n`;

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
  staging: {}
  production: { after: staging }
release: { automatic: true }
`;

const files = {
  'README.md': '# Prices\n',
  '.github/siskin.yml': policy,
  '.github/workflows/siskin.yml': workflow,
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
});
afterAll(() => scenario[Symbol.asyncDispose]());

const releaseName = 'siskin / releases';
const mergedName = 'siskin / release price';
const releases = () => [...repository.releases.values()];
const pulls = () => [...repository.issues.values()].filter((issue): issue is PullIssue => issue.pull !== null);
const releasePull = () => pulls().findLast(({ pull }) => pull.head.ref === 'siskin/release/price');
const read = async (ref: string, path: string) =>
  (await repository.git.ask(['show', `${ref}:${path}`])).toString('utf8');

/** Says something, waits, and gives what was answered there. */
async function say(pull: PullIssue, body: string, author = 'grace'): Promise<string> {
  const before = scenario.outcome(pull).comments.length;
  scenario.say(pull, body, author);
  await scenario.rest();
  return scenario.outcome(pull).comments.slice(before).join('\n');
}

let source: PullIssue;
let proposed: PullIssue;

it('stores the candidate of a green pull request and proposes it, but only after showing what it would do', async () => {
  source = await scenario.propose(repository, { branch: 'better', files: { 'price.onnx': withNote('better') } });
  await scenario.rest();
  const green = scenario.check(source, 'siskin: price').conclusion;
  const shown = await say(source, '/release --dry-run');
  const nothing = { releases: releases().length, pull: releasePull() };
  const said = await say(source, '/release');
  proposed = releasePull() as PullIssue;

  expect(green).toBe('success');
  expect(shown).toContain('move `price` `1.0.0`');
  expect(nothing).toEqual({ releases: 0, pull: undefined });
  expect(said).toContain(`Proposed in #${proposed.number}`);
  expect(proposed.title).toBe('Release price 1.0.0 to staging');
  expect(releases()).toMatchObject([{ tagName: 'price@v1.0.0', draft: true }]);
  const [asset] = [...(releases()[0]?.assets.values() ?? [])];
  expect(digestOf(asset?.bytes ?? '')).toBe(digestOf(withNote('better')));
  expect(asset?.name).toBe(digestOf(withNote('better')).replace(':', '-'));
  const manifest = parse(await read(proposed.pull.head.sha, 'models/price/release.yml'));
  expect(manifest).toMatchObject({
    format: 1,
    model: 'price',
    version: '1.0.0',
    artifact: { digest: digestOf(withNote('better')), format: 'onnx', bytes: withNote('better').length },
    lineage: { commit: source.pull.head.sha },
    environments: { staging: { version: '1.0.0', digest: digestOf(withNote('better')) } },
  });
  const card = await read(proposed.pull.head.sha, 'models/price/MODEL_CARD.md');
  expect(card).toContain('pipeline_tag: tabular-regression');
  expect(card).toContain(`| Artifact | \`${digestOf(withNote('better'))}\``);
});

it('waits with the release until its commit is on the default branch', async () => {
  const before = scenario.check(proposed, releaseName);
  const waits = { conclusion: before.conclusion, title: before.output.title, summary: before.output.summary };
  await scenario.request('ada', 'PUT', `prices/pulls/${source.number}/merge`, { merge_method: 'squash' });
  await scenario.rest();
  const after = scenario.check(proposed, releaseName);

  expect(waits.conclusion).toBe('action_required');
  expect(waits.title).toBe('Waits: the commit is on the default branch');
  expect(waits.summary).toContain(`merge \`#${source.number}\` first`);
  expect({ conclusion: after.conclusion, title: after.output.title }).toEqual({
    conclusion: 'success',
    title: 'Ready: 1.0.0 to staging',
  });
});

it('registers the version and begins its rollout when the pull request is merged', async () => {
  await scenario.request('ada', 'PUT', `prices/pulls/${proposed.number}/merge`, { merge_method: 'squash' });
  await scenario.rest();
  const tag = await repository.git.ref('refs/tags/price@v1.0.0');
  const rollouts = await scenario.world.app.store.listRollouts(repository.id, { model: 'price' });

  expect(tag?.type).toBe('tag');
  expect(releases()).toMatchObject([{ tagName: 'price@v1.0.0', draft: false }]);
  expect(rollouts).toMatchObject([{ environment: 'staging', number: proposed.number, release: { version: '1.0.0' } }]);
});

it('proposes by itself what wins after a change of data, and updates that proposal with the next one', async () => {
  await scenario.push(repository, {
    branch: 'main',
    files: {
      'data/train.csv': rows(2000),
      'price.onnx': withNote('monday'),
      'models/price/MODEL_CARD.md': `${await read('main', 'models/price/MODEL_CARD.md')}\nAsk Ada first.\n`,
    },
  });
  await scenario.rest();
  const first = releasePull() as PullIssue;
  const before = { number: first.number, title: first.title };
  await scenario.push(repository, {
    branch: 'main',
    files: { 'data/train.csv': rows(3000), 'price.onnx': withNote('tuesday') },
  });
  await scenario.rest();
  const second = releasePull() as PullIssue;

  expect(before).toEqual({ number: first.number, title: 'Release price 1.0.1 to staging' });
  expect(second.number).toBe(first.number);
  expect(await read(second.pull.head.sha, 'models/price/release.yml')).toContain(digestOf(withNote('tuesday')));
  expect(await read(second.pull.head.sha, 'models/price/MODEL_CARD.md')).toMatch(
    /## Release 1\.0\.1\n[\s\S]*\nAsk Ada first\.\n$/,
  );
  expect(scenario.check(second, releaseName).conclusion).toBe('success');
});

const rollouts = () => scenario.world.app.store.listRollouts(repository.id, { model: 'price' });
const manifestOf = async (ref: string) => await read(ref, 'models/price/release.yml');

it('says all that is wrong with a manifest that somebody edits into nonsense, at its lines', async () => {
  const text = (await manifestOf('main')).replace('format: 1', 'format: 7').replace(/version: 1.*/, 'version: one');
  const pull = await scenario.propose(repository, { branch: 'nonsense', files: { 'models/price/release.yml': text } });
  await scenario.rest();
  const check = scenario.check(pull, releaseName);

  expect(check.conclusion).toBe('failure');
  expect(check.output.title).toMatch(/^Not to be merged: \d problems$/);
  expect(check.annotations.map(({ path }) => path)).toContain('models/price/release.yml');
  await scenario.request('ada', 'PATCH', `prices/pulls/${pull.number}`, { state: 'closed' });
});

it('refuses bytes that are not those of the digest, and never serves them when they are merged all the same', async () => {
  const forged = (await manifestOf('main')).replaceAll(digestOf(withNote('better')), digestOf('forged'));
  const pull = await scenario.propose(repository, { branch: 'forged', files: { 'models/price/release.yml': forged } });
  await scenario.rest();
  const refused = scenario.check(pull, releaseName);
  const before = (await rollouts()).length;
  await scenario.request('ada', 'PUT', `prices/pulls/${pull.number}/merge`, { merge_method: 'rebase' });
  await scenario.rest();
  const tip = (await repository.git.ref('refs/heads/main'))?.sha ?? '';
  const told = scenario.check(pull, mergedName, tip);
  await scenario.push(repository, {
    branch: 'main',
    files: { 'models/price/release.yml': forged.replaceAll(digestOf('forged'), digestOf(withNote('better'))) },
  });
  await scenario.rest();

  expect(refused.conclusion).toBe('failure');
  expect(refused.output.summary).toContain('the stored bytes have the digest');
  expect(told).toMatchObject({ conclusion: 'failure' });
  expect(await rollouts()).toHaveLength(before);
});

it('checks the commit of a merge queue', async () => {
  const pull = releasePull() as PullIssue;
  await scenario.rest();
  const base = (await repository.git.ref('refs/heads/main'))?.sha ?? '';
  const head = (await repository.git.ref(`refs/pull/${pull.number}/merge`))?.sha ?? pull.pull.head.sha;
  const person = { name: 'ada', email: 'ada@example.test' };
  const tried = {
    id: head,
    tree_id: head,
    message: 'Merge',
    timestamp: '2026-01-01T00:00:00Z',
    author: person,
    committer: person,
  };
  const group = {
    ...{ head_sha: head, head_ref: `refs/heads/gh-readonly-queue/main/pr-${pull.number}-${base}` },
    ...{ base_sha: base, base_ref: 'refs/heads/main', head_commit: tried },
  };
  const { world } = scenario.world.github;
  const sender = repository.owner;
  world.sendWebhook({
    event: 'merge_group',
    action: 'checks_requested',
    repository,
    sender,
    cause: 'github',
    payload: { merge_group: group },
  });
  await scenario.rest();

  expect(scenario.check(pull, releaseName, head).output.title).toContain('1.0.1 to staging');
});

it('promotes what serves in staging by the same pull request, and goes back at once when the merge is reverted', async () => {
  const pull = releasePull() as PullIssue;
  const before = await manifestOf('main');
  await scenario.request('ada', 'PUT', `prices/pulls/${pull.number}/merge`, { merge_method: 'merge' });
  await scenario.rest();
  const released = (await rollouts())[0];
  await say(pull, '/promote production', 'ada');
  const promotion = releasePull() as PullIssue;
  const title = promotion.title;
  await scenario.request('ada', 'PUT', `prices/pulls/${promotion.number}/merge`, { merge_method: 'squash' });
  await scenario.rest();
  const promoted = (await rollouts())[0];
  await scenario.push(repository, { branch: 'main', files: { 'models/price/release.yml': before } });
  await scenario.rest();
  const back = (await rollouts()).find(({ environment }) => environment === 'staging');
  const delivery = scenario.world.github.deliveries.findLast(({ event }) => event === 'push');
  const count = (await rollouts()).length;
  if (delivery !== undefined) await scenario.world.github.redeliver(delivery);
  await scenario.rest();

  expect(released).toMatchObject({ environment: 'staging', release: { version: '1.0.1' } });
  expect(title).toBe('Promote price 1.0.1 to production');
  expect(promoted).toMatchObject({
    environment: 'production',
    release: { version: '1.0.1' },
    number: promotion.number,
  });
  expect(back).toMatchObject({ release: { version: '1.0.0' }, previous: { version: '1.0.1' }, atOnce: true });
  expect(await rollouts()).toHaveLength(count);
});

it('says nothing that GitHub would not say or take', () => {
  expect(scenario.conformance.violations).toEqual([]);
});
