import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { commandsIn } from '../../src/command/parse.ts';
import { openTestStore, type TestStore } from '../store/test-store.ts';
import { outline, policyText, repository, type World } from '../world.ts';
import { environments, openHolding, said, shownIn } from './holding.ts';

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
    expect(said(plan).join()).toContain('let #5 hold `staging` for `late` until');
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

  it('gives back what is held for a model that has left the policy meanwhile', async () => {
    const renamed = policyText.replace('  late:', '  delay:');
    world.github.commit('main', { '.github/siskin.yml': `${renamed}${environments}` });

    expect(outline(await world.comment(first, '/unlock staging -m late'))[0]).toContain('lock staging to #6');
    expect(said(await world.comment(first, '/unlock staging -m none')).join()).toContain('unknown-model');
  });

  it('says when nobody holds it', async () => {
    expect(said(await world.comment(first, '/unlock production', 'mia')).join()).toContain(
      '**`nothing-to-do`** — nobody holds `production` for `late`. Type `/locks` to see what is held.',
    );
  });
});
