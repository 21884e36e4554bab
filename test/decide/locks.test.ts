import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { commandsIn } from '../../src/command/parse.ts';
import type { Plan } from '../../src/effect.ts';
import { openTestStore, type TestStore } from '../store/test-store.ts';
import { flights, openWorld, outline, policyText, repository, type World } from '../world.ts';

let test: TestStore;
let world: World;
let first: number;
let second: number;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test[Symbol.asyncDispose]());

const environments = 'environments: { staging: {}, production: {} }\n';
async function begin(policy = policyText + environments): Promise<void> {
  world = await openWorld(test, { ...flights, '.github/siskin.yml': policy });
  for (const [login, role] of [
    ['grace', 'write'],
    ['mia', 'maintain'],
    ['rita', 'read'],
  ] as const) {
    world.github.roles.set(login, role);
  }
  [first, second] = ['one', 'two'].map((branch) => {
    world.github.commit(branch, { 'README.md': branch });
    return world.github.openPull(branch);
  }) as [number, number];
  await world.check(first);
  await world.check(second);
}
beforeEach(() => begin());

/** What a plan says, in the pull request in which it says it. */
function said(plan: Plan): readonly string[] {
  return plan.effects.flatMap((effect) => (effect.kind === 'reply' ? [`#${effect.number} ${effect.body}`] : []));
}

/** Draws a pull request with what it holds, and what its comment then says of that. */
async function shown(number: number): Promise<readonly string[]> {
  const plan = await world.ask({ kind: 'show-holds', repository, number });
  const comment = plan.effects.find(({ kind }) => kind === 'publish-comment');
  return comment?.kind === 'publish-comment' ? (comment.body.match(/\*\*Note\*\* .*/g) ?? []) : [];
}

const close = (number: number, merged = true) =>
  world.ask({
    kind: 'close-pull-request',
    repository,
    number,
    head: '',
    merged,
    actor: { login: 'ada', kind: 'person' },
  });

describe('/lock', () => {
  it('gives a free environment to the pull request, and says how to give it back', async () => {
    const plan = await world.comment(first, '/lock staging --reason "load test"');

    expect(outline(plan).slice(0, 3)).toEqual([
      'lock staging to #5 with fence 1, 0 waiting',
      'ask settle-locks',
      'ask show-holds',
    ]);
    expect(said(plan)).toEqual([
      '#5 > 🔒 You hold `staging` for `late` until 14:03 UTC. Give it back with `/unlock staging -m late`.',
    ]);
    expect(await shown(first)).toEqual([
      '**Note** `staging` for `late` is held here by ada until 14:03 UTC (load test).',
    ]);
  });

  it('looks at the lock again when its lease is over', async () => {
    const plan = await world.comment(first, '/lock staging --for 30m');

    expect(plan.changes.find((change) => change.kind === 'ask' && change.intent.kind === 'settle-locks')).toMatchObject(
      { afterSeconds: 1800 },
    );
  });

  it('queues who comes later, and tells who holds it, since when and why', async () => {
    await world.comment(first, '/lock staging --reason "load test"');
    const plan = await world.comment(second, '/lock staging', 'grace');

    expect(said(plan)).toEqual([
      '#6 > ⏳ `staging` for `late` is held by #5 (ada) until 14:03 UTC: load test. You are 1st in the queue, and are told here when it is yours. To wait no longer: `/unlock staging -m late`.',
    ]);
    expect([await shown(first), await shown(second)]).toEqual([
      ['**Note** `staging` for `late` is held here by ada until 14:03 UTC (load test); 1 waits for it.'],
      [
        '**Note** grace is 1st in the queue for `staging` for `late`, which is held by #\u200B5 (ada) until 14:03 UTC: load test.',
      ],
    ]);
  });

  it('renews the lease of its holder without a word', async () => {
    await world.comment(first, '/lock staging');
    const plan = await world.comment(first, '/lock staging --for 4h');

    expect(outline(plan)).toEqual([
      'lock staging to #5 with fence 1, 0 waiting',
      'ask settle-locks',
      'ask show-holds',
      'react +1',
    ]);
  });

  it('asks for the environment, and never takes production by itself', async () => {
    const plan = await world.comment(first, '/lock');

    expect(outline(plan).join()).toContain('react -1');
    expect(said(plan)).toEqual([
      '#5 > 👎 `/lock` refused: **`target-missing`** — it does not say which environment. Type `/lock staging -m late` or `/lock production -m late`.',
    ]);
  });

  it('asks for the environment also where there is only one', async () => {
    await begin(`${policyText}environments: { production: {} }\n`);

    expect(said(await world.comment(first, '/lock')).join()).toContain('Type `/lock production -m late`.');
  });

  it('asks for the model where there are several', async () => {
    const other = policyText.slice(policyText.indexOf('  late:')).replace('  late:', '  early:');
    await begin(policyText + other + environments);

    expect(said(await world.comment(first, '/lock staging')).join()).toContain(
      '**`target-missing`** — it does not say which model. Type `/lock staging -m late` or `/lock staging -m early`.',
    );
  });

  it.each([
    ['/lock stagin', /unknown-environment.*but `staging` and `production`\. Did you mean `staging`\?/],
    ['/lock staging -m lat', /unknown-model.*Did you mean `\/lock staging -m late`\?/],
    ['/lock staging --for 25h', /term-out-of-range.*At most `--for 1d`/],
    ['/lock staging --until 2026-03-01T11:00Z', /term-out-of-range.*11:00 UTC is over, it is 12:03 UTC now/],
  ])('%s is refused with what would be right', async (line, answer) => {
    expect(said(await world.comment(first, line)).join()).toMatch(answer);
    expect(await world.store.listLocks(1)).toEqual([]);
  });

  it('is refused where the policy names no environment', async () => {
    await begin(policyText);

    expect(said(await world.comment(first, '/lock staging')).join()).toContain(
      '**`unknown-environment`** — the policy has no environment.',
    );
  });

  it('keeps to the limits of the policy', async () => {
    await begin(`${policyText}${environments}locks: { default-minutes: 5, most-minutes: 10 }\n`);
    const usual = await world.comment(first, '/lock staging');

    expect(said(usual).join()).toContain('until 12:08 UTC');
    expect(said(await world.comment(first, '/lock staging --for 11m')).join()).toContain('term-out-of-range');
  });

  it('is not for readers', async () => {
    expect(said(await world.comment(first, '/lock staging', 'rita')).join()).toContain('not-permitted');
  });

  it('shows with --dry-run what it would do, and does nothing', async () => {
    const plan = await world.comment(first, '/lock staging --dry-run');

    expect(plan.changes.filter(({ kind }) => kind === 'save-lock')).toEqual([]);
    expect(said(plan).join()).toContain('`staging` for `late`: let #5 hold it until');
    expect(await world.store.listLocks(1)).toEqual([]);
  });
});

describe('/unlock', () => {
  beforeEach(async () => {
    await world.comment(first, '/lock staging');
    await world.comment(second, '/lock staging', 'grace');
  });

  it('gives the environment to the next, who is told in their pull request', async () => {
    const plan = await world.comment(first, '/unlock staging');

    expect(outline(plan)[0]).toBe('lock staging to #6 with fence 2, 0 waiting');
    expect(said(plan)).toEqual([
      '#6 > 🔓 grace, you hold `staging` for `late` now, until 14:05 UTC: #5 (ada) gave it back. Give it back with `/unlock staging -m late`.',
      '#5 > 🔓 `staging` for `late` was given back. It is held by #6 (grace) until 14:05 UTC now.',
    ]);
    expect([await shown(first), await shown(second)]).toEqual([
      [],
      ['**Note** `staging` for `late` is held here by grace until 14:05 UTC.'],
    ]);
  });

  it('leaves the queue for who waits', async () => {
    const plan = await world.comment(second, '/unlock staging', 'grace');

    expect(said(plan)).toEqual([
      '#6 > 🔓 You no longer wait for `staging` for `late`. It is held by #5 (ada) until 14:03 UTC now.',
    ]);
  });

  it('takes nothing from somebody else without the right', async () => {
    world.github.roles.set('eve', 'write');
    const plan = await world.comment(second, '/unlock staging', 'eve');

    expect(said(plan).join()).toContain('not-permitted');
    expect((await world.store.listLocks(1))[0]?.state.holder).toMatchObject({ owner: { login: 'ada' } });
  });

  it('takes it from somebody else with the right, and tells them', async () => {
    const plan = await world.comment(second, '/unlock staging', 'mia');

    expect(said(plan)).toEqual([
      '#5 > 🔒 ada, you no longer hold `staging` for `late`: mia took it back in #6. It is held by #6 (grace) until 14:05 UTC now. To ask for it again: `/lock staging -m late`.',
      '#6 > 🔓 grace, you hold `staging` for `late` now, until 14:05 UTC: mia took it back in #6. Give it back with `/unlock staging -m late`.',
      '#6 > 🔓 `staging` for `late` was given back. It was held by #5 (ada) until 14:03 UTC; that pull request is told. It is held by #6 (grace) until 14:05 UTC now.',
    ]);
  });

  it('needs no right for what is one’s own, even if every role was lost meanwhile', async () => {
    world.github.roles.set('ada', 'read');

    expect(outline(await world.comment(first, '/unlock staging'))[0]).toContain('lock staging to #6');
  });

  it('takes nothing that changed hands after the person typed it, as when a webhook comes twice', async () => {
    const said = { commands: commandsIn('/unlock staging'), source: { kind: 'comment', commentId: 9 } } as const;
    const source = { ...said.source, at: world.clock.now.toISOString() };
    const unlock = { kind: 'obey', repository, number: first, ...said, source, acknowledged: true } as const;
    const actor = { login: 'ada', kind: 'person' } as const;
    world.github.roles.set('ada', 'maintain');
    await world.ask({ ...unlock, actor });
    const again = await world.ask({ ...unlock, actor });

    expect(JSON.stringify(again.effects)).toContain('it went to #6 (grace) until 14:05 UTC after you typed this');
    expect((await world.store.listLocks(1))[0]?.state.holder).toMatchObject({ owner: { login: 'grace' } });
  });

  it('gives back what has left the policy meanwhile', async () => {
    world.github.commit('main', { '.github/siskin.yml': `${policyText}environments: { production: {} }\n` });

    expect(outline(await world.comment(first, '/unlock staging'))[0]).toContain('lock staging to #6');
    expect(said(await world.comment(first, '/lock staging')).join()).toContain('unknown-environment');
  });

  it('says when nobody holds it', async () => {
    expect(said(await world.comment(first, '/unlock production', 'mia')).join()).toContain(
      '**`nothing-to-do`** — nobody holds `production` for `late`. Type `/locks` to see what is held.',
    );
  });
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

  it('of a pull request whose end no event told is given back by the timer', async () => {
    world.github.closePull(first);
    const asked = await world.ask({ kind: 'reconcile', repository });
    const [intent] = asked.changes.flatMap((change) => (change.kind === 'ask' ? [change.intent] : []));

    expect(intent).toMatchObject({ kind: 'close-pull-request', number: first });
    expect(said(intent === undefined ? asked : await world.ask(intent)).join()).toContain('#6 > 🔓 grace, you hold');
  });

  it('of an open pull request is left alone by the timer', async () => {
    expect(await world.ask({ kind: 'reconcile', repository })).toEqual({ changes: [], effects: [] });
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

describe('/locks', () => {
  it('lists who holds, who waits, what is free and what is frozen, each with the command that changes it', async () => {
    await world.comment(first, '/lock staging --reason "load test"');
    await world.comment(second, '/lock staging', 'grace');
    await world.comment(first, '/freeze production --for 1d --reason "end of the quarter" --organisation', 'mia');
    world.github.roles.set('mia', 'admin');
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
      '| `production` | every repository of octo | mia in octo/flights#5 | for 1 min, until 2026-03-02 12:06 UTC | end of the quarter | `/unfreeze production --organisation` |',
    ]);
  });

  it('says so when there is nothing', async () => {
    await begin(policyText);

    expect(said(await world.comment(first, '/locks', 'rita'))).toEqual(['#5 Nothing is held, and nothing is frozen.']);
  });
});
