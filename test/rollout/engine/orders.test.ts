import { describe, expect, it } from 'vitest';
import type { RolloutRecord } from '../../../src/rollout/rollout-record.ts';
import { inState, observing, staged } from '../staged.ts';

const on = staged();

const paused = ({ state }: RolloutRecord) => state.kind === 'step' && state.phase === 'paused';

async function frozen(): Promise<void> {
  await on.keep([
    {
      kind: 'save-freeze',
      freeze: {
        target: 'production',
        by: 'bob',
        reason: 'holidays',
        since: '2026-03-01T12:00:00.000Z',
        until: '2027-01-01T00:00:00.000Z',
        number: 3,
        scope: { kind: 'repository', repositoryId: 1 },
      },
    },
  ]);
}

describe('a weight that a person set', () => {
  it('spares the rollout no proof that a step of that weight needs', async () => {
    const { id } = await on.begun();
    on.driven.source.requestsPerSecond = 200;
    await on.driven.until(id, observing(0));
    await on.driven.order(id, { kind: 'weight', weight: 60 });
    await on.driven.until(id, inState('held'));
    await on.driven.order(id, { kind: 'resume' });
    await on.driven.turns(id, 20);

    expect(await on.driven.read(id)).toMatchObject({
      weight: 60,
      state: { kind: 'step', phase: 'observing', step: 2 },
    });
  });

  it('is judged anew after the rollout was watched with all traffic', async () => {
    const { id } = await on.begun({ 'bake-minutes': 600 });
    await on.driven.until(id, observing(2));
    await on.driven.order(id, { kind: 'pause' });
    await on.driven.until(id, inState('held'));
    await on.driven.order(id, { kind: 'resume' });
    await on.driven.until(id, inState('baking'));
    await on.driven.order(id, { kind: 'pause' });
    await on.driven.until(id, inState('held'));
    await on.driven.order(id, { kind: 'weight', weight: 50 });
    await on.driven.until(id, ({ state, weight }) => state.kind === 'held' && weight === 50);

    expect((await on.driven.read(id)).state).toMatchObject({ step: 2, attempt: 3 });
  });

  it('that the platform cannot be set to is not tried, so that it takes no traffic back', async () => {
    const { id } = await on.begun();
    on.driven.platform.capability = { weights: 'whole-percents' };
    await on.driven.until(id, observing(0));
    await on.driven.order(id, { kind: 'weight', weight: 7.5 });
    await on.driven.until(id, observing(1));

    expect(on.weights()).toEqual([0, 5, 25]);
  });
});

describe('a rollout that a person lets go on', () => {
  it('makes a new attempt, in which the time that it was held does not count', async () => {
    const steps = [{ weight: 5, 'minimum-exposure': 1_000_000, 'maximum-minutes': 0.5 }, { weight: 50 }];
    const { id } = await on.begun({ steps, when: { inconclusive: 'rollback' } });
    await on.driven.until(id, observing(0));
    await on.driven.order(id, { kind: 'pause' });
    await on.driven.until(id, inState('held'));
    await on.driven.turns(id, 60);
    await on.driven.order(id, { kind: 'resume' });
    await on.driven.turns(id, 4);

    expect((await on.driven.read(id)).state).toMatchObject({ kind: 'step', phase: 'observing', attempt: 2 });
  });

  it('begins with the first step where it was held before that', async () => {
    const { id } = await on.begun({ shadow: { percent: 50, minutes: 600 } });
    await on.driven.until(id, inState('shadowing'));
    await on.driven.turns(id, 2);
    await on.driven.order(id, { kind: 'pause' });
    await on.driven.until(id, inState('held'));
    await on.driven.order(id, { kind: 'advance' });
    await on.driven.until(id, inState('step'));

    expect((await on.driven.read(id)).state).toMatchObject({ step: 0, attempt: 1 });
  });

  it('gets no more traffic during a freeze', async () => {
    const { id } = await on.begun();
    await on.driven.until(id, observing(0));
    await frozen();
    await on.driven.until(id, paused);
    await on.driven.order(id, { kind: 'resume' });
    await on.driven.turns(id, 5);

    expect(on.weights()).toEqual([0, 5]);
  });
});

describe('less traffic', () => {
  it('is given during a freeze too', async () => {
    const { id } = await on.begun();
    await on.driven.until(id, observing(1));
    await frozen();
    await on.driven.order(id, { kind: 'weight', weight: 2 });
    await on.driven.until(id, inState('held'));
    await on.driven.turns(id, 2);

    expect((await on.driven.read(id)).weight).toBe(2);
  });
});
