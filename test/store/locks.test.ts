import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Freeze } from '../../src/decide/freeze.ts';
import { asked, freeLock, type LockRecord } from '../../src/decide/lock.ts';
import { openTestStore, repository, type TestStore } from './test-store.ts';

const at = '2026-03-01T12:00:00.000Z';
const ada = { number: 12, login: 'ada' };
const fresh: LockRecord = { repositoryId: 1, model: 'late', environment: 'staging', version: 0, state: freeLock };
const taken = (record: LockRecord, number = 12): LockRecord => ({
  ...record,
  state: asked(record.state, { owner: { ...ada, number }, reason: 'load test', term: { minutes: 60 } }, at).state,
});

let opened: TestStore;
beforeAll(async () => {
  opened = await openTestStore();
});
afterAll(() => opened[Symbol.asyncDispose]());
beforeEach(() => opened.clear());

async function save(lock: LockRecord): Promise<void> {
  const other = { kind: 'save-head', number: 12, head: 'a'.repeat(40), at } as const;
  await opened.store.record(repository, { changes: [other, { kind: 'save-lock', lock }], effects: [] });
}

async function present(): Promise<LockRecord> {
  const [lock] = await opened.store.listLocks(1);
  if (lock === undefined) throw new Error('expected a lock, found none');
  return lock;
}

describe('a lock in the store', () => {
  it('is read as it was written, one version on', async () => {
    await save(taken(fresh));
    await save(taken(await present(), 14));

    expect(await present()).toEqual({ ...taken(taken(fresh), 14), version: 2 });
  });

  it.each([
    ['that is thought to be new', () => taken(fresh, 14)],
    ['of an older version', () => taken({ ...fresh, version: 1 }, 14)],
    ['of a version that never was', () => taken({ ...fresh, version: 7 }, 14)],
    ['that was never written', () => ({ ...taken(fresh), environment: 'production', version: 1 })],
  ])('is not overwritten with one %s, and nothing else of that plan is kept', async (_, stale) => {
    await save(taken(fresh));
    await save(taken(await present(), 13));
    await opened.database.query('delete from siskin.pulls', []);

    await expect(save(stale())).rejects.toMatchObject({ code: 'conflict' });
    expect((await present()).version).toBe(2);
    expect(await opened.store.readPull(1, 12)).toBeNull();
  });

  it('never takes a fence back', async () => {
    await save(taken(fresh));
    const { version } = await present();

    await expect(save({ ...fresh, version, state: freeLock })).rejects.toMatchObject({ code: 'conflict' });
  });

  it('is written once when many decide on the same version at once', async () => {
    const ends = await Promise.allSettled(Array.from({ length: 10 }, (_, index) => save(taken(fresh, index + 1))));

    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await present()).version).toBe(1);
  });
});

describe('a freeze in the store', () => {
  const freeze: Freeze = {
    scope: { kind: 'repository', repositoryId: 1 },
    target: 'runs',
    by: 'ada',
    reason: 'maintenance',
    since: at,
    until: '2026-03-01T14:00:00.000Z',
    number: 12,
  };
  const ofOwner: Freeze = { ...freeze, scope: { kind: 'owner', login: 'acme' }, target: 'all' };
  const keep = (...freezes: readonly Freeze[]) =>
    opened.store.record(repository, {
      changes: freezes.map((one) => ({ kind: 'save-freeze', freeze: one })),
      effects: [],
    });

  it('binds its repository, or every repository of its owner in whatever case', async () => {
    await keep(freeze, ofOwner);

    expect(await opened.store.listFreezes({ id: 1, owner: 'Acme' })).toEqual([ofOwner, freeze]);
    expect(await opened.store.listFreezes({ id: 2, owner: 'ACME' })).toEqual([ofOwner]);
    expect(await opened.store.listFreezes({ id: 2, owner: 'other' })).toEqual([]);
  });

  it('takes the place of the same person’s earlier one, and of nobody else’s', async () => {
    await keep(freeze, { ...freeze, by: 'grace' }, { ...freeze, reason: 'longer', until: '2026-03-01T16:00:00.000Z' });

    const kept = await opened.store.listFreezes({ id: 1, owner: 'acme' });
    expect(kept.map(({ by, reason }) => `${by}: ${reason}`)).toEqual(['ada: longer', 'grace: maintenance']);
  });

  it('is ended with all others of its target and scope', async () => {
    await keep(freeze, { ...freeze, by: 'grace' }, ofOwner);

    const { scope, target } = freeze;
    await opened.store.record(repository, { changes: [{ kind: 'end-freezes', scope, target }], effects: [] });

    expect(await opened.store.listFreezes({ id: 1, owner: 'acme' })).toEqual([ofOwner]);
  });

  it('is forgotten some time after its end', async () => {
    await keep(freeze);
    opened.clock.now = new Date('2026-03-20T12:00:00Z');
    await opened.store.prune(14);

    expect(await opened.store.listFreezes({ id: 1, owner: 'acme' })).toEqual([]);
  });
});
