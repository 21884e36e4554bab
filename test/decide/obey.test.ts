import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { commandsIn } from '../../src/command/parse.ts';
import { openTestStore, type TestStore } from '../store/test-store.ts';
import { openWorld, outline, repository, type World } from '../world.ts';

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

describe('a command', () => {
  it('is acknowledged before anything is looked at', async () => {
    const plan = await world.ask({
      kind: 'obey',
      repository,
      number,
      source: { kind: 'comment', commentId: 9, at: '2026-03-01T12:00:00Z' },
      commands: commandsIn('/status'),
      actor: { login: 'ada', kind: 'person' },
    });

    expect(outline(plan)).toEqual(['ask obey', 'react eyes']);
    expect(world.github.calls).toEqual([]);
  });

  it('/train trains again, but not while it trains already', async () => {
    const first = await world.check(number);
    const running = await world.comment(number, '/train');
    await world.finish(first, { late: {} });
    const again = await world.comment(number, '/train -m late');

    expect(outline(running)).toEqual(['react +1']);
    expect(outline(again)).toEqual([
      'run planned',
      'dispatch train late, evaluate late trained against none',
      'check siskin: late: queued',
      'comment',
      'react rocket',
    ]);
  });

  it('/evaluate uses what was trained', async () => {
    await world.finish(await world.check(number), { late: {} });
    const plan = await world.comment(number, '/evaluate');

    expect(outline(plan)[1]).toBe('dispatch evaluate late artifact against none');
  });

  it('/train works where nothing of the model changed', async () => {
    world.github.commit('docs', { 'README.md': 'x' });
    const docs = world.github.openPull('docs');
    await world.check(docs);

    expect(outline(await world.comment(docs, '/train'))).toContain('react rocket');
  });

  it('/cancel stops the run and names who did', async () => {
    await world.start(await world.check(number));
    const plan = await world.comment(number, '/cancel');

    expect(outline(plan)).toEqual([
      'run cancelled',
      'cancel: cancelled by ada',
      'check siskin: late: cancelled',
      'comment',
      'react rocket',
    ]);
    expect(JSON.stringify(plan.effects)).toContain('cancelled by ada');
    expect(await world.check(number, { cause: 'reconciled' })).toEqual({ changes: [], effects: [] });
  });

  it('/status shows a comment where none was worth it', async () => {
    world.github.commit('docs', { 'README.md': 'x' });
    const docs = world.github.openPull('docs');
    await world.check(docs);

    expect(outline(await world.comment(docs, '/status', 'stranger'))).toEqual(['comment', 'react +1']);
  });

  it('/help answers anybody', async () => {
    const plan = await world.comment(number, '/help', 'stranger');

    expect(outline(plan)).toContain('reply What `stranger` may do here, one command per line, anywhere in a comment:');
  });

  it('several in one comment are answered together', async () => {
    await world.check(number);
    const plan = await world.comment(number, '/train -m lat\n/trian\n/status');

    expect(plan.effects.filter(({ kind }) => kind === 'reply')).toEqual([
      {
        kind: 'reply',
        number,
        key: 'reply-9',
        body:
          '> 👎 `/train -m lat` refused: **`unknown-model`** — the policy has no model `lat`, it has `late`. Did you mean `/train -m late`?\n>\n' +
          '> 👎 `/trian` refused: **`unknown-command`** — it is no command of Siskin. Did you mean `/train`?',
      },
    ]);
    expect(outline(plan).slice(-2)).toEqual(['react -1', 'react +1']);
  });
});

describe('a command is refused', () => {
  it.each([
    ['train', 'stranger', 'none', /not-permitted.*has the role none/],
    ['evaluate', 'reader', 'read', /not-permitted.*has the role read/],
    ['cancel', 'helper', 'triage', /not-permitted.*has the role triage/],
    ['train', 'ada', 'away', /unverified.*GitHub did not tell/],
  ] as const)('/%s to %s with the role %s', async (verb, login, role, reason) => {
    world.github.roles.set(login, role);
    await world.check(number);
    const plan = await world.comment(number, `/${verb}`, login);

    expect(outline(plan)).toEqual([expect.stringMatching(reason), 'react -1']);
  });

  it('when the pull request was pushed to since', async () => {
    await world.check(number);
    const at = world.clock.now.toISOString();
    world.github.commit('feature', { 'src/features.py': 'steal()' });
    await world.check(number);
    const plan = await world.ask({
      kind: 'obey',
      repository,
      number,
      source: { kind: 'comment', commentId: 9, at },
      commands: commandsIn('/train'),
      actor: { login: 'ada', kind: 'person' },
      acknowledged: true,
    });

    expect(outline(plan)).toEqual([expect.stringContaining('head-moved'), 'react -1']);
  });

  it('when its newest commit is one that nobody has told us of', async () => {
    await world.check(number);
    world.github.commit('feature', { 'src/features.py': 'steal()' });
    const plan = await world.comment(number, '/evaluate');

    expect(outline(plan)).toContainEqual(expect.stringContaining('head-moved'));
  });

  it('on a closed pull request, and without a policy', async () => {
    world.github.commit('main', { '.github/siskin.yml': null });
    world.github.commit('feature', { '.github/siskin.yml': null });
    const none = await world.comment(number, '/train');
    world.github.closePull(number);
    const closed = await world.comment(number, '/train');

    expect(outline(none)).toEqual([expect.stringContaining('no-policy'), 'react -1']);
    expect(outline(closed)).toEqual([expect.stringContaining('closed'), 'react -1']);
  });

  it('for the code of a fork, in the comment', async () => {
    const fork = world.github.openPull('feature', { fork: true });
    await world.check(fork);
    const plan = await world.comment(fork, '/train');

    expect(outline(plan)).toEqual([expect.stringContaining('fork'), 'react -1']);
  });
});
