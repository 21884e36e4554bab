import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Repository } from '../../sandbox/github/state.ts';
import { flights, lateArrivals, scores } from './late-arrivals.ts';
import { openScenario, type Scenario, workflow } from './scenario.ts';

let scenario: Scenario;
beforeAll(async () => {
  scenario = await openScenario();
});
afterAll(() => scenario[Symbol.asyncDispose]());
afterEach(() => {
  scenario.world.github.faults.onWebhook = () => null;
});

/** A repository whose model is committed, so that a run is one evaluation. */
const committed = {
  '.github/siskin.yml': `version: 1
models:
  late:
    task: binary
    target: late
    id: id
    data: { train: data/train.csv, holdout: data/holdout.csv }
    model: models/late.csv
    metrics: { roc-auc: { not-worse-by: 0.01 } }
`,
  '.github/workflows/siskin.yml': workflow,
  'data/train.csv': flights(1000),
  'data/holdout.csv': flights(),
  'models/late.csv': scores('good'),
};
const change = { branch: 'worse', files: { 'models/late.csv': scores('bad') } };

/** What a person finds in the end, without what differs from run to run. */
function endState(pull: Parameters<Scenario['outcome']>[0], repository: Repository) {
  const { checks, comments } = scenario.outcome(pull);
  return {
    checks: checks.map(({ name, conclusion, title }) => ({ name, conclusion, title })),
    headings: comments.map((comment) => comment.split('\n')[1]),
    runs: scenario.world.github.actions.runsOf(repository).length,
  };
}

const expected = {
  checks: [{ name: 'siskin: late', conclusion: 'failure', title: expect.stringMatching(/^Fail: ROC AUC is /) }],
  headings: [expect.stringMatching(/^### 🔴 Fail · `late`: ROC AUC is /)],
  runs: 1,
};

describe('webhooks that', () => {
  it('all come twice change nothing', async () => {
    const { faults } = scenario.world.github;
    const repository = await scenario.adopt('doubled', committed);
    faults.onWebhook = () => 'double';

    const pull = await scenario.propose(repository, change);
    await scenario.rest();

    expect(endState(pull, repository)).toEqual(expected);
  });

  it('about the run come in the wrong order change nothing', async () => {
    const { faults } = scenario.world.github;
    const repository = await scenario.adopt('reordered', committed);
    faults.onWebhook = ({ event }) => (event === 'workflow_run' ? 'hold' : null);

    const pull = await scenario.propose(repository, change);
    await scenario.rest();
    const waiting = scenario.check(pull, 'siskin: late').status;
    const from = scenario.world.github.calls.length;
    faults.onWebhook = () => null;
    faults.releaseWebhooks();
    await scenario.rest();

    const { reads, writes } = scenario.callsSince(from);
    expect(waiting).not.toBe('completed');
    expect({ reads: reads <= 10, writes: writes <= 6 }).toEqual({ reads: true, writes: true });
    expect(endState(pull, repository)).toEqual(expected);
  });

  it('are lost, all of them, are made up for by the timer', async () => {
    const { faults } = scenario.world.github;
    const repository = await scenario.adopt('dropped', committed);
    faults.onWebhook = () => 'drop';

    const pull = await scenario.propose(repository, change);
    await scenario.rest();
    const before = scenario.outcome(pull).checks;
    await scenario.reconcile(repository);
    await scenario.reconcile(repository);

    expect(before).toEqual([]);
    expect(endState(pull, repository)).toEqual(expected);
  });

  it('nobody signed, or somebody else did, are refused and never kept', async () => {
    const { github, app } = scenario.world;
    const sent = github.deliveries.findLast(({ event }) => event === 'pull_request');
    const body = JSON.stringify(sent?.payload);
    const post = (headers: Readonly<Record<string, string>>) =>
      fetch(`${app.url}/api/github/webhooks`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-github-event': 'pull_request', ...headers },
        body,
      });

    const unsigned = await post({ 'x-github-delivery': 'unsigned' });
    const forged = await post({ 'x-github-delivery': 'forged', 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` });

    expect([unsigned.status, forged.status].every((status) => status >= 400 && status < 500)).toBe(true);
    expect(await unsigned.text()).toMatch(/expected .*signature/i);
    expect(await app.store.listKnownDeliveries(['unsigned', 'forged'])).toEqual([]);
  });

  it('are replayed are answered and do nothing', async () => {
    const { github } = scenario.world;
    const from = github.calls.length;
    const sent = github.deliveries.filter(({ event, status }) => event === 'pull_request' && status === 'OK');

    for (const delivery of sent) await github.redeliver(delivery);
    await scenario.rest();

    expect(sent.length).toBeGreaterThan(0);
    expect(github.calls.length).toBe(from);
  });
});

describe('a machine that vanishes in the middle of a training', () => {
  it('does not leave the check running for ever', async () => {
    const endless = { ...lateArrivals, 'train.sh': 'sleep 600\n' };
    const repository = await scenario.begin('lost', endless);
    const check = () => [...repository.checkRuns.values()].findLast(({ name }) => name === 'siskin: late');
    await scenario.started('train (late)');
    await scenario.lose('train (late)');
    await scenario.rest();
    const before = check()?.status;

    scenario.pass(26 * 3600);
    await scenario.reconcile(repository);

    expect(before).toBe('in_progress');
    expect(check()).toMatchObject({ status: 'completed', conclusion: 'failure' });
    expect(check()?.output.title).toBe('Failed: the run was lost: nothing was heard of it any more');
    expect(check()?.output.summary).toMatch(
      /expected job train \(late\) to end within 70 minutes, found it still open on runner-self-hosted-gpu after \d+/,
    );
    expect(scenario.world.github.actions.runsOf(repository).at(-1)?.attempts[0]?.conclusion).toBe('cancelled');
  });
});

it('all of that is as GitHub describes it', () => {
  expect(scenario.conformance.violations).toEqual([]);
});
