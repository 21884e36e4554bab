import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../src/effect.ts';
import { aJob } from '../job-builder.ts';
import { openTestStore, type TestStore } from '../store/test-store.ts';
import { dispatched, flights, openWorld, outline, policyText, repository, type World } from '../world.ts';

let test: TestStore;
let world: World;
let number: number;
let planned: Plan;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test[Symbol.asyncDispose]());

async function open(policy: string): Promise<void> {
  world = await openWorld(test, { ...flights, '.github/siskin.yml': policy });
  world.github.roles.set('grace', 'maintain');
  world.github.roles.set('bob', 'write');
}

async function propose(base = 'main'): Promise<void> {
  world.github.commit('feature', { 'src/features.py': 'hour, day' });
  number = world.github.openPull('feature', { base });
  planned = await world.check(number);
  await world.start(planned);
}

/** The machine of the training vanished in every attempt. */
async function lose(attempts: number): Promise<void> {
  const jobs = Array.from({ length: attempts }, (_, at) => {
    const startedAt = `2026-03-01T1${at}:00:00Z`;
    const completedAt = `2026-03-01T1${at}:10:00Z`;
    return aJob({ id: at + 1, attempt: at + 1, conclusion: 'failure', hasFailedStep: false, startedAt, completedAt });
  });
  world.github.jobs.set(700, jobs);
  await world.finish(planned, { late: null }, 'failure', attempts);
}

const again = (attempt: number) =>
  world.ask({ kind: 'retry-run', repository, claim: dispatched(planned).claim, attempt });

describe('a run whose machine was lost', () => {
  it('is held to the budget of the default branch where another base says otherwise, and to what was approved', async () => {
    await open(policyText);
    world.github.commit('free', { '.github/siskin.yml': policyText });
    const limits = 'budget: { limits: [{ per: pull-request, window: total, hours: 2.3 }] }';
    world.github.commit('main', { '.github/siskin.yml': `${policyText}${limits}\n` });
    await propose('free');
    await lose(1);
    const held = await again(1);
    await world.comment(number, '/approve-budget', 'grace');
    await world.comment(number, '/retry', 'grace');
    await lose(2);
    const approved = await again(2);

    expect(JSON.stringify(held.effects)).toContain(
      'it is not run again by itself, because the budget of this pull request in total',
    );
    expect(outline(approved)).toContain('rerun run 700 as attempt 3');
  });
});

describe('/retry', () => {
  it('is spent by who asks for it, whatever the one who caused the run before has left', async () => {
    await open(`${policyText}budget: { limits: [{ per: person, window: day, hours: 3 }] }\n`);
    await propose();
    world.github.jobs.set(700, [
      aJob({ startedAt: '2026-03-01T10:00:00Z', completedAt: '2026-03-01T12:50:00Z' }),
      aJob({ name: 'evaluate (late)', conclusion: 'failure' }),
    ]);
    await world.finish(planned, { late: null }, 'failure');
    const plan = await world.comment(number, '/retry', 'bob');
    const ledger = await world.store.readLedger([dispatched(planned).claim]);

    expect(outline(plan)).toContain('rerun run 700 as attempt 2');
    expect(ledger.filter(({ attempt }) => attempt === 2)).toMatchObject([{ job: 'evaluate (late)', person: 'bob' }]);
  });
});
