import { describe, expect, it } from 'vitest';
import { aModel, aRollout } from '../rollout-builder.ts';
import { byHand, ended, inState, observing, staged } from '../staged.ts';

const on = staged();

describe('a newer release', () => {
  it('takes the place of one in its steps, from the champion that really serves', async () => {
    const first = await on.begun();
    await on.driven.until(first.id, observing(1));
    const second = aRollout({ release: aModel('v3'), previous: aModel('v2'), mergeSha: 'd'.repeat(40) });
    await on.driven.request(second);

    const { state } = await on.driven.until(first.id, ended);
    const promoted = await on.driven.until(second.id, ended);

    expect(state).toMatchObject({ kind: 'superseded', by: second.id });
    expect(promoted.state.kind).toBe('succeeded');
    expect(promoted.previous).toEqual(aModel('v1'));
    expect(on.driven.platform.traffic?.champion).toEqual(aModel('v3'));
  });

  it('replaces one that still waits', async () => {
    const first = await on.begun({ 'bake-minutes': 1 });
    await on.driven.until(first.id, inState('baking'));
    const second = aRollout({ release: aModel('v3'), mergeSha: 'd'.repeat(40) });
    const third = aRollout({ release: aModel('v4'), mergeSha: 'e'.repeat(40) });
    await on.driven.request(second);
    await on.driven.turns(second.id, 2);
    expect((await on.driven.read(second.id)).state.kind).toBe('waiting');
    await on.driven.request(third);

    expect((await on.driven.until(second.id, ended)).state).toMatchObject({ kind: 'superseded', by: third.id });
    expect((await on.driven.until(first.id, ended)).state.kind).toBe('succeeded');
    expect((await on.driven.until(third.id, ended)).previous).toEqual(aModel('v2'));
  });

  it('finds nothing to do where it serves already, as after the revert of what was rolled back', async () => {
    const first = await on.begun();
    await on.driven.until(first.id, observing(0));
    await on.driven.order(first.id, { kind: 'abort', cause: byHand });
    await on.driven.until(first.id, ended);
    const writes = on.driven.platform.history.length;
    const revert = aRollout({ release: aModel('v1'), previous: aModel('v2'), mergeSha: 'd'.repeat(40) });
    await on.driven.request(revert);

    expect((await on.driven.until(revert.id, ended)).state.kind).toBe('succeeded');
    expect(on.driven.platform.history).toHaveLength(writes);
  });

  it('goes to all traffic at once when people want an earlier version back', async () => {
    const first = await on.begun({ 'bake-minutes': 5 });
    await on.driven.until(first.id, inState('baking'));
    const back = aRollout({ release: aModel('v0'), previous: aModel('v2'), mergeSha: 'd'.repeat(40), atOnce: true });
    await on.driven.request(back);

    expect((await on.driven.until(first.id, ended)).state.kind).toBe('superseded');
    expect((await on.driven.until(back.id, ended)).state.kind).toBe('succeeded');
    expect(on.driven.platform.traffic?.champion).toEqual(aModel('v0'));
  });
});

describe('a person', () => {
  it.each(['preparing', 'step', 'baking'] as const)('brings traffic back while it is %s', async (kind) => {
    const { id, previous } = await on.begun({ 'bake-minutes': 5 });
    on.driven.platform.isReady = kind !== 'preparing';
    await on.driven.until(id, (record) => record.state.kind === kind && on.driven.platform.history.length > 0);
    await on.driven.order(id, { kind: 'abort', cause: byHand });

    const record = await on.driven.until(id, ended);
    expect(record.state).toMatchObject({ kind: 'rolled-back', cause: byHand });
    expect(on.driven.platform.traffic).toMatchObject({ champion: previous, candidate: null, weight: 0 });
  });

  it('sets a weight, which stays until they say more', async () => {
    const { id } = await on.begun();
    await on.driven.until(id, observing(0));
    await on.driven.order(id, { kind: 'weight', weight: 30 });
    await on.driven.until(id, inState('held'));
    await on.driven.turns(id, 10);
    expect(await on.driven.read(id)).toMatchObject({
      weight: 30,
      state: { kind: 'held', reason: 'manual', attempt: 2 },
    });
    await on.driven.order(id, { kind: 'advance' });

    expect((await on.driven.until(id, ended)).state.kind).toBe('succeeded');
    expect(on.weights()).toEqual([0, 5, 30, 50, 0]);
  });

  it('promotes without waiting for more', async () => {
    const { id, release } = await on.begun();
    await on.driven.until(id, observing(0));
    await on.driven.order(id, { kind: 'promote' });

    expect((await on.driven.until(id, ended)).state.kind).toBe('succeeded');
    expect(on.weights()).toEqual([0, 5, 0]);
    expect(on.driven.platform.traffic?.champion).toEqual(release);
  });

  it('is asked again when the rollout went on since they looked', async () => {
    const { id } = await on.begun();
    const { sequence } = await on.driven.until(id, observing(0));
    await on.driven.until(id, observing(1));

    const late = on.keep([{ kind: 'order-rollout', rollout: id, sequence, order: { kind: 'pause' }, by: 'ada' }]);
    await expect(late).rejects.toMatchObject({ code: 'conflict' });
  });

  it('lets it begin where the environment has reviewers', async () => {
    const { id } = await on.begun({}, { needsGo: true });
    await on.driven.turns(id, 4);
    expect((await on.driven.read(id)).state.kind).toBe('waiting');
    await on.driven.order(id, { kind: 'go' });

    expect((await on.driven.until(id, ended)).state.kind).toBe('succeeded');
  });
});

describe('a freeze or a lock', () => {
  const until = '2027-01-01T00:00:00.000Z';
  const freeze = {
    target: 'production',
    by: 'bob',
    reason: 'holidays',
    since: '2026-03-01T12:00:00.000Z',
    until,
    number: 3,
  };
  const scope = { kind: 'repository', repositoryId: 1 } as const;

  it('lets nothing begin, and says why', async () => {
    const { id } = await on.begun();
    await on.keep([{ kind: 'save-freeze', freeze: { ...freeze, scope } }]);
    await on.driven.turns(id, 3);

    expect((await on.driven.read(id)).state).toMatchObject({
      kind: 'waiting',
      reason: `bob froze production until ${until}`,
    });
    await on.keep([{ kind: 'end-freezes', scope, target: 'production' }]);
    expect((await on.driven.until(id, ended)).state.kind).toBe('succeeded');
  });

  it('keeps a rollout under way at its weight, and keeps no harm from being undone', async () => {
    const { id } = await on.begun();
    await on.driven.until(id, observing(0));
    await on.keep([{ kind: 'save-freeze', freeze: { ...freeze, scope } }]);
    await on.driven.until(id, ({ state }) => state.kind === 'step' && state.phase === 'paused');
    on.driven.source.rates.candidate = 0.5;

    expect((await on.driven.until(id, ended)).state).toMatchObject({ kind: 'rolled-back', cause: { kind: 'harm' } });
    expect(on.weights()).toEqual([0, 5, 0]);
  });

  it('of another pull request comes first', async () => {
    const { id } = await on.begun();
    const owner = { number: 99, login: 'eve' };
    const holder = { owner, reason: null, since: freeze.since, expiresAt: until, fence: 1 };
    const lock = {
      repositoryId: 1,
      model: 'late',
      environment: 'production',
      version: 0,
      state: { holder, queue: [], lastFence: 1 },
    };
    await on.keep([{ kind: 'save-lock', lock }]);
    await on.driven.turns(id, 3);

    expect((await on.driven.read(id)).state).toMatchObject({
      kind: 'waiting',
      reason: `#99 holds production for late until ${until}`,
    });
  });
});
