import { describe, expect, it } from 'vitest';
import type { Observed, Traffic } from '../../../src/ports/serving.ts';
import type { ErrandAnswer, KnownErrand } from '../../../src/rollout/errands/errand.ts';
import { errandPorts } from '../../../src/rollout/errands/errand-ports.ts';
import type { RolloutState } from '../../../src/rollout/rollout-record.ts';
import { aModel, aRollout } from '../rollout-builder.ts';

const now = '2026-03-01T12:10:00.000Z';
const observed: Observed = {
  fence: 3,
  champion: { version: 'v1', digest: null },
  candidate: null,
  weight: 0,
  shadow: 0,
  trouble: null,
};
const traffic: Traffic = {
  rollout: 'ro-1',
  fence: 3,
  champion: aModel('v1'),
  candidate: aModel('v2'),
  weight: 5,
  shadow: 0,
  audience: null,
};

function anErrand(key: string, answer: ErrandAnswer | null, secondsAgo = 1): KnownErrand {
  const at = new Date(Date.parse(now) - secondsAgo * 1000).toISOString();
  return {
    key,
    fence: key.startsWith('apply') ? 3 : null,
    sentAt: at,
    answer,
    answeredAt: answer === null ? null : at,
  };
}

function ports(
  known: readonly KnownErrand[],
  changes: { readonly state?: RolloutState; readonly weight?: number } = {},
) {
  return errandPorts({ ...aRollout(), sequence: 7, ...changes }, { known, now });
}

const underWay = expect.objectContaining({ code: 'under-way' });

describe('a platform that only a runner reaches', () => {
  it('says that a job is under way, and since when, instead of any state', async () => {
    const { platform, wanted } = ports([anErrand('observe', null, 40)]);

    await expect(platform.observe()).rejects.toThrow('under way since 2026-03-01T12:09:20.000Z');
    expect(wanted.map(({ key }) => key)).toEqual(['observe']);
  });

  it('tells after a write what was read back in the same job', async () => {
    const { platform, wanted } = ports([anErrand('apply:7', { kind: 'observed', observed })]);

    await platform.apply(traffic);

    expect(await platform.observe()).toEqual(observed);
    expect(wanted).toEqual([]);
  });

  it('takes no answer to an earlier wish for one to this', async () => {
    const { platform, wanted } = ports([anErrand('apply:6', { kind: 'observed', observed })]);

    await expect(platform.apply(traffic)).rejects.toEqual(underWay);
    expect(wanted).toEqual([{ key: 'apply:7', errand: { kind: 'apply', traffic }, isUrgent: false }]);
  });

  it.each<[string, RolloutState, number, number]>([
    ['a rollback', { kind: 'rolling-back', cause: { kind: 'harm', sentence: '', by: null }, since: now }, 0, 0],
    ['less traffic', { kind: 'step', phase: 'applying', step: 1, attempt: 1, since: now }, 25, 5],
  ])('wants %s at once', async (_, state, weight, next) => {
    const { platform, wanted } = ports([], { state, weight });

    await expect(platform.apply({ ...traffic, weight: next })).rejects.toEqual(underWay);
    expect(wanted).toMatchObject([{ isUrgent: true }]);
  });

  it('passes on a refusal with its code, and what was seen then', async () => {
    const refused = { kind: 'refused', code: 'fenced', message: 'expected fence 3, found 9', observed } as const;
    const { platform } = ports([anErrand('apply:7', refused)]);

    await expect(platform.apply(traffic)).rejects.toEqual(expect.objectContaining({ code: 'fenced' }));
    expect(await platform.observe()).toEqual(observed);
  });

  it('knows of a write that may still come, and with which fence', () => {
    const under = { kind: 'observed', observed } as const;

    expect(ports([anErrand('apply:5', null), anErrand('apply:7', null), anErrand('observe', null)]).astray).toBe(3);
    expect(ports([anErrand('apply:5', under), anErrand('apply:7', null)]).astray).toBeNull();
  });

  it('looks again when what was seen is old, by when its job was asked', async () => {
    const young = ports([anErrand('observe', { kind: 'observed', observed }, 60)]);
    const old = ports([anErrand('observe', { kind: 'observed', observed }, 600)]);

    expect(await young.platform.observe()).toEqual(observed);
    await expect(old.platform.observe()).rejects.toEqual(underWay);
    expect(old.wanted).toHaveLength(1);
  });

  it('asks in one go what it can do and what it serves', async () => {
    const { platform, wanted } = ports([]);

    await expect(platform.probe()).rejects.toEqual(underWay);
    expect(wanted.map(({ key }) => key)).toEqual(['observe', 'probe:7']);
  });
});

describe('a source that only a runner reaches', () => {
  const question = {
    name: 'errors',
    metric: aRollout().policy.metrics['errors'] ?? expect.fail(),
    model: 'late',
    arm: 'candidate',
    version: 'v2',
    from: '2026-03-01T12:08:00.000Z',
    to: '2026-03-01T12:09:00.000Z',
  } as const;
  async function keyOf(): Promise<string> {
    const { source, wanted } = ports([]);
    await expect(source('prom').measure(question)).rejects.toEqual(underWay);
    return wanted[0]?.key ?? '';
  }

  it('gives a number that was measured for as long as anybody asks', async () => {
    const measured = { kind: 'value', counts: { n: 10, x: 1 }, reset: false } as const;
    const { source } = ports([anErrand(await keyOf(), { kind: 'measured', measured }, 86_400)]);

    expect(await source('prom').measure(question)).toEqual(measured);
  });

  it.each<[string, number, boolean]>([
    ['a moment ago is an answer', 1, false],
    ['longer ago is asked again', 30, true],
  ])('fails for a while: what failed %s', async (_, secondsAgo, isAsked) => {
    const failed = { kind: 'measured', measured: { kind: 'failed', reason: 'away' } } as const;
    const { source, wanted } = ports([anErrand(await keyOf(), failed, secondsAgo)]);
    const answer = await source('prom')
      .measure(question)
      .catch(() => null);

    expect([answer?.kind ?? null, wanted.length]).toEqual(isAsked ? [null, 1] : ['failed', 0]);
  });

  it('is another question for another connection, window or arm', async () => {
    const { source, wanted } = ports([]);
    const asked = [question, { ...question, arm: 'champion' as const }, { ...question, from: question.to }];
    for (const one of asked)
      await source('prom')
        .measure(one)
        .catch(() => null);
    await source('other')
      .measure(question)
      .catch(() => null);

    expect(new Set(wanted.map(({ key }) => key)).size).toBe(4);
  });
});
