import { existsSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CheckRun, Repository } from '../../sandbox/github/state.ts';
import { lateArrivals, training } from './late-arrivals.ts';
import { openScenario, type Scenario } from './scenario.ts';

/** What the first training finds missing on its machine, and leaves there for the second. */
const missing = join(tmpdir(), `siskin-second-attempt-${process.pid}`);
const onceBroken = `if ! test -e ${missing}; then touch ${missing}; echo "no space left on device"; exit 1; fi\n${training}`;

let scenario: Scenario;
let repository: Repository;
beforeAll(async () => {
  scenario = await openScenario();
  repository = await scenario.adopt('once-broken', { ...lateArrivals, 'train.sh': onceBroken });
});
afterAll(async () => {
  rmSync(missing, { force: true });
  await scenario[Symbol.asyncDispose]();
});

const check = (): CheckRun | undefined =>
  [...repository.checkRuns.values()].findLast(({ name }) => name === 'siskin: late');
const runs = () => scenario.world.github.actions.runsOf(repository).length;

describe('a first champion whose training failed on the default branch', () => {
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
