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

const releaseName = 'siskin / release price';
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
    files: { 'data/train.csv': rows(2000), 'price.onnx': withNote('monday') },
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
  expect(scenario.check(second, releaseName).conclusion).toBe('success');
});

it('says nothing that GitHub would not say or take', () => {
  expect(scenario.conformance.violations).toEqual([]);
});
