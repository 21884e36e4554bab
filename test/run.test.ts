import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../src/effect.ts';
import type { Intent } from '../src/intent.ts';
import { anEvaluation } from './result-builder.ts';
import { openTestStore, type TestStore } from './store/test-store.ts';
import { openWorld, outline, repository, type World } from './world.ts';

let test: TestStore;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test[Symbol.asyncDispose]());

/** What can happen to a pull request, in any order. */
const events = [
  'push a',
  'push b',
  'push words',
  'check',
  'start',
  'pass',
  'fail',
  'lose',
  '/train',
  '/evaluate',
  '/cancel',
  'rerequest',
  'close',
  'reopen',
] as const;

const nothing: Plan = { changes: [], effects: [] };

async function happen(world: World, event: (typeof events)[number], plans: Plan[]): Promise<void> {
  const last = plans.at(-1) ?? nothing;
  const isRun = last.effects.some(({ kind }) => kind === 'dispatch-run');
  const check = async (cause: Extract<Intent, { kind: 'check-pull-request' }>['cause']) => {
    const plan = await world.check(5, { cause });
    if (plan.effects.some(({ kind }) => kind === 'dispatch-run')) plans.push(plan);
    expect(await world.check(5, { cause: 'pushed' })).toEqual(nothing);
  };
  const say = async (commands: Parameters<World['comment']>[1]) => {
    const plan = await world.comment(5, commands);
    if (plan.effects.some(({ kind }) => kind === 'dispatch-run')) plans.push(plan);
  };
  switch (event) {
    case 'push a':
    case 'push b':
      world.github.commit('feature', { 'src/features.py': event });
      return await check('pushed');
    case 'push words':
      world.github.commit('feature', { 'README.md': `words ${plans.length}` });
      return await check('pushed');
    case 'check':
      return await check('reconciled');
    case 'rerequest':
      return await check('rerequested');
    case 'reopen':
      return await check('reopened');
    case 'start':
      if (isRun) await world.start(last);
      return;
    case 'pass':
      if (isRun) await world.finish(last, { late: {} });
      return;
    case 'fail':
      if (isRun) await world.finish(last, { late: { evaluation: anEvaluation({ difference: -0.1 }) } });
      return;
    case 'lose':
      if (isRun) await world.finish(last, { late: null }, 'failure');
      return;
    case '/train':
      return await say('/train');
    case '/evaluate':
      return await say('/evaluate');
    case '/cancel':
      return await say('/cancel');
    case 'close': {
      const actor = { login: 'ada', kind: 'person' } as const;
      const close = { kind: 'close-pull-request', repository, number: 5, head: '', merged: false, actor } as const;
      await world.ask(close);
      expect(await world.ask(close)).toEqual(nothing);
      return;
    }
    default:
      return event satisfies never;
  }
}

describe('whatever happens to a pull request in whatever order', () => {
  it('no intent acts twice, one run goes on at most, and nobody waits for one that has ended', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...events), { maxLength: 12 }), async (happenings) => {
        const world = await openWorld(test);
        world.github.commit('feature', { 'src/features.py': 'begin' });
        world.github.openPull('feature');
        const plans = [await world.check(5)];
        for (const event of happenings) {
          await happen(world, event, plans);

          const open = await world.store.listOpenRuns(1);
          const head = (await world.store.readPull(1, 5))?.head ?? '';
          const view = await world.store.readView(1, 5, head);
          const waiting = view?.view.models.filter(({ state }) => state.kind === 'queued' || state.kind === 'running');
          expect(open.length).toBeLessThanOrEqual(1);
          expect(waiting?.map(({ model }) => view?.claims[model])).toEqual(open.map(({ claim }) => claim));
        }
      }),
      { numRuns: 25 },
    );
  }, 60_000);
});

describe('a recorded plan', () => {
  it('leaves its effects in the outbox, in order', async () => {
    const world = await openWorld(test);
    world.github.commit('feature', { 'src/features.py': 'begin' });
    const plan = await world.check(world.github.openPull('feature'));
    const due = await world.store.outbox.listDue('pull/1/5');

    expect(outline({ changes: [], effects: due.map(({ effect }) => effect) })).toEqual(
      outline({ changes: [], effects: plan.effects }),
    );
  });
});
