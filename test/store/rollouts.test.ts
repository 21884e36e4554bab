import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Decided } from '../../src/rollout/states/event.ts';
import type { Progress } from '../../src/rollout/states/progress.ts';
import { aModel, aRollout } from '../rollout/rollout-builder.ts';
import { openTestStore, repository, type TestStore } from './test-store.ts';

let test: TestStore;
beforeAll(async () => {
  test = await openTestStore();
});
beforeEach(() => test.clear());
afterAll(() => test[Symbol.asyncDispose]());

const waits: Decided = { kind: 'moved', state: { kind: 'waiting', reason: 'something' } };
const rollout = aRollout();

async function request(one = rollout): Promise<Progress> {
  await test.store.record(repository, { changes: [{ kind: 'request-rollout', rollout: one }], effects: [] });
  return await read(one.id);
}

async function read(id: string): Promise<Progress> {
  const found = await test.store.rollouts.read(id);
  if (found === null) throw new Error('no such rollout');
  return found;
}

async function leaseOf(progress: Progress, holder = 'a', above?: number) {
  const lease = await test.store.rollouts.lease(progress, {
    holder,
    seconds: 15,
    ...(above === undefined ? {} : { above }),
  });
  if (lease === null) throw new Error('no lease');
  return lease;
}

function pass(seconds: number): void {
  test.clock.now = new Date(test.clock.now.getTime() + seconds * 1000);
}

async function shown(): Promise<readonly string[]> {
  const rows = await test.database.query(
    `select id from siskin.deliveries where id like 'show-rollout/%' order by sequence`,
    [],
  );
  return rows.map((row) => String(row['id']).split('/').at(-1) ?? '');
}

describe('a rollout in SQL', () => {
  it('is requested once, however often its merge is told', async () => {
    await request();
    await request({ ...rollout, by: 'somebody else' });

    expect(await test.store.listRollouts(1)).toMatchObject([{ id: rollout.id, by: 'ada', sequence: 1 }]);
    expect(await shown()).toEqual(['1']);
  });

  it('is found by model, environment, pull request and whether anything is left to do', async () => {
    const before = await request();
    await request(aRollout({ model: 'early', number: 13 }));
    const lease = await leaseOf(before);
    await test.store.rollouts.append(before, { kind: 'moved', state: { kind: 'succeeded', at: '' } }, { lease });

    const ids = async (filter: Parameters<typeof test.store.listRollouts>[1]) =>
      (await test.store.listRollouts(1, filter)).map(({ model }) => model);
    expect(await ids({})).toEqual(['early', 'late']);
    expect(await ids({ model: 'late' })).toEqual(['late']);
    expect(await ids({ number: 13 })).toEqual(['early']);
    expect(await ids({ environment: 'staging' })).toEqual([]);
    expect(await ids({ open: true })).toEqual(['early']);
    expect(await test.store.listRollouts(2)).toEqual([]);
  });

  it('takes one of two events that were decided on the same, and none under a lease that is gone', async () => {
    const before = await request();
    const lease = await leaseOf(before);
    await test.store.rollouts.append(before, waits, { lease });

    await expect(test.store.rollouts.append(before, waits, { lease })).rejects.toMatchObject({ code: 'conflict' });
    pass(16);
    await leaseOf(before, 'b');
    await expect(test.store.rollouts.append(await read(rollout.id), waits, { lease })).rejects.toMatchObject({
      code: 'fenced',
    });
  });

  it('takes an order of somebody who saw its newest event only', async () => {
    const { record } = await request();
    const order = {
      kind: 'order-rollout',
      rollout: record.id,
      sequence: 1,
      order: { kind: 'pause' },
      by: 'ada',
    } as const;
    await test.store.record(repository, { changes: [order], effects: [] });

    await expect(test.store.record(repository, { changes: [order], effects: [] })).rejects.toMatchObject({
      code: 'conflict',
    });
    expect((await read(record.id)).orders).toEqual([{ sequence: 2, order: { kind: 'pause' }, by: 'ada' }]);
  });

  it('is shown at once when something was decided, and every ten seconds while only numbers change', async () => {
    const before = await request();
    const lease = await leaseOf(before);
    const refused: Decided = { kind: 'refused', reason: 'away' };
    const one = await test.store.rollouts.append(before, refused, { lease });
    const two = await test.store.rollouts.append(one, refused, { lease });
    pass(11);
    await test.store.rollouts.append(await test.store.rollouts.append(two, refused, { lease }), waits, { lease });

    expect((await shown()).map((id) => id.replace(/\d{4,}$/, ''))).toEqual(['1', 'at-', 'at-', '5']);
  });
});

describe('a lease', () => {
  it('is one holder’s until it is over, and gets a higher fence with each new one', async () => {
    const progress = await request();

    expect((await leaseOf(progress, 'a')).fence).toBe(1);
    expect(await test.store.rollouts.lease(progress, { holder: 'b', seconds: 15 })).toBeNull();
    pass(10);
    await test.store.rollouts.renew({ holder: 'a', seconds: 15 });
    pass(10);
    expect(await test.store.rollouts.lease(progress, { holder: 'b', seconds: 15 })).toBeNull();
    expect((await leaseOf(progress, 'a')).fence).toBe(1);
    await test.store.rollouts.giveBack('a');
    expect((await leaseOf(progress, 'b')).fence).toBe(2);
    expect((await leaseOf(progress, 'b', 40)).fence).toBe(41);
  });

  it('is one of its own for each model and environment', async () => {
    await leaseOf(await request(), 'a');

    expect((await leaseOf(await request(aRollout({ model: 'early' })), 'b')).fence).toBe(1);
    expect((await leaseOf(await request(aRollout({ environment: 'staging' })), 'c')).fence).toBe(1);
  });

  it('keeps others from a rollout, which is theirs when it is over', async () => {
    await leaseOf(await request(), 'a');
    const due = async (holder: string) => (await test.store.rollouts.listDue({ holder, most: 9 })).length;

    expect([await due('a'), await due('b')]).toEqual([1, 0]);
    pass(16);
    expect(await due('b')).toBe(1);
  });
});

describe('evidence', () => {
  it('may be completed until it is sealed, and never after', async () => {
    const before = await request();
    const lease = await leaseOf(before);
    const { rollouts } = test.store;
    await rollouts.keepUnsealed(rollout.id, { interval: 0, line: 'half' });
    expect(await test.store.readEvidence(rollout.id)).toEqual([]);
    expect(await rollouts.readUnsealed(rollout.id, 0)).toBe('half');
    const evidence = (line: string) => [{ interval: 0, line, sealed: true }];
    const next = await rollouts.append(before, waits, { lease, evidence: evidence('whole') });
    await rollouts.append(next, waits, { lease, evidence: evidence('other') });
    await rollouts.keepUnsealed(rollout.id, { interval: 0, line: 'late' });

    expect(await test.store.readEvidence(rollout.id)).toEqual(['whole']);
  });

  it('is kept with its event or not at all', async () => {
    const before = await request();
    const lease = await leaseOf(before);
    await test.store.rollouts.append(before, waits, { lease });
    const evidence = [{ interval: 0, line: 'lost', sealed: true }];

    await expect(test.store.rollouts.append(before, waits, { lease, evidence })).rejects.toThrow();
    expect(await test.store.readEvidence(rollout.id)).toEqual([]);
  });
});

it('says what else goes on at a service, and nothing of other services', async () => {
  const { id } = (await request()).record;
  const newer = await request(aRollout({ release: aModel('v3'), mergeSha: 'd'.repeat(40) }));
  await request(aRollout({ model: 'early', mergeSha: 'e'.repeat(40) }));

  const [first, second] = await Promise.all(
    [read(id), read(newer.record.id)].map(async (progress) => test.store.rollouts.readSurroundings(await progress)),
  );
  expect(first).toMatchObject({
    earlier: null,
    newer: { id: newer.record.id },
    served: undefined,
    rejected: null,
    repository,
  });
  expect(second).toMatchObject({ earlier: { id }, newer: null });
});
