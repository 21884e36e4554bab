import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fenceOfCommit, isOutdated, nextFence } from '../../src/decide/fence.ts';
import type { Plan } from '../../src/effect.ts';
import { anEvaluation } from '../result-builder.ts';
import { aRun } from '../run-builder.ts';
import { openTestStore, type TestStore } from '../store/test-store.ts';
import { dispatched, openWorld, repository, type World } from '../world.ts';

let test: TestStore;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test[Symbol.asyncDispose]());

const runs = (plan: Plan): boolean => plan.effects.some(({ kind }) => kind === 'dispatch-run');
/** What a person would see change. */
const shows = (plan: Plan) => plan.effects.filter(({ kind }) => kind === 'publish-check' || kind === 'publish-comment');

describe('a fence', () => {
  const early = { ...aRun().models[0], model: 'early' } as ReturnType<typeof aRun>['models'][number];
  const lane = [
    aRun({ fence: 3, head: 'c' }),
    aRun({ fence: 2, head: 'b', models: [early] }),
    aRun({ fence: 1, head: 'c' }),
  ];

  it('is greater than all before it, also than that of a champion that took no run', () => {
    expect([nextFence([]), nextFence(lane), nextFence(lane, 7)]).toEqual([1, 4, 8]);
  });

  it('is outdated for a model once that model was asked about again, and for no other', () => {
    expect(isOutdated(aRun({ fence: 2 }), 'late', lane)).toBe(true);
    expect(isOutdated(aRun({ fence: 2 }), 'early', lane)).toBe(false);
    expect(isOutdated(aRun({ fence: 3 }), 'late', lane)).toBe(false);
  });

  it('of a commit is that with which it was first asked about', () => {
    expect(fenceOfCommit(aRun({ fence: 3, head: 'c' }), lane)).toBe(1);
    expect(fenceOfCommit(aRun({ fence: 4, head: 'd' }), lane)).toBe(4);
  });
});

/** One run as the reference knows it: which content it was asked for, and what its attempts left. */
interface Asked {
  readonly plan: Plan;
  readonly content: string;
  /** The difference that its newest result shows; null before there is one. */
  difference: number | null;
  attempts: number;
}

type PullEvent =
  | { readonly kind: 'push'; readonly content: string }
  | { readonly kind: 'say'; readonly line: '/train' | '/evaluate' | '/cancel' }
  /** The run asked for so many runs ago ends, be it the newest or one that nobody waits for any more, once or again. */
  | { readonly kind: 'end'; readonly ago: number; readonly again: boolean };

const pullEvent: fc.Arbitrary<PullEvent> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('push' as const), content: fc.constantFrom('a', 'b', 'c') }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('say' as const),
      line: fc.constantFrom('/train' as const, '/evaluate' as const, '/cancel' as const),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('end' as const),
      ago: fc.integer({ min: 0, max: 4 }),
      again: fc.boolean(),
    }),
  },
);

describe('the lane of a pull request, in whatever order results come', () => {
  it('shows what was asked for last and nothing else, and keeps the rest', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(pullEvent, { maxLength: 14 }), async (story) => {
        const world = await openWorld(test);
        const asked: Asked[] = [];
        let content = 'begin';
        /** The run that is waited for or was judged last; null where none is. */
        let current: Asked | null = null;
        let fence = 0;
        let count = 0;
        const note = async (plan: Plan): Promise<void> => {
          if (!runs(plan)) return;
          const run = await world.readRun(plan);
          expect(run.fence).toBeGreaterThan(fence);
          fence = run.fence;
          current = { plan, content, difference: null, attempts: 0 };
          asked.push(current);
        };
        world.github.commit('feature', { 'src/features.py': content });
        await note(await world.check(world.github.openPull('feature')));

        for (const event of story) {
          if (event.kind === 'push') {
            content = event.content;
            world.github.commit('feature', { 'src/features.py': content });
            const plan = await world.check(5);
            if (runs(plan)) await note(plan);
            else current = await taken(world, asked, content);
          } else if (event.kind === 'say') {
            await note(await world.comment(5, event.line));
          } else {
            const ended = asked.at(-1 - event.ago);
            if (ended === undefined || (ended.difference !== null && !event.again)) continue;
            count += 1;
            ended.attempts += 1;
            const difference = count / 1000;
            const evaluation = anEvaluation({ difference });
            const plan = await world.finish(ended.plan, { late: { evaluation } }, 'success', ended.attempts);
            ended.difference = difference;
            if (ended !== current) expect(shows(plan)).toEqual([]);
          }
          await expectShown(world, { content, current, asked });
        }
      }),
      { numRuns: 15 },
    );
  }, 120_000);
});

/** Without a new run an earlier one of the very same content was taken over. */
async function taken(world: World, asked: readonly Asked[], content: string): Promise<Asked | null> {
  const head = (await world.store.readPull(1, 5))?.head ?? '';
  const claim = (await world.store.readView(1, 5, head))?.claims['late'];
  const found = asked.find(({ plan }) => dispatched(plan).claim === claim) ?? null;
  expect(found?.content).toBe(content);
  return found;
}

async function expectShown(
  world: World,
  { content, current, asked }: { content: string; current: Asked | null; asked: readonly Asked[] },
): Promise<void> {
  const pull = await world.github.readPullRequest(repository, 5);
  const record = await world.store.readPull(1, 5);
  const view = await world.store.readView(1, 5, record?.head ?? '');
  const state = view?.view.models[0]?.state;
  expect(record?.head).toBe(pull?.head.sha);
  expect(current?.content).toBe(content);
  expect(view?.claims['late']).toBe(current === null ? undefined : dispatched(current.plan).claim);
  const shown = state?.kind === 'judged' ? state.result.evaluation : null;
  if (current?.difference != null) expect(shown).toEqual(anEvaluation({ difference: current.difference }));
  else expect(shown).toBeNull();
  for (const { plan, difference } of asked) {
    if (difference === null) continue;
    const kept = await world.readRun(plan);
    expect(kept.results['late']?.evaluation).toBeDefined();
  }
  const open = await world.store.listOpenRuns(1);
  expect(open.length).toBeLessThanOrEqual(1);
}

type BranchEvent =
  | { readonly kind: 'push'; readonly content: number }
  | { readonly kind: 'end'; readonly ago: number; readonly isGood: boolean }
  | { readonly kind: 'late' };

const branchEvent: fc.Arbitrary<BranchEvent> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('push' as const), content: fc.integer({ min: 0, max: 99 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('end' as const),
      ago: fc.integer({ min: 0, max: 3 }),
      isGood: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'late' as const }) },
);

describe('the lane of the default branch, in whatever order results come', () => {
  it('runs one after the other, and has the champion of the newest that was good', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(branchEvent, { maxLength: 14 }), async (story) => {
        const world = await openWorld(test);
        let tip = (await world.github.readDefaultBranch(repository)).sha;
        const asked: { readonly plan: Plan; attempts: number; head: string }[] = [];
        let champion: string | null = null;
        let fence = 0;
        const note = async (plan: Plan): Promise<void> => {
          if (!runs(plan)) return;
          const run = await world.readRun(plan);
          expect(run.fence).toBeGreaterThan(fence);
          fence = run.fence;
          asked.push({ plan, attempts: 0, head: run.head });
        };
        const follow = async (plan: Plan): Promise<void> => {
          for (const change of plan.changes) {
            if (change.kind === 'ask' && change.intent.kind !== 'reconcile') await note(await world.ask(change.intent));
          }
        };
        for (const event of story) {
          if (event.kind === 'push') {
            const before = tip;
            tip = world.github.commit('main', { 'src/features.py': `content ${event.content} ${before}` });
            await note(await world.push(before, tip));
          } else if (event.kind === 'late') {
            // Nobody waits for the open run any longer; its result may still come.
            world.clock.now = new Date(world.clock.now.getTime() + 3 * 86_400_000);
            await follow(await world.ask({ kind: 'reconcile', repository }));
            const before = tip;
            tip = world.github.commit('main', { 'src/features.py': `after ${before}` });
            await note(await world.push(before, tip));
          } else {
            const ended = asked.at(-1 - event.ago);
            if (ended === undefined) continue;
            ended.attempts += 1;
            const evaluation = anEvaluation({ difference: event.isGood ? 0.02 : -0.1 });
            const isNewest = ended === asked.at(-1);
            const plan = await world.finish(ended.plan, { late: { evaluation } }, 'success', ended.attempts);
            if (event.isGood && isNewest) champion = ended.head;
            await follow(plan);
          }
          expect((await world.store.readChampion(1, 'late'))?.commit ?? null).toBe(champion);
          expect((await world.store.listOpenRuns(1)).length).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 15 },
    );
  }, 120_000);
});
