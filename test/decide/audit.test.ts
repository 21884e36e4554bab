import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Plan } from '../../src/effect.ts';
import type { AuditEntry } from '../../src/store/audit-record.ts';
import { openTestStore, type TestStore } from '../store/test-store.ts';
import { dispatched, openWorld, repository, type World } from '../world.ts';

let test: TestStore;
let world: World;
let number: number;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test[Symbol.asyncDispose]());
beforeEach(async () => {
  world = await openWorld(test);
  world.github.commit('feature', { 'src/features.py': 'hour, day' });
  number = world.github.openPull('feature');
});

function entries(plan: Plan): readonly AuditEntry[] {
  return plan.changes.flatMap((change) => (change.kind === 'audit' ? [change.entry] : []));
}

/** An entry in the words that matter. */
function outline({ who, verb, line, permission, outcome, code, started, ended, dryRun }: AuditEntry): string {
  const runs = [
    started.length > 0 ? `started ${started.length}` : null,
    ended.length > 0 ? `ended ${ended.length}` : null,
  ];
  const parts = [who.login, line ?? verb, permission, outcome, code, ...runs, dryRun ? 'dry' : null];
  return parts.filter((part) => part !== null).join(' | ');
}

describe('what somebody caused is written down with it', () => {
  it('a push that starts a run, and one that ends another', async () => {
    const first = await world.check(number);
    await world.start(first);
    const head = world.github.commit('feature', { 'src/features.py': 'hour, day, month' });
    const second = await world.check(number);

    expect(entries(first).map(outline)).toEqual(['ada | pushed | started | started 1']);
    expect(entries(first)[0]).toMatchObject({ started: [dispatched(first).claim], pullRequest: number });
    expect(entries(second).map(outline)).toEqual(['ada | pushed | started | started 1 | ended 1']);
    expect(entries(second)[0]).toMatchObject({ head, ended: [dispatched(first).claim] });
  });

  it('a push to the default branch', async () => {
    const before = (await world.github.readDefaultBranch(repository)).sha;
    const after = world.github.commit('main', { 'src/features.py': 'hour, day' });
    const plan = await world.push(before, after);

    expect(entries(plan)).toMatchObject([
      { source: { kind: 'push', branch: 'main' }, head: after, pullRequest: null, started: [dispatched(plan).claim] },
    ]);
  });

  it.each([
    [true, 'merged'],
    [false, 'closed'],
  ])('a close that ends runs (merged: %s)', async (merged, event) => {
    const started = await world.check(number);
    const head = dispatched(started).head;
    const actor = { login: 'grace', kind: 'person' } as const;
    const plan = await world.ask({ kind: 'close-pull-request', repository, number, head, merged, actor });

    expect(entries(plan)).toMatchObject([
      { who: actor, verb: event, source: { kind: 'pull-request', event }, head, ended: [dispatched(started).claim] },
    ]);
  });

  it('a press on "Re-run", also one that comes to nothing', async () => {
    const head = dispatched(await world.check(number)).head;
    const actor = { login: 'grace', kind: 'person' } as const;
    const plan = await world.ask({ kind: 'recheck', repository, head, check: 'siskin: late', actor });
    const nothing = await world.ask({ kind: 'recheck', repository, head: 'f'.repeat(40), check: null, actor });

    expect(entries(plan)).toMatchObject([
      { who: actor, verb: 're-run', source: { kind: 'rerun', check: 'siskin: late' }, head, outcome: 'done' },
    ]);
    expect(entries(nothing).map(outline)).toEqual(['grace | re-run | done']);
  });

  it('nothing where nothing came of it', async () => {
    await world.check(number);

    expect(await world.check(number)).toEqual({ changes: [], effects: [] });
  });
});

describe('a command is written down', () => {
  it('with the right that gave it, the commit that it was about, and the run that it started', async () => {
    await world.finish(await world.check(number), { late: {} });
    const plan = await world.comment(number, '/train -m late');

    expect(entries(plan)).toEqual([
      {
        who: { login: 'ada', kind: 'person' },
        source: { kind: 'comment', commentId: 9 },
        pullRequest: number,
        verb: 'train',
        line: '/train -m late',
        dryRun: false,
        head: dispatched(plan).head,
        permission: 'role write',
        outcome: 'started',
        code: null,
        started: [dispatched(plan).claim],
        ended: [],
      },
    ]);
  });

  it.each([
    ['/train', 'stranger', 'stranger | /train | refused | not-permitted'],
    ['/train', 'away', 'away | /train | refused | unverified'],
    ['/trian', 'ada', 'ada | /trian | refused | unknown-command'],
    ['/train -m lat', 'ada', 'ada | /train -m lat | role write | refused | unknown-model'],
    ['/help', 'stranger', 'stranger | /help | everybody | done'],
    ['/override-gate roc-auc -m late --reason x', 'chief', /^chief \| .* \| role maintain \| refused/],
  ])('%s of %s', async (line, login, expected) => {
    world.github.roles.set('away', 'away').set('chief', 'maintain');
    const plan = await world.comment(number, line, login);

    expect(entries(plan).map(outline)).toEqual([expect.stringMatching(expected)]);
  });

  it('each of several by itself, in their order', async () => {
    await world.start(await world.check(number));
    const plan = await world.comment(number, '/status\n/trian\n/cancel');
    const rest = plan.changes.flatMap((change) => (change.kind === 'ask' ? [change.intent] : []));
    const plans = [plan, ...(await Promise.all(rest.map(world.ask)))];

    expect(plans.flatMap(entries).map(outline)).toEqual([
      'ada | /status | everybody | done',
      'ada | /trian | refused | unknown-command',
      'ada | /cancel | role write | done | ended 1',
    ]);
  });

  it('also when it only shows what it would do', async () => {
    await world.finish(await world.check(number), { late: {} });
    const plan = await world.comment(number, '/train --dry-run');

    expect(plan.changes.map(({ kind }) => kind)).toEqual(['audit']);
    expect(entries(plan).map(outline)).toEqual(['ada | /train --dry-run | role write | done | dry']);
  });

  it('once, not already when it is acknowledged', async () => {
    const obey = { kind: 'obey', repository, number, commands: [], actor: { login: 'ada', kind: 'person' } } as const;
    const plan = await world.ask({ ...obey, source: { kind: 'comment', commentId: 9, at: '2026-03-01T12:00:00Z' } });

    expect(entries(plan)).toEqual([]);
  });

  it('by the author of the pull request as refused, when it approves', async () => {
    world.github.roles.set('ada', 'admin');
    const head = world.github.commit('feature', { 'src/features.py': 'hour' });
    const plan = await world.comment(number, `/override-gate roc-auc -m late --reason x @${head.slice(0, 7)}`);

    expect(entries(plan)[0]).toMatchObject({ outcome: 'refused', code: 'own-approval', permission: null });
  });
});
