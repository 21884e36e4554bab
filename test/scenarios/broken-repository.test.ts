import { existsSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Repository } from '../../sandbox/github/state.ts';
import { lateArrivals, policy, scores, training } from './late-arrivals.ts';
import { openScenario, type Scenario, workflow } from './scenario.ts';

let scenario: Scenario;
beforeAll(async () => {
  scenario = await openScenario();
});
afterAll(() => scenario[Symbol.asyncDispose]());

const waiting = { ...lateArrivals, '.github/siskin.yml': policy({ runner: 'nobody' }) };
const change = { branch: 'change', files: { 'scores.csv': scores('bad') } };

const mistaken = `version: 2
workfow: siskin.yml
models:
  Late Arrivals:
    task: binary
  late:
    task: binry
    taget: late
    data: { train: ../train.csv, holdout: data/holdout.csv }
    train: { command: '', output: /out, timeout-minutes: 0 }
    metrics:
      roc-au: { not-worse-by: 0.01 }
      log-loss: {}
      brier: { not-worse-by: -1 }
`;

describe('a policy with ten mistakes', () => {
  it('on the base branch is said to be unusable, all of them at once, and nothing runs', async () => {
    const repository = await scenario.adopt('mistaken', { ...waiting, '.github/siskin.yml': mistaken });

    const pull = await scenario.propose(repository, change);
    await scenario.rest();

    const { comments } = scenario.outcome(pull);
    const check = scenario.check(pull, 'siskin policy');
    expect(check.conclusion).toBe('failure');
    expect(comments).toHaveLength(1);
    expect(check.output.title).toBe(
      'Policy invalid: .github/siskin.yml of main has 16 problems, so nothing can be judged',
    );
    for (const place of [
      'version',
      'workfow',
      'Late Arrivals',
      'task',
      'taget',
      'train',
      'command',
      'output',
      'timeout-minutes',
      'roc-au',
      'log-loss',
      'brier',
    ])
      expect(check.output.summary).toContain(place);
    expect(scenario.world.github.actions.runsOf(repository)).toEqual([]);
  });

  it('in a pull request is annotated line by line, while the policy of the base branch judges', async () => {
    const repository = await scenario.adopt('proposing', waiting);

    const pull = await scenario.propose(repository, { branch: 'policy', files: { '.github/siskin.yml': mistaken } });
    await scenario.rest();

    const check = scenario.check(pull, 'siskin policy');
    expect(check.conclusion).toBe('failure');
    expect(check.annotations.length).toBeGreaterThanOrEqual(10);
    expect(check.annotations.every(({ path }) => path === '.github/siskin.yml')).toBe(true);
    expect(check.annotations.map(({ start_line }) => start_line)).toContain(12);
    expect(scenario.check(pull, 'siskin: late').conclusion).toBe('neutral');
  });
});

describe('a workflow', () => {
  it.each<readonly [string, string, (name: string) => Promise<void>]>([
    ['was deleted', 'found it disabled or deleted; enable it on the Actions page', (name) => edit(name, null)],
    ['is disabled', 'found it disabled or deleted; enable it on the Actions page', (name) => disable(name)],
    [
      'nobody may dispatch',
      'found that it has no trigger `workflow_dispatch`; add it with',
      (name) => edit(name, onPush),
    ],
  ])('that %s ends in one message instead of waiting for ever', async (kind, message, breakIt) => {
    const name = kind.replaceAll(' ', '-');
    const repository = await scenario.adopt(name, { ...waiting, '.github/siskin.yml': policy({ runner: 'nobody' }) });
    await breakIt(name);
    await scenario.rest();

    const pull = await scenario.propose(repository, change);
    await scenario.rest();

    const check = scenario.check(pull, 'siskin: late');
    expect(check).toMatchObject({ status: 'completed', conclusion: 'failure' });
    expect(check.output.title).toBe('Failed: the run could not be started');
    expect(check.output.summary).toContain(message);
    expect(scenario.outcome(pull).comments).toEqual([expect.stringContaining(message)]);
  });

  const onPush = workflow.replace(/^on:\n( {2}.*\n)+/m, 'on: push\n');
  async function edit(name: string, text: string | null): Promise<void> {
    const repository = scenario.world.github.world.repositories.get(`acme/${name}`);
    if (repository === undefined) throw new Error('no such repository');
    await scenario.push(repository, { branch: 'main', files: { '.github/workflows/siskin.yml': text } });
  }
  const disable = (name: string) => scenario.request('ada', 'PUT', `${name}/actions/workflows/siskin.yml/disable`);
});

describe('a first champion whose training failed on the default branch', () => {
  /** What the first training finds missing on its machine, and leaves there for the second. */
  const missing = join(tmpdir(), `siskin-second-attempt-${process.pid}`);
  const onceBroken = `if ! test -e ${missing}; then touch ${missing}; echo "no space left on device"; exit 1; fi\n${training}`;
  let repository: Repository;
  beforeAll(async () => {
    repository = await scenario.adopt('once-broken', { ...lateArrivals, 'train.sh': onceBroken });
  });
  afterAll(() => rmSync(missing, { force: true }));

  const check = () => [...repository.checkRuns.values()].findLast(({ name }) => name === 'siskin: late');
  const runs = () => scenario.world.github.actions.runsOf(repository).length;

  it('is trained again by Re-run', async () => {
    const before = { conclusion: check()?.conclusion, log: check()?.output.text, broke: existsSync(missing) };
    await scenario.request('grace', 'POST', `once-broken/check-runs/${check()?.id}/rerequest`);
    await scenario.rest();

    expect(before).toMatchObject({ conclusion: 'failure', broke: true });
    expect(before.log).toContain('no space left on device');
    expect(check()).toMatchObject({ status: 'completed', conclusion: 'neutral' });
    expect(check()?.output.title).toBe('First champion: nothing to compare with yet');
    expect(runs()).toBe(2);
  });

  it('is not trained a third time when Re-run is pressed on the champion', async () => {
    await scenario.request('grace', 'POST', `once-broken/check-suites/${check()?.suite.id}/rerequest`);
    await scenario.rest();

    expect(check()?.output.title).toBe('First champion: nothing to compare with yet');
    expect(runs()).toBe(2);
  });
});

it('all of that is as GitHub describes it', () => {
  expect(scenario.conformance.violations).toEqual([]);
});
