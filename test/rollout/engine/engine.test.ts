import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../../src/effect.ts';
import { Interval } from '../../../src/rollout/evidence.ts';
import { judge } from '../../../src/rollout/judge/judge.ts';
import { isEnded, type RolloutRecord } from '../../../src/rollout/rollout-record.ts';
import { progressOf } from '../../../src/rollout/states/progress.ts';
import { openTestStore, repository, type TestStore } from '../../store/test-store.ts';
import { type Driven, openDriven } from '../driven.ts';
import { aModel, aRollout } from '../rollout-builder.ts';

let test: TestStore;
let driven: Driven;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test[Symbol.asyncDispose]());

const ended = ({ state }: RolloutRecord) => isEnded(state);
const inState = (kind: RolloutRecord['state']['kind']) => (record: RolloutRecord) => record.state.kind === kind;
const observing = (step: number) => (record: RolloutRecord) =>
  record.state.kind === 'step' && record.state.phase === 'observing' && record.state.step === step;
const byHand = { kind: 'command', sentence: 'ada wants it back', by: 'ada' } as const;

/** The weights that the platform was set to, one after the other. */
const weights = () =>
  driven.platform.history.map(({ traffic }) => traffic.weight).filter((weight, at, all) => weight !== all[at - 1]);

async function begun(rules: Readonly<Record<string, unknown>> = {}, changes: Parameters<typeof aRollout>[0] = {}) {
  driven = await openDriven(test);
  const rollout = aRollout({ rules, ...changes });
  await driven.request(rollout);
  return rollout;
}

async function keep(changes: Plan['changes']): Promise<void> {
  await test.store.record(repository, { changes, effects: [] });
}

describe('a good model', () => {
  it('gets all traffic step by step, each by a verdict', async () => {
    const { id, release } = await begun();

    const { state, weight } = await driven.until(id, ended);

    expect(state.kind).toBe('succeeded');
    expect(weight).toBe(0);
    expect(weights()).toEqual([0, 5, 25, 50, 0]);
    expect(driven.platform.traffic).toMatchObject({ champion: release, candidate: null });
  });

  it('is mirrored to first, and watched with all traffic before it is the champion', async () => {
    const { id } = await begun({ shadow: { percent: 20, minutes: 0.1 }, 'bake-minutes': 0.1 });

    await driven.until(id, inState('baking'));
    const { state } = await driven.until(id, ended);

    expect(state.kind).toBe('succeeded');
    expect(driven.platform.history.map(({ traffic }) => traffic.shadow)).toContain(20);
    expect(weights()).toEqual([0, 5, 25, 50, 100, 0]);
  });

  it('waits for a person where the policy says so', async () => {
    const { id } = await begun({ steps: [{ weight: 10, pause: true, needs: 'no-harm' }] });

    await driven.until(id, ({ state }) => state.kind === 'step' && state.phase === 'paused');
    await driven.turns(id, 5);
    expect((await driven.read(id)).state).toMatchObject({ kind: 'step', phase: 'paused' });
    await driven.order(id, { kind: 'advance' });

    expect((await driven.until(id, ended)).state.kind).toBe('succeeded');
  });
});

describe('harm', () => {
  it('takes all traffic back at once, and the verdict is what its evidence says bit for bit', async () => {
    const { id, policy, previous } = await begun();
    await driven.until(id, observing(1));
    driven.source.rates.candidate = 0.3;

    const { state, judgement, zeroAfterMs, weight } = await driven.until(id, ended);

    expect(state).toMatchObject({ kind: 'rolled-back', cause: { kind: 'harm' } });
    expect(weight).toBe(0);
    expect(zeroAfterMs).toBeGreaterThanOrEqual(0);
    expect(driven.platform.traffic).toMatchObject({ champion: previous, candidate: null, weight: 0 });
    const lines = await test.store.readEvidence(id);
    const evidence = lines.map((line) => Interval.parse(JSON.parse(line)));
    expect(judge(evidence, policy)).toEqual(judgement);
    expect(evidence.filter(({ interval }) => interval < 0)).toHaveLength(30);
  });

  it('is seen while people hold the rollout', async () => {
    const { id } = await begun();
    await driven.until(id, observing(0));
    await driven.order(id, { kind: 'pause' });
    await driven.until(id, inState('held'));
    driven.source.rates.candidate = 0.5;

    expect((await driven.until(id, ended)).state).toMatchObject({ kind: 'rolled-back', cause: { kind: 'harm' } });
  });

  it('keeps the digest from beginning again, unless people restored it', async () => {
    const { id } = await begun();
    await driven.until(id, observing(0));
    driven.source.rates.candidate = 0.5;
    await driven.until(id, ended);
    const again = aRollout({ mergeSha: 'd'.repeat(40) });
    const restored = aRollout({ mergeSha: 'e'.repeat(40), restored: true });

    await driven.request(again);
    expect((await driven.until(again.id, ended)).state).toMatchObject({ kind: 'failed' });
    driven.source.rates.candidate = 0.02;
    await driven.request(restored);
    expect((await driven.until(restored.id, ended)).state.kind).toBe('succeeded');
  });
});

describe('doubt', () => {
  const short = { steps: [{ weight: 10, 'maximum-minutes': 0.1, needs: 'not-worse' }] };

  it('holds an inconclusive step until a person decides, and judges a new attempt by itself', async () => {
    const { id } = await begun(short);
    driven.source.requestsPerSecond = 20;

    const held = await driven.until(id, inState('held'));
    expect(held.state).toMatchObject({ reason: 'inconclusive', step: 0, attempt: 1 });
    await driven.order(id, { kind: 'resume' });
    const resumed = await driven.until(id, observing(0));
    expect(resumed.state).toMatchObject({ attempt: 2 });
    driven.source.requestsPerSecond = 50_000;

    expect((await driven.until(id, ended)).state.kind).toBe('succeeded');
  });

  it('rolls back where the policy says so', async () => {
    const { id } = await begun({ ...short, when: { inconclusive: 'rollback' } });
    driven.source.requestsPerSecond = 20;

    expect((await driven.until(id, ended)).state).toMatchObject({ cause: { kind: 'inconclusive' } });
  });

  it.each(['source-down', 'no-traffic'] as const)(
    'holds on %s, or rolls back where the policy says so',
    async (reason) => {
      const measured =
        reason === 'source-down'
          ? ({ kind: 'failed', reason: 'connection refused' } as const)
          : ({ kind: 'missing', missing: 'no-traffic', reason: 'nobody came' } as const);
      for (const [rule, kind] of [
        ['hold', 'held'],
        ['rollback', 'rolled-back'],
      ] as const) {
        const { id } = await begun({ when: { [reason]: rule } });
        await driven.until(id, observing(0));
        driven.source.fault = (arm) => (arm === 'candidate' ? measured : null);

        expect((await driven.until(id, inState(kind))).state).toMatchObject(
          rule === 'hold' ? { reason } : { cause: { kind: reason } },
        );
      }
    },
  );

  it('holds when the split is not as it was set, and does not blame the model', async () => {
    const { id } = await begun({ steps: [{ weight: 10, 'minimum-minutes': 5 }] });
    await driven.until(id, observing(0));
    driven.source.weight = () => 20;

    expect((await driven.until(id, inState('held'))).state).toMatchObject({ reason: 'sample-ratio' });
  });

  it('takes a late answer before the seal, and none after', async () => {
    const { id } = await begun({ 'interval-seconds': 10 });
    await driven.until(id, observing(0));
    let failures = 0;
    driven.source.fault = () => {
      failures += 1;
      return failures <= 2 ? { kind: 'failed', reason: 'not now' } : null;
    };
    await driven.until(id, observing(1));

    const lines = (await test.store.readEvidence(id)).map((line) => Interval.parse(JSON.parse(line)));
    expect(failures).toBeGreaterThan(2);
    expect(JSON.stringify(lines)).not.toContain('not now');
  });
});

describe('a newer release', () => {
  it('takes the place of one in its steps, from the champion that really serves', async () => {
    const first = await begun();
    await driven.until(first.id, observing(1));
    const second = aRollout({ release: aModel('v3'), previous: aModel('v2'), mergeSha: 'd'.repeat(40) });
    await driven.request(second);

    const { state } = await driven.until(first.id, ended);
    const promoted = await driven.until(second.id, ended);

    expect(state).toMatchObject({ kind: 'superseded', by: second.id });
    expect(promoted.state.kind).toBe('succeeded');
    expect(promoted.previous).toEqual(aModel('v1'));
    expect(driven.platform.traffic?.champion).toEqual(aModel('v3'));
  });

  it('replaces one that still waits', async () => {
    const first = await begun({ 'bake-minutes': 1 });
    await driven.until(first.id, inState('baking'));
    const second = aRollout({ release: aModel('v3'), mergeSha: 'd'.repeat(40) });
    const third = aRollout({ release: aModel('v4'), mergeSha: 'e'.repeat(40) });
    await driven.request(second);
    await driven.turns(second.id, 2);
    expect((await driven.read(second.id)).state.kind).toBe('waiting');
    await driven.request(third);

    expect((await driven.until(second.id, ended)).state).toMatchObject({ kind: 'superseded', by: third.id });
    expect((await driven.until(first.id, ended)).state.kind).toBe('succeeded');
    expect((await driven.until(third.id, ended)).previous).toEqual(aModel('v2'));
  });

  it('finds nothing to do where it serves already, as after the revert of what was rolled back', async () => {
    const first = await begun();
    await driven.until(first.id, observing(0));
    await driven.order(first.id, { kind: 'abort', cause: byHand });
    await driven.until(first.id, ended);
    const writes = driven.platform.history.length;
    const revert = aRollout({ release: aModel('v1'), previous: aModel('v2'), mergeSha: 'd'.repeat(40) });
    await driven.request(revert);

    expect((await driven.until(revert.id, ended)).state.kind).toBe('succeeded');
    expect(driven.platform.history).toHaveLength(writes);
  });

  it('goes to all traffic at once when people want an earlier version back', async () => {
    const first = await begun({ 'bake-minutes': 5 });
    await driven.until(first.id, inState('baking'));
    const back = aRollout({ release: aModel('v0'), previous: aModel('v2'), mergeSha: 'd'.repeat(40), atOnce: true });
    await driven.request(back);

    expect((await driven.until(first.id, ended)).state.kind).toBe('superseded');
    expect((await driven.until(back.id, ended)).state.kind).toBe('succeeded');
    expect(driven.platform.traffic?.champion).toEqual(aModel('v0'));
  });
});

describe('a person', () => {
  it.each(['preparing', 'step', 'baking'] as const)('brings traffic back while it is %s', async (kind) => {
    const { id, previous } = await begun({ 'bake-minutes': 5 });
    driven.platform.isReady = kind !== 'preparing';
    await driven.until(id, (record) => record.state.kind === kind && driven.platform.history.length > 0);
    await driven.order(id, { kind: 'abort', cause: byHand });

    const record = await driven.until(id, ended);
    expect(record.state).toMatchObject({ kind: 'rolled-back', cause: byHand });
    expect(driven.platform.traffic).toMatchObject({ champion: previous, candidate: null, weight: 0 });
  });

  it('sets a weight, which stays until they say more', async () => {
    const { id } = await begun();
    await driven.until(id, observing(0));
    await driven.order(id, { kind: 'weight', weight: 30 });
    await driven.until(id, inState('held'));
    await driven.turns(id, 10);
    expect(await driven.read(id)).toMatchObject({ weight: 30, state: { kind: 'held', reason: 'manual', attempt: 2 } });
    await driven.order(id, { kind: 'advance' });

    expect((await driven.until(id, ended)).state.kind).toBe('succeeded');
    expect(weights()).toEqual([0, 5, 30, 50, 0]);
  });

  it('promotes without waiting for more', async () => {
    const { id, release } = await begun();
    await driven.until(id, observing(0));
    await driven.order(id, { kind: 'promote' });

    expect((await driven.until(id, ended)).state.kind).toBe('succeeded');
    expect(weights()).toEqual([0, 5, 0]);
    expect(driven.platform.traffic?.champion).toEqual(release);
  });

  it('is asked again when the rollout went on since they looked', async () => {
    const { id } = await begun();
    const { sequence } = await driven.until(id, observing(0));
    await driven.until(id, observing(1));

    const late = keep([{ kind: 'order-rollout', rollout: id, sequence, order: { kind: 'pause' }, by: 'ada' }]);
    await expect(late).rejects.toMatchObject({ code: 'conflict' });
  });

  it('lets it begin where the environment has reviewers', async () => {
    const { id } = await begun({}, { needsGo: true });
    await driven.turns(id, 4);
    expect((await driven.read(id)).state.kind).toBe('waiting');
    await driven.order(id, { kind: 'go' });

    expect((await driven.until(id, ended)).state.kind).toBe('succeeded');
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
    const { id } = await begun();
    await keep([{ kind: 'save-freeze', freeze: { ...freeze, scope } }]);
    await driven.turns(id, 3);

    expect((await driven.read(id)).state).toMatchObject({
      kind: 'waiting',
      reason: `bob froze production until ${until}`,
    });
    await keep([{ kind: 'end-freezes', scope, target: 'production' }]);
    expect((await driven.until(id, ended)).state.kind).toBe('succeeded');
  });

  it('keeps a rollout under way at its weight, and keeps no harm from being undone', async () => {
    const { id } = await begun();
    await driven.until(id, observing(0));
    await keep([{ kind: 'save-freeze', freeze: { ...freeze, scope } }]);
    await driven.until(id, ({ state }) => state.kind === 'step' && state.phase === 'paused');
    driven.source.rates.candidate = 0.5;

    expect((await driven.until(id, ended)).state).toMatchObject({ kind: 'rolled-back', cause: { kind: 'harm' } });
    expect(weights()).toEqual([0, 5, 0]);
  });

  it('of another pull request comes first', async () => {
    const { id } = await begun();
    const owner = { number: 99, login: 'eve' };
    const holder = { owner, reason: null, since: freeze.since, expiresAt: until, fence: 1 };
    const lock = {
      repositoryId: 1,
      model: 'late',
      environment: 'production',
      version: 0,
      state: { holder, queue: [], lastFence: 1 },
    };
    await keep([{ kind: 'save-lock', lock }]);
    await driven.turns(id, 3);

    expect((await driven.read(id)).state).toMatchObject({
      kind: 'waiting',
      reason: `#99 holds production for late until ${until}`,
    });
  });
});

describe('a platform', () => {
  it('that answers and does nothing gets no candidate, and the rollout ends as undone', async () => {
    const { id } = await begun();
    driven.platform.faults.onApply = ({ weight }) => (weight > 0 ? 'ignore' : null);

    const { state } = await driven.until(id, ended);
    expect(state).toMatchObject({ kind: 'rolled-back', cause: { kind: 'invalid' } });
    expect(JSON.stringify(state)).toContain('expected that the candidate gets 5 %, found 0 %');
  });

  it('that cannot do the plan is never touched', async () => {
    const { id } = await begun({ steps: [{ weight: 80 }] });
    driven.platform.capability = { mostWeight: 50 };

    expect((await driven.until(id, ended)).state).toMatchObject({ kind: 'failed' });
    expect(driven.platform.history).toEqual([]);
  });

  it('that is away while traffic has to go back is asked until it is back, and people are told meanwhile', async () => {
    const { id } = await begun();
    await driven.until(id, observing(0));
    driven.platform.faults.onApply = () => 'refuse';
    await driven.order(id, { kind: 'abort', cause: byHand });

    const failed = await driven.until(id, ended);
    expect(failed.state.kind).toBe('failed');
    expect(failed.weight).toBe(5);
    driven.platform.faults.onApply = null;
    expect((await driven.until(id, inState('rolled-back'))).weight).toBe(0);
  });

  it('changed by hand to more is set back, to less is left, and both wait for a person', async () => {
    for (const [found, left] of [
      [60, 5],
      [1, 1],
    ] as const) {
      const { id } = await begun({ steps: [{ weight: 5, 'minimum-minutes': 30 }] });
      await driven.until(id, observing(0));
      driven.platform.edit({ weight: found });
      await driven.until(id, inState('held'));
      await driven.turns(id, 4);

      expect(await driven.read(id)).toMatchObject({ weight: left, state: { reason: 'changed-by-hand' } });
      expect(driven.platform.traffic?.weight).toBe(left);
      await driven.order(id, { kind: 'resume' });
      expect((await driven.until(id, observing(0))).weight).toBe(5);
    }
  });

  it('that serves what nobody knows of waits for a person before anything is set', async () => {
    const { id } = await begun();
    driven.platform.edit({ champion: aModel('v7') });

    expect((await driven.until(id, inState('held'))).state).toMatchObject({ reason: 'changed-by-hand' });
    expect(driven.platform.history).toEqual([]);
  });

  it('serves a first release without a canary, and a model of an environment without one is only recorded', async () => {
    const first = await begun({}, { previous: null });
    driven.platform.edit({ champion: null });
    expect((await driven.until(first.id, ended)).state.kind).toBe('succeeded');
    expect(driven.platform.traffic?.champion).toEqual(first.release);

    const recorded = await begun({ serving: undefined });
    expect((await driven.until(recorded.id, ended)).state.kind).toBe('succeeded');
    expect(driven.platform.history).toEqual([]);
  });
});

describe('two processes', () => {
  it('never write both: the second takes over with a higher fence, and what the first had under way is refused', async () => {
    const { id } = await begun();
    await driven.until(id, observing(0));
    const second = driven.another('second');
    expect(await second.turn(id)).toMatchObject({ kind: 'left' });
    let release = () => {};
    const stuck = new Promise<void>((resolve) => {
      release = resolve;
    });
    driven.platform.faults.onApply = async ({ weight }) => {
      driven.platform.faults.onApply = null;
      if (weight > 5) await stuck;
      return null;
    };
    const hanging = driven.until(id, ({ state }) => state.kind === 'promoting').catch(() => 'stopped');
    await expect.poll(() => driven.platform.faults.onApply).toBeNull();
    test.clock.now = new Date(test.clock.now.getTime() + 60_000);
    await second.turn(id);
    const taken = driven.platform.traffic?.fence ?? 0;
    release();
    await driven.until(id, ended, second);
    await hanging;

    expect(taken).toBeGreaterThan(1);
    const fences = driven.platform.history.map(({ traffic }) => traffic.fence);
    expect(fences).toEqual([...fences].sort((a, b) => a - b));
    expect((await driven.read(id)).state.kind).toBe('succeeded');
  });

  it('that share no database do not fight: the one that is shut out waits for a person', async () => {
    const { id } = await begun();
    await driven.until(id, observing(0));
    driven.platform.edit({ fence: 50, weight: 5 });

    await driven.until(id, inState('held'));
    await driven.turns(id, 5);
    expect(driven.platform.history.at(-1)?.traffic.fence).toBe(1);
    await driven.order(id, { kind: 'abort', cause: byHand });
    expect((await driven.until(id, ended)).state.kind).toBe('rolled-back');
    expect(driven.platform.traffic).toMatchObject({ weight: 0, fence: 51 });
  });
});

describe('a clock', () => {
  it.each([-7_200_000, 7_200_000])('that jumps by %i ms moves no traffic by itself and stops nothing', async (jump) => {
    const { id } = await begun();
    await driven.until(id, observing(1));
    test.clock.now = new Date(test.clock.now.getTime() + jump);
    expect(await test.store.rollouts.listDue({ holder: 'first', most: 5 })).toMatchObject([{ id }]);

    expect((await driven.until(id, ended)).state.kind).toBe('succeeded');
    expect(weights()).toEqual([0, 5, 25, 50, 0]);
  });
});

it('keeps a log that adds up to what is kept beside it', async () => {
  const { id } = await begun();
  await driven.until(id, observing(1));
  driven.source.rates.candidate = 0.4;
  await driven.until(id, ended);

  const events = await test.store.listRolloutEvents(id);
  expect(progressOf(events)).toEqual(await test.store.rollouts.read(id));
  expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, at) => at + 1));
});
