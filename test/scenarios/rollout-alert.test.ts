import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { PullIssue } from '../../sandbox/github/shape/pull.ts';
import type { Repository } from '../../sandbox/github/state.ts';
import { AlertReceiver } from '../../src/rollout/alerts/receiver.ts';
import { readConnections } from '../../src/rollout/connections.ts';
import { isEnded, type RolloutRecord } from '../../src/rollout/rollout-record.ts';
import { type ContractServer, contractServer } from '../rollout/serving/contract-server.ts';
import { openScenario, type Scenario, workflow } from './scenario.ts';

const root = join(import.meta.dirname, '../..');
const model = readFileSync(join(root, 'test/fixtures/models/regression.onnx'));
const secret = 'a secret of the platform and the operator';
const token = 'a-token-of-alertmanager';

/** The same model in other bytes: a doc string more, which nothing reads. */
function withNote(note: string): Uint8Array {
  return Buffer.concat([model, Buffer.from([0x32, note.length]), Buffer.from(note)]);
}

const rows = (from: number) =>
  `amount,age,price\n${Array.from({ length: 60 }, (_, at) => `${from + at},${at % 30},${at}`).join('\n')}\n`;

// A step that goes on until somebody or something ends it.
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
  production:
    serving: { connection: edge, service: fraud }
    steps: [{ weight: 20, minimum-minutes: 20000, maximum-minutes: 43200, pause: true }]
    interval-seconds: 3600
    history-intervals: 0
    bake-minutes: 0
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

let platform: ContractServer;
let scenario: Scenario;
let repository: Repository;
beforeAll(async () => {
  platform = await contractServer(secret);
  const text = `connections:
  edge: { kind: http, address: '${platform.url}', secret: { env: EDGE }, repositories: [acme/prices], environments: [production] }
`;
  const read = readConnections({ text, file: 'connections.yml', env: { EDGE: secret } });
  if (read.kind === 'invalid') throw new Error(JSON.stringify(read.problems));
  process.env['SISKIN_TEST_ALERT_TOKEN'] = token;
  const prometheus = AlertReceiver.parse({
    token: { env: 'SISKIN_TEST_ALERT_TOKEN' },
    repositories: ['acme/prices'],
    environments: ['production'],
  });
  scenario = await openScenario({ connections: read.connections, alertReceivers: { prometheus } });
  repository = await scenario.adopt('prices', files);
});
afterAll(async () => {
  await scenario[Symbol.asyncDispose]();
  await platform[Symbol.asyncDispose]();
});

const pulls = () => [...repository.issues.values()].filter((issue): issue is PullIssue => issue.pull !== null);
const releasePull = () => pulls().findLast(({ pull }) => pull.head.ref === 'siskin/release/price') as PullIssue;
const live = (pull: PullIssue) =>
  scenario.outcome(pull).comments.findLast((one) => one.includes('siskin:rollout:')) ?? '';
const rollouts = () => scenario.world.app.store.listRollouts(repository.id, { environment: 'production' });

async function until(isSo: (newest: RolloutRecord | undefined) => boolean): Promise<RolloutRecord> {
  for (;;) {
    const [newest] = await rollouts();
    if (newest !== undefined && isSo(newest)) return newest;
    await setTimeout(100);
  }
}

async function release(note: string, from: number): Promise<PullIssue> {
  await scenario.push(repository, {
    branch: 'main',
    files: { 'data/train.csv': rows(from), 'price.onnx': withNote(note) },
  });
  await scenario.rest();
  const pull = releasePull();
  await scenario.request('ada', 'PUT', `prices/pulls/${pull.number}/merge`, { merge_method: 'squash' });
  return pull;
}

async function say(pull: PullIssue, body: string): Promise<string> {
  const before = scenario.outcome(pull).comments.length;
  scenario.say(pull, body, 'ada');
  await scenario.rest();
  return scenario.outcome(pull).comments.slice(before).join('\n');
}

let pull: PullIssue;
let rollout: RolloutRecord;

it('takes the first version to all traffic at a person’s word, and shows the second at its first step', async () => {
  const first = await release('monday', 2000);
  await until(({ weight, state } = {} as RolloutRecord) => weight === 20 || isEnded(state));
  await say(first, '/promote production');
  await until(({ state } = {} as RolloutRecord) => isEnded(state));
  await scenario.rest();
  pull = await release('tuesday', 3000);
  rollout = await until((newest) => newest?.weight === 20);
  await scenario.rest();

  expect(platform.weight()).toBe(20);
  expect(live(pull)).toMatch(/→ `production`: 20/);
  expect(live(pull)).toContain('`/rollback production`');
  const check = scenario.check(pull, 'siskin rollout: price to production', rollout.mergeSha);
  expect(check).toMatchObject({ status: 'in_progress' });
});

it('pauses at a press of the button, and edits no comment more than four times in a minute', async () => {
  const check = scenario.check(pull, 'siskin rollout: price to production', rollout.mergeSha);
  scenario.world.github.pressButton({ repository, checkRun: check.id, identifier: 'ro-pause-1-1', by: 'ada' });
  await scenario.rest();
  await until((newest) => newest?.state.kind === 'held');
  await scenario.rest();

  expect(platform.weight()).toBe(20);
  expect(live(pull)).toContain('🟡');
  expect(scenario.mostEditsInAMinute()).toBeLessThanOrEqual(4);
});

it('goes back when an alert fires although GitHub is away, and GitHub and git follow when it is back', async () => {
  const startsAt = new Date(Date.now() + 60_000).toISOString();
  const alert = {
    status: 'firing',
    labels: { alertname: 'HighErrorRate', model: 'price' },
    startsAt,
    fingerprint: 'f1',
  };
  scenario.world.github.faults.fail({ kind: 502, times: 40 });
  const answer = await fetch(`${scenario.world.app.url}/alerts/prometheus`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ version: '4', alerts: [alert] }),
  });
  const newest = await until(({ state } = {} as RolloutRecord) => isEnded(state));
  const gone = platform.weight();
  await scenario.rest();
  await scenario.reconcile(repository);
  const revert = pulls().findLast((one) => one.pull.head.ref.startsWith('siskin/revert-price'));
  const issue = [...repository.issues.values()].findLast((one) => one.pull === null);

  expect(answer.status).toBe(202);
  expect(newest).toMatchObject({ state: { kind: 'rolled-back', cause: { kind: 'alert' } } });
  expect(gone).toBe(0);
  expect(revert?.pull.mergedAt).not.toBeNull();
  const manifest = parse((await repository.git.ask(['show', 'main:models/price/release.yml'])).toString('utf8'));
  expect(manifest.environments.production.version).toBe('1.0.0');
  expect(issue?.title).toContain('price 1.0.1 in production: rolled back');
  expect(live(pull)).toMatch(
    /^### 🔴 `price` `1\.0\.1` → `production`: rolled back after .*The alert HighErrorRate fired/,
  );
  expect(live(pull)).toContain(`Git agrees through #${revert?.number} (revert)`);
  const deployed = [...repository.deployments.values()].findLast(({ task }) => task === 'siskin:rollout');
  expect(deployed?.statuses.at(-1)?.state).toBe('failure');
  expect((await rollouts()).length).toBe(2);
});

it('says nothing that GitHub would not say or take', () => {
  expect(scenario.conformance.violations).toEqual([]);
});
