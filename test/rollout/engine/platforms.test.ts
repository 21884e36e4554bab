import { describe, expect, it } from 'vitest';
import { aModel } from '../rollout-builder.ts';
import { byHand, ended, inState, observing, staged } from '../staged.ts';

const on = staged();

describe('a platform', () => {
  it('that answers and does nothing gets no candidate, and the rollout ends as undone', async () => {
    const { id } = await on.begun();
    on.driven.platform.faults.onApply = ({ weight }) => (weight > 0 ? 'ignore' : null);

    const { state } = await on.driven.until(id, ended);
    expect(state).toMatchObject({ kind: 'rolled-back', cause: { kind: 'invalid' } });
    expect(JSON.stringify(state)).toContain('expected that the candidate gets 5 %, found 0 %');
  });

  it('that cannot do the plan is never touched', async () => {
    const { id } = await on.begun({ steps: [{ weight: 80 }] });
    on.driven.platform.capability = { mostWeight: 50 };

    expect((await on.driven.until(id, ended)).state).toMatchObject({ kind: 'failed' });
    expect(on.driven.platform.history).toEqual([]);
  });

  it('that is away while traffic has to go back is asked until it is back, and people are told meanwhile', async () => {
    const { id } = await on.begun();
    await on.driven.until(id, observing(0));
    on.driven.platform.faults.onApply = () => 'refuse';
    await on.driven.order(id, { kind: 'abort', cause: byHand });

    const failed = await on.driven.until(id, ended);
    expect(failed.state.kind).toBe('failed');
    expect(failed.weight).toBe(5);
    on.driven.platform.faults.onApply = null;
    expect((await on.driven.until(id, inState('rolled-back'))).weight).toBe(0);
  });

  it('changed by hand to more is set back, to less is left, and both wait for a person', async () => {
    for (const [found, left] of [
      [60, 5],
      [1, 1],
    ] as const) {
      const { id } = await on.begun({ steps: [{ weight: 5, 'minimum-minutes': 30 }] });
      await on.driven.until(id, observing(0));
      on.driven.platform.edit({ weight: found });
      await on.driven.until(id, inState('held'));
      await on.driven.turns(id, 4);

      expect(await on.driven.read(id)).toMatchObject({ weight: left, state: { reason: 'changed-by-hand' } });
      expect(on.driven.platform.traffic?.weight).toBe(left);
      await on.driven.order(id, { kind: 'resume' });
      expect((await on.driven.until(id, observing(0))).weight).toBe(5);
    }
  });

  it('that serves what nobody knows of waits for a person before anything is set', async () => {
    const { id } = await on.begun();
    on.driven.platform.edit({ champion: aModel('v7') });

    expect((await on.driven.until(id, inState('held'))).state).toMatchObject({ reason: 'changed-by-hand' });
    expect(on.driven.platform.history).toEqual([]);
  });

  it('serves a first release without a canary, and a model of an environment without one is only recorded', async () => {
    const first = await on.begun({}, { previous: null });
    on.driven.platform.edit({ champion: null });
    expect((await on.driven.until(first.id, ended)).state.kind).toBe('succeeded');
    expect(on.driven.platform.traffic?.champion).toEqual(first.release);

    const recorded = await on.begun({ serving: undefined });
    expect((await on.driven.until(recorded.id, ended)).state.kind).toBe('succeeded');
    expect(on.driven.platform.history).toEqual([]);
  });
});

describe('two processes', () => {
  it('never write both: the second takes over with a higher fence, and what the first had under way is refused', async () => {
    const { id } = await on.begun();
    await on.driven.until(id, observing(0));
    const second = on.driven.another('second');
    expect(await second.turn(id)).toMatchObject({ kind: 'left' });
    let release = () => {};
    const stuck = new Promise<void>((resolve) => {
      release = resolve;
    });
    on.driven.platform.faults.onApply = async ({ weight }) => {
      on.driven.platform.faults.onApply = null;
      if (weight > 5) await stuck;
      return null;
    };
    const hanging = on.driven.until(id, ({ state }) => state.kind === 'promoting').catch(() => 'stopped');
    await expect.poll(() => on.driven.platform.faults.onApply).toBeNull();
    on.test.clock.now = new Date(on.test.clock.now.getTime() + 60_000);
    await second.turn(id);
    const taken = on.driven.platform.traffic?.fence ?? 0;
    release();
    await on.driven.until(id, ended, second);
    await hanging;

    expect(taken).toBeGreaterThan(1);
    const fences = on.driven.platform.history.map(({ traffic }) => traffic.fence);
    expect(fences).toEqual([...fences].sort((a, b) => a - b));
    expect((await on.driven.read(id)).state.kind).toBe('succeeded');
  });

  it('that share no database do not fight: the one that is shut out waits for a person', async () => {
    const { id } = await on.begun();
    await on.driven.until(id, observing(0));
    on.driven.platform.edit({ fence: 50, weight: 5 });

    await on.driven.until(id, inState('held'));
    await on.driven.turns(id, 5);
    expect(on.driven.platform.history.at(-1)?.traffic.fence).toBe(1);
    await on.driven.order(id, { kind: 'abort', cause: byHand });
    expect((await on.driven.until(id, ended)).state.kind).toBe('rolled-back');
    expect(on.driven.platform.traffic).toMatchObject({ weight: 0, fence: 51 });
  });
});

describe('a clock', () => {
  it('that goes forward while a weight has yet to come true takes nothing back', async () => {
    const { id } = await on.begun();
    let ignored = 0;
    on.driven.platform.faults.onApply = ({ weight }) => (weight > 0 && ignored++ < 2 ? 'ignore' : null);
    await on.driven.until(id, () => ignored > 0);
    on.test.clock.now = new Date(on.test.clock.now.getTime() + 11 * 60_000);

    expect((await on.driven.until(id, observing(0))).weight).toBe(5);
  });

  it.each([-7_200_000, 7_200_000])('that jumps by %i ms moves no traffic by itself and stops nothing', async (jump) => {
    const { id } = await on.begun();
    await on.driven.until(id, observing(1));
    on.test.clock.now = new Date(on.test.clock.now.getTime() + jump);
    expect(await on.test.store.rollouts.listDue({ holder: 'first', most: 5 })).toMatchObject([{ id }]);

    expect((await on.driven.until(id, ended)).state.kind).toBe('succeeded');
    expect(on.weights()).toEqual([0, 5, 25, 50, 0]);
  });
});
