import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Plan } from '../../src/effect.ts';
import type { Intent } from '../../src/intent.ts';
import { openTestStore, type TestStore } from '../store/test-store.ts';
import { dispatched, flights, openWorld, outline, policyText, repository, type World } from '../world.ts';

const ofReleases = 'check siskin / releases: success';
let test: TestStore;
let world: World;
let number: number;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test[Symbol.asyncDispose]());
beforeEach(async () => {
  const policy = `${policyText}environments: { staging: {}, production: {} }\n`;
  world = await openWorld(test, { ...flights, '.github/siskin.yml': policy });
  const { roles } = world.github;
  roles.set('ada', 'maintain').set('mia', 'maintain').set('olga', 'admin').set('ivan', 'admin').set('grace', 'write');
  world.github.owners = ['olga'];
  world.github.commit('feature', { 'src/features.py': 'hour, day' });
  number = world.github.openPull('feature');
});

function said(plan: Plan): string {
  return plan.effects.flatMap((effect) => (effect.kind === 'reply' ? [effect.body] : [])).join('\n');
}
function asked(plan: Plan): readonly Intent[] {
  return plan.changes.flatMap((change) => (change.kind === 'ask' ? [change.intent] : []));
}
const later = (hours: number) => {
  world.clock.now = new Date(world.clock.now.getTime() + hours * 3_600_000);
};
const thaw = () => world.ask({ kind: 'thaw', repository, scope: 'repository' });
/** Does what a plan asked for that has to do with commits. */
async function follow(plan: Plan): Promise<readonly Plan[]> {
  const plans: Plan[] = [];
  for (const intent of asked(plan)) if (intent.kind.startsWith('check-')) plans.push(await world.ask(intent));
  return plans;
}

describe('/freeze', () => {
  it('says what it stops, until when, and how it is ended before', async () => {
    const plan = await world.comment(number, '/freeze runs --for 4h --reason "cluster maintenance"');

    expect(outline(plan).slice(0, 3)).toEqual([
      'freeze runs of the repository until 2026-03-01T16:01:00.000Z',
      'ask thaw',
      'ask show-holds',
    ]);
    expect(plan.changes[1]).toMatchObject({ afterSeconds: 14_400 });
    expect(said(plan)).toBe(
      '> ❄️ `runs` is frozen in this repository until 16:01 UTC: cluster maintenance. Nothing is dispatched until then. What was to run is taken up by itself afterwards; what runs already goes on, and `/cancel` stops it. To end it before: `/unfreeze runs`.',
    );
  });

  it.each([
    [
      '/freeze',
      /target-missing.*Type `\/freeze runs --for 4h --reason "…"`, `\/freeze all .*`, .* or `\/freeze production /,
    ],
    ['/freeze runs --reason x', /term-missing.*Type `\/freeze runs --for 4h --reason "x"`/],
    ['/freeze runs --for 2h', /reason-missing.*Type `\/freeze runs --for 2h --reason "…"`/],
    ['/freeze runs --for 15d --reason x', /term-out-of-range.*At most `--for 14d`/],
    ['/freeze runs --until 2026-02-01T12:00Z --reason x', /term-out-of-range.*is over/],
    ['/freeze prod --for 2h --reason x', /unknown-environment.*`runs`, `all`, `staging` and `production`/],
  ])('%s is refused with what would be right', async (line, answer) => {
    expect(said(await world.comment(number, line))).toMatch(answer);
    expect(await world.store.listFreezes(repository)).toEqual([]);
  });

  it('is held to the policy of the default branch in a closed pull request, too', async () => {
    const policy = `${policyText}environments: { staging: {} }\nfreezes: { most-hours: 1 }\n`;
    world.github.commit('main', { '.github/siskin.yml': policy });
    world.github.closePull(number);

    expect(said(await world.comment(number, '/freeze runs --for 2h --reason x'))).toMatch(/At most `--for 1h`/);
    expect(outline(await world.comment(number, '/freeze staging --for 1h --reason x'))[0]).toMatch(/^freeze staging/);
  });

  it('is not for those who only write, and for every repository of an owner only for who owns them', async () => {
    const write = await world.comment(number, '/freeze runs --for 2h --reason x', 'grace');
    const maintain = await world.comment(number, '/freeze runs --for 2h --reason x --organisation');
    const admin = await world.comment(number, '/freeze runs --for 2h --reason x --organisation', 'ivan');
    const owner = await world.comment(number, '/freeze runs --for 2h --reason x --organisation', 'olga');

    const refused = [write, maintain, admin].map((plan) => said(plan).includes('not-permitted'));
    expect(refused).toEqual([true, true, true]);
    expect(said(admin)).toContain('what binds every repository of octo needs an owner of octo');
    expect(outline(owner)[0]).toMatch(/^freeze runs of the owner/);
    expect(await world.store.listFreezes({ id: 99, owner: 'octo' })).toHaveLength(1);
  });
});

describe('while runs are frozen', () => {
  beforeEach(async () => {
    await world.comment(number, '/freeze runs --for 4h --reason "cluster maintenance"');
  });

  it('nothing is dispatched, and the check is neutral and says who, why and until when', async () => {
    const plan = await world.check(number);
    const check = plan.effects.find(({ kind }) => kind === 'publish-check');

    expect(outline(plan)).toEqual(['check siskin: late: neutral', 'comment', ofReleases]);
    expect(check).toMatchObject({
      check: { title: 'Frozen: by ada in this repository until 16:01 UTC (cluster maintenance)' },
    });
    // Nothing is published in this world, so that this alone is still to be said.
    expect(outline(await world.check(number))).toEqual([ofReleases]);
  });

  it.each(['/train', '/evaluate', '/drift'])('%s is refused', async (line) => {
    await world.check(number);
    const plan = await world.comment(number, line, 'grace');

    expect(said(plan)).toContain(
      `> 👎 \`${line}\` refused: **\`frozen\`** — runs are frozen by ada in this repository until 16:01 UTC (cluster maintenance). Wait, or type \`/unfreeze runs\` if you may.`,
    );
    expect(plan.effects.some(({ kind }) => kind === 'dispatch-run')).toBe(false);
  });

  it('what was measured already is shown all the same', async () => {
    await world.comment(number, '/unfreeze runs');
    const before = await world.check(number);
    await world.finish(before, { late: {} });
    world.github.commit('feature', { 'src/features.py': 'other' });
    await world.comment(number, '/freeze runs --for 4h --reason again');
    const held = await world.check(number);
    world.github.commit('feature', { 'src/features.py': 'hour, day' });
    const back = await world.check(number);

    expect(outline(held)).toContain('check siskin: late: neutral');
    expect(outline(back)).toContain('check siskin: late: success');
  });

  it('what runs already goes on and is judged', async () => {
    await world.comment(number, '/unfreeze runs');
    const running = await world.check(number);
    await world.comment(number, '/freeze runs --for 4h --reason again');

    expect(outline(await world.finish(running, { late: {} }))).toContain('check siskin: late: success');
  });

  it('a pull request that is closed waits for nothing', async () => {
    await world.check(number);
    world.github.closePull(number);
    await world.ask({
      kind: 'close-pull-request',
      repository,
      number,
      head: '',
      merged: false,
      actor: { login: 'ada', kind: 'person' },
    });
    later(5);

    expect(asked(await thaw())).toEqual([]);
  });

  it('/cancel calls off what waits', async () => {
    await world.check(number);
    const plan = await world.comment(number, '/cancel', 'grace');
    later(5);

    expect(outline(plan)).toContain('check siskin: late: cancelled');
    expect((await follow(await thaw())).flatMap(outline)).toEqual([]);
  });
});

describe('the end of a freeze', () => {
  it('takes up the pull requests that it stopped, and no other', async () => {
    world.github.commit('docs', { 'README.md': 'x' });
    await world.check(world.github.openPull('docs'));
    await world.comment(number, '/freeze runs --for 4h --reason maintenance');
    await world.check(number);
    const early = await thaw();
    later(4);
    const plan = await thaw();
    const [resumed] = await follow(plan);

    expect(early).toEqual({ changes: [], effects: [] });
    expect(asked(plan)).toMatchObject([{ kind: 'check-pull-request', number, cause: 'reconciled' }]);
    expect(resumed && outline(resumed)).toContain('dispatch train late, evaluate late trained against none');
    expect(await thaw()).toEqual({ changes: [], effects: [] });
  });

  it('is looked for again in a moment by a process whose clock is behind', async () => {
    await world.comment(number, '/freeze runs --for 4h --reason maintenance');
    await world.check(number);
    world.clock.now = new Date('2026-03-01T15:59:30Z');

    expect((await thaw()).changes).toEqual([
      { kind: 'ask', intent: { kind: 'thaw', repository, scope: 'repository' }, afterSeconds: 30 },
    ]);
  });

  it('is found by the timer, too', async () => {
    await world.comment(number, '/freeze runs --for 4h --reason maintenance');
    await world.check(number);
    later(4);

    expect(asked(await world.ask({ kind: 'reconcile', repository }))[0]).toMatchObject({ kind: 'check-pull-request' });
  });

  it('is not yet come while another freeze goes on, which is shown instead', async () => {
    await world.comment(number, '/freeze runs --for 4h --reason maintenance');
    await world.check(number);
    await world.comment(number, '/freeze all --for 8h --reason audit', 'mia');
    later(4.5);
    const [shown] = await follow(await thaw());
    later(4);
    const [resumed] = await follow(await thaw());

    expect(shown && outline(shown)).toEqual(['check siskin: late: neutral', 'comment', ofReleases]);
    expect(JSON.stringify(shown?.effects)).toContain('by mia in this repository until 20:');
    expect(resumed && outline(resumed).some((line) => line.startsWith('dispatch'))).toBe(true);
  });

  it('of an owner is looked at in every repository of theirs', async () => {
    const other = { ...repository, id: 2, name: 'trains' };
    await world.store.record(other, {
      changes: [{ kind: 'ask', intent: { kind: 'onboard', repository: other } }],
      effects: [],
    });
    await world.comment(number, '/freeze runs --for 1h --reason maintenance --organisation', 'olga');
    later(1);

    expect(asked(await world.ask({ kind: 'thaw', repository, scope: 'owner' }))).toEqual([
      { kind: 'thaw', repository: other, scope: 'repository' },
    ]);
  });
});

describe('pushes to the default branch', () => {
  it('wait for the end, and are then measured together', async () => {
    const start = (await world.github.readDefaultBranch(repository)).sha;
    await world.comment(number, '/freeze runs --for 4h --reason maintenance');
    const first = world.github.commit('main', { 'data/train.csv': 'a,is_late\n5,1\n' });
    const held = await world.push(start, first);
    const second = world.github.commit('main', { 'src/features.py': 'more' });
    await world.push(first, second);
    later(4);
    const plan = await thaw();
    const [resumed] = await follow(plan);

    expect(outline(held)).toEqual(['check siskin: late: neutral']);
    expect(asked(plan)).toMatchObject([{ kind: 'check-push', before: start, after: second }]);
    expect(outline(plan)).toContain('check siskin: late: cancelled');
    expect(resumed && dispatched(resumed)).toMatchObject({ head: second, train: [{ model: 'late' }] });
    expect(await thaw()).toEqual({ changes: [], effects: [] });
  });
});

describe('/unfreeze', () => {
  it('ends what somebody else ordered, says whose it was, and takes up what it stopped', async () => {
    await world.comment(number, '/freeze runs --for 4h --reason "cluster maintenance"');
    await world.check(number);
    const plan = await world.comment(number, '/unfreeze runs', 'mia');

    expect(outline(plan).slice(0, 2)).toEqual(['end freezes of runs of the repository', 'ask thaw']);
    expect(said(plan)).toBe(
      '`runs` is no longer frozen. It was:\n\n- by ada in this repository until 16:01 UTC (cluster maintenance)\n',
    );
    expect((await follow(await thaw())).flatMap(outline)).toContain(
      'dispatch train late, evaluate late trained against none',
    );
  });

  it('says what still keeps it frozen, and the command for that', async () => {
    await world.comment(number, '/freeze runs --for 4h --reason maintenance');
    await world.comment(number, '/freeze all --for 8h --reason audit --organisation', 'olga');
    const plan = await world.comment(number, '/unfreeze runs');

    expect(said(plan)).toContain(
      'It stays frozen by olga in every repository of octo until 20:02 UTC (audit). To end that: `/unfreeze all --organisation`.',
    );
  });

  it.each([
    ['/unfreeze', 'target-missing', 'Type `/unfreeze staging`.'],
    ['/unfreeze runs', 'nothing-to-do', 'Type `/unfreeze staging`.'],
    ['/unfreeze staging --organisation', 'not-permitted', ''],
  ])('%s is refused as %s', async (line, code, fix) => {
    await world.comment(number, '/freeze staging --for 4h --reason x');
    const answer = said(await world.comment(number, line));

    expect(answer).toContain(code);
    expect(answer).toContain(fix);
  });
});

describe('an environment that is frozen', () => {
  it('can be locked for afterwards, and says so', async () => {
    await world.comment(number, '/freeze staging --for 4h --reason audit');
    const plan = await world.comment(number, '/lock staging', 'grace');

    expect(said(plan)).toContain('It is frozen by ada in this repository until 16:01 UTC (audit)');
    expect((await world.check(number)).effects.some(({ kind }) => kind === 'dispatch-run')).toBe(true);
  });
});
