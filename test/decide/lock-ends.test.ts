import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Plan } from '../../src/effect.ts';
import { openTestStore, type TestStore } from '../store/test-store.ts';
import { outline, policyText, repository, type World } from '../world.ts';
import { openHolding, said, shownIn } from './holding.ts';

let test: TestStore;
let world: World;
let first: number;
let second: number;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test[Symbol.asyncDispose]());

async function begin(policy?: string): Promise<void> {
  ({ world, first, second } = await openHolding(test, policy));
}
beforeEach(() => begin());

const shown = (number: number) => shownIn(world, number);

const close = (number: number, merged = true) =>
  world.ask({
    kind: 'close-pull-request',
    repository,
    number,
    head: '',
    merged,
    actor: { login: 'ada', kind: 'person' },
  });

describe('a lock', () => {
  beforeEach(async () => {
    await world.comment(first, '/lock staging');
    await world.comment(second, '/lock staging', 'grace');
  });

  it('goes on to the next when its pull request is merged', async () => {
    const plan = await close(first);

    expect(said(plan)).toEqual([
      '#6 > 🔓 grace, you hold `staging` for `late` now, until 14:05 UTC: #5 was merged. Give it back with `/unlock staging -m late`.',
    ]);
    expect(await close(first)).toEqual({ changes: [], effects: [] });
  });

  it('has one waiting less when the pull request of one who waits is closed', async () => {
    expect(outline(await close(second, false))[0]).toBe('lock staging to #5 with fence 1, 0 waiting');
    expect(await shown(second)).toEqual([]);
  });

  it('goes on to the next when the lease is over, and both are told', async () => {
    world.clock.now = new Date('2026-03-01T14:03:30Z');
    const plan = await world.ask({ kind: 'settle-locks', repository });

    expect(said(plan)).toEqual([
      '#5 > 🔒 ada, your lease of `staging` for `late` has ended. It is held by #6 (grace) until 16:04 UTC now. To ask for it again: `/lock staging -m late`.',
      '#6 > 🔓 grace, you hold `staging` for `late` now, until 16:04 UTC: the lease before it has ended. Give it back with `/unlock staging -m late`.',
    ]);
    expect(await world.ask({ kind: 'settle-locks', repository })).toEqual({ changes: [], effects: [] });
  });

  it('is looked at again in a moment by a process whose clock is behind', async () => {
    world.clock.now = new Date('2026-03-01T14:01:57.500Z');
    const plan = await world.ask({ kind: 'settle-locks', repository });

    expect(plan.changes).toEqual([{ kind: 'ask', intent: { kind: 'settle-locks', repository }, afterSeconds: 3 }]);
  });

  it('is silently free when its lease ends and nobody waits', async () => {
    await close(second, false);
    world.clock.now = new Date('2026-03-01T14:03:30Z');
    const plan = await world.ask({ kind: 'settle-locks', repository });

    expect(outline(plan)).toEqual(['lock staging to nobody, 0 waiting', 'ask show-holds']);
    expect(await shown(first)).toEqual([]);
  });

  it('that was renewed is left alone when the time of the first lease has come', async () => {
    await world.comment(first, '/lock staging --for 10h');
    world.clock.now = new Date('2026-03-01T14:03:30Z');

    expect(await world.ask({ kind: 'settle-locks', repository })).toEqual({ changes: [], effects: [] });
  });

  it('of a pull request whose end no event told is given back by the timer, which says how it ended', async () => {
    world.github.merge('one');
    world.github.closePull(first);
    const asked = await world.ask({ kind: 'reconcile', repository });
    const [intent] = endsAsked(asked);

    expect(intent).toMatchObject({ kind: 'close-pull-request', number: first });
    expect(said(intent === undefined ? asked : await world.ask(intent)).join()).toMatch(
      /#6 > 🔓 grace, you hold .*: #5 was merged\./,
    );
  });

  it('of an open pull request is left alone by the timer', async () => {
    expect(endsAsked(await world.ask({ kind: 'reconcile', repository }))).toEqual([]);
    expect(
      await world.ask({
        kind: 'close-pull-request',
        repository,
        number: first,
        head: '',
        merged: false,
        actor: { login: 'siskin', kind: 'siskin' },
      }),
    ).toEqual({ changes: [], effects: [] });
  });
});

/** The ends of pull requests that a plan asks about. */
function endsAsked({ changes }: Plan) {
  const asked = changes.flatMap((change) => (change.kind === 'ask' ? [change.intent] : []));
  return asked.filter(({ kind }) => kind === 'close-pull-request');
}

describe('/locks', () => {
  it('lists who holds, who waits, what is free and what is frozen, each with the command that changes it', async () => {
    await world.comment(first, '/lock staging --reason "load test"');
    await world.comment(second, '/lock staging', 'grace');
    await world.comment(first, '/freeze production --for 1d --reason "end of the quarter" --organisation', 'mia');
    world.github.owners = ['mia'];
    await world.comment(first, '/freeze production --for 1d --reason "end of the quarter" --organisation', 'mia');

    const [answer = ''] = said(await world.comment(second, '/locks', 'rita'));
    expect(answer.split('\n')).toEqual([
      '#6 **Locks**',
      '',
      '| environment | model | held by | since | why | waiting | to give it back |',
      '| --- | --- | --- | --- | --- | --- | --- |',
      '| `staging` | `late` | #5 ada | for 4 min, until 14:03 UTC | load test | 1. #6 grace (3 min) | `/unlock staging -m late` |',
      '',
      '**Free** `/lock production -m late`',
      '',
      '**Freezes**',
      '',
      '| frozen | where | by | since | why | to end it |',
      '| --- | --- | --- | --- | --- | --- |',
      '| `production` | every repository of octo | mia | for 1 min, until 2026-03-02 12:06 UTC | end of the quarter | `/unfreeze production --organisation` |',
    ]);
  });

  it('says so when there is nothing', async () => {
    await begin(policyText);

    expect(said(await world.comment(first, '/locks', 'rita'))).toEqual(['#5 Nothing is held, and nothing is frozen.']);
  });
});
