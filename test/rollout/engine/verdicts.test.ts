import { describe, expect, it } from 'vitest';
import { Interval } from '../../../src/rollout/evidence.ts';
import { judge } from '../../../src/rollout/judge/judge.ts';
import { progressOf } from '../../../src/rollout/states/progress.ts';
import { aRollout } from '../rollout-builder.ts';
import { ended, inState, observing, staged } from '../staged.ts';

const on = staged();

describe('a good model', () => {
  it('gets all traffic step by step, each by a verdict', async () => {
    const { id, release } = await on.begun();

    const { state, weight } = await on.driven.until(id, ended);

    expect(state.kind).toBe('succeeded');
    expect(weight).toBe(0);
    expect(on.weights()).toEqual([0, 5, 25, 50, 0]);
    expect(on.driven.platform.traffic).toMatchObject({ champion: release, candidate: null });
  });

  it('is mirrored to first, and watched with all traffic before it is the champion', async () => {
    const { id } = await on.begun({ shadow: { percent: 20, minutes: 0.1 }, 'bake-minutes': 0.1 });

    await on.driven.until(id, inState('baking'));
    const { state } = await on.driven.until(id, ended);

    expect(state.kind).toBe('succeeded');
    expect(on.driven.platform.history.map(({ traffic }) => traffic.shadow)).toContain(20);
    expect(on.weights()).toEqual([0, 5, 25, 50, 100, 0]);
  });

  it('waits for a person where the policy says so', async () => {
    const { id } = await on.begun({ steps: [{ weight: 10, pause: true, needs: 'no-harm' }] });

    await on.driven.until(id, ({ state }) => state.kind === 'step' && state.phase === 'paused');
    await on.driven.turns(id, 5);
    expect((await on.driven.read(id)).state).toMatchObject({ kind: 'step', phase: 'paused' });
    await on.driven.order(id, { kind: 'advance' });

    expect((await on.driven.until(id, ended)).state.kind).toBe('succeeded');
  });
});

describe('harm', () => {
  it('takes all traffic back at once, and the verdict is what its evidence says bit for bit', async () => {
    const { id, policy, previous } = await on.begun();
    await on.driven.until(id, observing(1));
    on.driven.source.rates.candidate = 0.3;

    const { state, judgement, zeroAfterMs, weight } = await on.driven.until(id, ended);

    expect(state).toMatchObject({ kind: 'rolled-back', cause: { kind: 'harm' } });
    expect(weight).toBe(0);
    expect(zeroAfterMs).toBeGreaterThanOrEqual(0);
    expect(on.driven.platform.traffic).toMatchObject({ champion: previous, candidate: null, weight: 0 });
    const lines = await on.test.store.readEvidence(id);
    const evidence = lines.map((line) => Interval.parse(JSON.parse(line)));
    expect(judge(evidence, policy)).toEqual(judgement);
    expect(evidence.filter(({ interval }) => interval < 0)).toHaveLength(30);
  });

  it('is seen while people hold the rollout', async () => {
    const { id } = await on.begun();
    await on.driven.until(id, observing(0));
    await on.driven.order(id, { kind: 'pause' });
    await on.driven.until(id, inState('held'));
    on.driven.source.rates.candidate = 0.5;

    expect((await on.driven.until(id, ended)).state).toMatchObject({ kind: 'rolled-back', cause: { kind: 'harm' } });
  });

  it('keeps the digest from beginning again, unless people restored it', async () => {
    const { id } = await on.begun();
    await on.driven.until(id, observing(0));
    on.driven.source.rates.candidate = 0.5;
    await on.driven.until(id, ended);
    const again = aRollout({ mergeSha: 'd'.repeat(40) });
    const restored = aRollout({ mergeSha: 'e'.repeat(40), restored: true });

    await on.driven.request(again);
    expect((await on.driven.until(again.id, ended)).state).toMatchObject({ kind: 'failed' });
    on.driven.source.rates.candidate = 0.02;
    await on.driven.request(restored);
    expect((await on.driven.until(restored.id, ended)).state.kind).toBe('succeeded');
  });
});

describe('doubt', () => {
  const short = { steps: [{ weight: 10, 'maximum-minutes': 0.1, needs: 'not-worse' }] };

  it('holds an inconclusive step until a person decides, and judges a new attempt by itself', async () => {
    const { id } = await on.begun(short);
    on.driven.source.requestsPerSecond = 20;

    const held = await on.driven.until(id, inState('held'));
    expect(held.state).toMatchObject({ reason: 'inconclusive', step: 0, attempt: 1 });
    await on.driven.order(id, { kind: 'resume' });
    const resumed = await on.driven.until(id, observing(0));
    expect(resumed.state).toMatchObject({ attempt: 2 });
    on.driven.source.requestsPerSecond = 50_000;

    expect((await on.driven.until(id, ended)).state.kind).toBe('succeeded');
  });

  it('rolls back where the policy says so', async () => {
    const { id } = await on.begun({ ...short, when: { inconclusive: 'rollback' } });
    on.driven.source.requestsPerSecond = 20;

    expect((await on.driven.until(id, ended)).state).toMatchObject({ cause: { kind: 'inconclusive' } });
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
        const { id } = await on.begun({ when: { [reason]: rule } });
        await on.driven.until(id, observing(0));
        on.driven.source.fault = (arm) => (arm === 'candidate' ? measured : null);

        expect((await on.driven.until(id, inState(kind))).state).toMatchObject(
          rule === 'hold' ? { reason } : { cause: { kind: reason } },
        );
      }
    },
  );

  it('holds when the split is not as it was set, and does not blame the model', async () => {
    const { id } = await on.begun({ steps: [{ weight: 10, 'minimum-minutes': 5 }] });
    await on.driven.until(id, observing(0));
    on.driven.source.weight = () => 20;

    expect((await on.driven.until(id, inState('held'))).state).toMatchObject({ reason: 'sample-ratio' });
  });

  it('takes a late answer before the seal, and none after', async () => {
    const { id } = await on.begun({ 'interval-seconds': 10 });
    await on.driven.until(id, observing(0));
    let failures = 0;
    on.driven.source.fault = () => {
      failures += 1;
      return failures <= 2 ? { kind: 'failed', reason: 'not now' } : null;
    };
    await on.driven.until(id, observing(1));

    const lines = (await on.test.store.readEvidence(id)).map((line) => Interval.parse(JSON.parse(line)));
    expect(failures).toBeGreaterThan(2);
    expect(JSON.stringify(lines)).not.toContain('not now');
  });
});

it('keeps a log that adds up to what is kept beside it', async () => {
  const { id } = await on.begun();
  await on.driven.until(id, observing(1));
  on.driven.source.rates.candidate = 0.4;
  await on.driven.until(id, ended);

  const events = await on.test.store.listRolloutEvents(id);
  expect(progressOf(events)).toEqual(await on.test.store.rollouts.read(id));
  expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, at) => at + 1));
});
