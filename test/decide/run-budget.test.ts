import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Plan } from '../../src/effect.ts';
import type { WorkflowJob } from '../../src/ports.ts';
import { aJob } from '../job-builder.ts';
import { openTestStore, type TestStore } from '../store/test-store.ts';
import { dispatched, flights, openWorld, outline, policyText, repository, type World } from '../world.ts';

let test: TestStore;
let world: World;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test[Symbol.asyncDispose]());

/** A training of `late` may take 70 minutes and its evaluation 60: at $2 an hour 130 minutes set aside $2.33 for the gpu alone. */
async function adopt(budget: string): Promise<void> {
  world = await openWorld(test, { ...flights, '.github/siskin.yml': `${policyText}${budget}` });
  world.github.roles.set('grace', 'maintain');
}

const daily = (hours: number) => `budget: { limits: [{ per: repository, window: day, hours: ${hours} }] }\n`;

let pulls = 0;
function propose(): number {
  pulls += 1;
  world.github.commit(`work-${pulls}`, { 'src/features.py': `hour + ${pulls}` });
  return world.github.openPull(`work-${pulls}`);
}

/** What a plan sets aside. */
function reserved(plan: Plan): readonly string[] {
  return plan.changes.flatMap((change) =>
    change.kind === 'reserve'
      ? change.entries.map((one) => `${(one.reserved.seconds / 3600).toFixed(2)} h ${one.job}`)
      : [],
  );
}

function comment(plan: Plan): string {
  const effect = plan.effects.find(({ kind }) => kind === 'publish-comment');
  return effect?.kind === 'publish-comment' ? effect.body.replaceAll('\u202F', ' ') : '';
}

/** The first run ends after its jobs took so long. */
async function finish(plan: Plan, seconds: { readonly train: number; readonly evaluate: number }, runId = 700) {
  const start = world.clock.now.getTime();
  const job = (name: string, from: number, took: number): WorkflowJob =>
    aJob({
      name,
      labels: [name.startsWith('train') ? 'gpu' : 'ubuntu-latest'],
      startedAt: new Date(start + from * 1000).toISOString(),
      completedAt: new Date(start + (from + took) * 1000).toISOString(),
    });
  world.github.jobs.set(runId, [
    job('train (late)', 10, seconds.train),
    job('evaluate (late)', 20 + seconds.train, seconds.evaluate),
  ]);
  return await world.finish(plan, { late: {} });
}

describe('a repository with a budget', () => {
  beforeEach(() => adopt(daily(2.5)));

  it('sets the time limits aside where nothing ran yet, and says so', async () => {
    const plan = await world.check(propose());

    expect(outline(plan)).toEqual([
      'run planned',
      'dispatch train late, evaluate late trained against none',
      'check siskin: late: queued',
      'comment',
    ]);
    expect(reserved(plan)).toEqual(['1.17 h train (late)', '1.00 h evaluate (late)']);
    expect(comment(plan)).toContain('**Run** set aside 2.17 h · budget left today 0.33 h');
  });

  it('starts nothing that would exceed it: a neutral check with the numbers, when it frees up, and who can approve', async () => {
    await world.check(propose());
    const plan = await world.check(propose());

    expect(outline(plan)).toEqual(['check siskin: late: neutral', 'comment']);
    expect(comment(plan)).toContain(
      'the budget of this repository today has 0.33 h left of 2.50 h, and this run would take up to 2.17 h',
    );
    expect(comment(plan)).toMatch(/frees up at 2026-03-02 00:00 UTC.*`\/approve-budget @[0-9a-f]{7}`/);
  });

  it('says for a push what can be done where there is no pull request to type in', async () => {
    await world.check(propose());
    const before = (await world.github.readDefaultBranch(repository)).sha;
    const plan = await world.push(before, world.github.commit('main', { 'src/features.py': 'day' }));
    const checks = JSON.stringify(plan.effects);

    expect(outline(plan)).toEqual(['check siskin: late: neutral']);
    expect(checks).toContain(
      'It frees up at 2026-03-02 00:00 UTC: press "Re-run" of this check then.'.replaceAll('"', '\\"'),
    );
    expect(checks).not.toMatch(/`\/(?:retry|approve-budget)/);
  });

  it('knows better what a run takes once one has ended, and gives back what it did not take', async () => {
    const first = await world.check(propose());
    const end = await finish(first, { train: 600, evaluate: 120 });
    const second = await world.check(propose());

    expect(comment(end)).toContain('0.20 runner h · budget left today 2.30 h');
    expect(reserved(second)).toEqual(['0.17 h train (late)', '0.03 h evaluate (late)']);
    expect(comment(second)).toContain('estimated 0.20 h · budget left today 2.10 h');
  });

  it('gives back all of a run that GitHub never started', async () => {
    const plan = await world.check(propose());
    world.clock.now = new Date(world.clock.now.getTime() + 20 * 60_000);
    await world.ask({ kind: 'show-run', repository, claim: dispatched(plan).claim });

    expect(outline(await world.check(propose()))).toContain('run planned');
  });

  it('begins anew at midnight UTC, when somebody asks', async () => {
    world.clock.now = new Date('2026-03-31T23:50:00Z');
    const first = await world.check(propose());
    const number = propose();
    await world.check(number);
    const same = await world.check(number, { cause: 'reconciled' });
    world.clock.now = new Date('2026-03-31T23:59:30Z');
    const after = await world.comment(number, '/retry');

    expect(dispatched(first).train).toHaveLength(1);
    expect(outline(same)).toEqual([]);
    expect(outline(after)).toContain('run planned');
  });

  it('does not start anything because somebody looks', async () => {
    await world.check(propose());
    const number = propose();
    await world.check(number);
    const looked = await world.comment(number, '/status');

    expect(outline(looked)).toEqual(['comment', expect.stringContaining('reply | limit'), 'react +1']);
  });
});

describe('somebody who may approve it', () => {
  beforeEach(() => adopt(daily(2.5)));

  it('lets exactly this commit exceed the budget, and what was asked for starts', async () => {
    await world.check(propose());
    const number = propose();
    await world.check(number);
    const refused = await world.comment(number, '/approve-budget');
    const approved = await world.comment(number, '/approve-budget', 'grace');
    world.github.commit(`work-${pulls}`, { 'src/features.py': 'another' });
    const pushed = await world.check(number);

    expect(outline(refused)).toEqual([expect.stringContaining('not-permitted'), 'react -1']);
    expect(outline(approved)).toContain('dispatch train late, evaluate late trained against none');
    // It is the author who spends it, not who approved it.
    expect(approved.changes).toContainEqual(
      expect.objectContaining({
        kind: 'reserve',
        limits: [],
        entries: [expect.objectContaining({ person: 'ada' }), expect.anything()],
      }),
    );
    // The run of the commit before is ended by the push; the new one was not approved.
    expect(outline(pushed)).toContain('check siskin: late: neutral');
    expect(outline(pushed)).not.toContain('run planned');
  });

  it('may do so before it is needed, and once', async () => {
    const number = propose();
    await world.check(number);
    const first = await world.comment(number, '/approve-budget', 'grace');
    const second = await world.comment(number, '/approve-budget', 'grace');

    expect(outline(first)).toEqual([
      'approve budget',
      expect.stringContaining('may exceed the budget from now on'),
      'react +1',
    ]);
    expect(outline(second)).toEqual([expect.stringContaining('grace approved it for this commit already'), 'react -1']);
  });

  it('has nothing to approve where nothing is limited', async () => {
    await adopt('');
    const number = propose();
    await world.check(number);

    expect(outline(await world.comment(number, '/approve-budget', 'grace'))).toEqual([
      expect.stringContaining('nothing-to-do'),
      'react -1',
    ]);
  });
});

describe('money', () => {
  beforeEach(() =>
    adopt(
      'budget:\n  currency: EUR\n  price-per-hour: { gpu: 2, ubuntu-latest: 0.5 }\n  limits: [{ per: person, window: month, cost: 10 }]\n',
    ),
  );

  it('is estimated before and told after, at the price at which it was set aside', async () => {
    const first = await world.check(propose());
    world.github.commit('main', {
      '.github/siskin.yml': `${policyText}budget: { currency: EUR, price-per-hour: { gpu: 200 } }\n`,
    });
    const end = await finish(first, { train: 1800, evaluate: 360 });

    expect(comment(first)).toContain('set aside 2.17 h, €2.83 · budget of `ada` left this month €7.17');
    // Half an hour at €2 and a tenth of one at €0.50.
    expect(comment(end)).toContain('0.60 runner h · €1.05 (set aside €2.83) · budget of `ada` left this month €8.95');
  });

  it('is not told where nothing has a price', async () => {
    await adopt('');
    const plan = await world.check(propose());

    expect(comment(plan)).toContain('**Run** set aside 2.17 h\n');
  });

  it('that stopping a run saves is told with the time that it took', async () => {
    const number = propose();
    const plan = await world.check(number);
    world.github.jobs.set(700, [
      aJob({
        name: 'train (late)',
        status: 'in_progress',
        conclusion: null,
        completedAt: null,
        startedAt: world.clock.now.toISOString(),
      }),
    ]);
    await world.start(plan);
    world.clock.now = new Date(world.clock.now.getTime() + 28 * 60_000);
    const stopped = await world.comment(number, '/cancel');

    expect(comment(stopped)).toContain('**Stopped** after 30:00; of what was set aside 1.67 h, €1.83 are saved.');
  });
});

describe('a hundred commands in a second', () => {
  it('start one run', async () => {
    await adopt(daily(100));
    const number = propose();
    await world.check(number);
    const plans: Plan[] = [];
    for (let at = 0; at < 100; at += 1) plans.push(await world.comment(number, '/train'));

    expect(plans.flatMap(({ effects }) => effects.filter(({ kind }) => kind === 'dispatch-run'))).toEqual([]);
  });
});
