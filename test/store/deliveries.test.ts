import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrate } from '../../src/store/migrate.ts';
import { aRun } from '../run-builder.ts';
import { aPlan } from './effects.ts';
import { openTestStore, repository, sha, type TestStore } from './test-store.ts';

const { claim } = aRun();
const lane = 'pull/1/5';
const delivery = (id: string, number: number | null = 5) => ({
  id,
  event: 'pull_request',
  payload: '{"a":1}',
  hint: { repositoryId: 1, number, claim: null, head: null },
});

let opened: TestStore;
beforeAll(async () => {
  opened = await openTestStore();
});
afterAll(() => opened[Symbol.asyncDispose]());
beforeEach(() => opened.clear());

describe('deliveries', () => {
  it('keeps a delivery once, however often it comes', async () => {
    const { store } = opened;

    const first = await store.accept([delivery('a'), delivery('a'), delivery('b')]);
    const second = await store.accept([delivery('b'), delivery('c')]);

    expect([first, second]).toEqual([
      [true, false, true],
      [false, true],
    ]);
    expect((await store.readBacklog()).waitingDeliveries).toBe(3);
  });

  it('keeps one copy when the same delivery comes over several connections at once', async () => {
    const { store } = opened;

    const answers = await Promise.all(Array.from({ length: 10 }, () => store.accept([delivery('a')])));

    expect(answers.flat().filter(Boolean)).toHaveLength(1);
  });

  it('hands deliveries of a lane out in the order of their arrival, each with its attempt counted', async () => {
    const { store } = opened;
    await store.accept([delivery('z'), delivery('a'), delivery('other', 6)]);

    const first = await store.takeDelivery(lane);
    await store.endDelivery('z', { kind: 'done' });
    const second = await store.takeDelivery(lane);

    expect([first?.id, first?.attempts, second?.id]).toEqual(['z', 1, 'a']);
  });

  it('gives a body back to the letter, and packs a large one to a fraction', async () => {
    const { store, database } = opened;
    const text = `{"title":"\u00e9\u{1f426}\\u0000","urls":${JSON.stringify(Array.from({ length: 300 }, (_, n) => `https://api.github.com/repos/acme/flights/issues/${n}`))}}`;
    await store.accept([{ ...delivery('large'), payload: text }]);

    const [kept] = await database.query('select length(payload) as characters from siskin.deliveries', []);

    expect((await store.takeDelivery(lane))?.payload).toBe(text);
    expect(Number(kept?.['characters'])).toBeLessThan(text.length / 5);
  });

  it('reads a body that an earlier version kept as it came', async () => {
    const { store, database } = opened;
    await store.accept([delivery('old')]);
    await database.query(`update siskin.deliveries set payload = '{"eA":1}'`, []);

    expect((await store.takeDelivery(lane))?.payload).toBe('{"eA":1}');
  });

  it('does not count an attempt that GitHub refused for our rate', async () => {
    const { store, clock } = opened;
    await store.accept([delivery('a')]);
    for (let round = 0; round < 20; round++) {
      await store.takeDelivery(lane);
      await store.endDelivery('a', { kind: 'throttled', seconds: 60, error: 'slow down' });
      clock.now = new Date(clock.now.getTime() + 60_000);
    }

    expect(await store.takeDelivery(lane)).toMatchObject({ id: 'a', attempts: 1 });
  });

  it('lets others pass a delivery that must wait, and comes back to it', async () => {
    const { store, clock } = opened;
    await store.accept([delivery('a'), delivery('b')]);
    await store.takeDelivery(lane);

    await store.endDelivery('a', { kind: 'later', seconds: 60, error: 'GitHub is away' });

    expect((await store.takeDelivery(lane))?.id).toBe('b');
    await store.endDelivery('b', { kind: 'done' });
    expect(await store.takeDelivery(lane)).toBeNull();
    clock.now = new Date(clock.now.getTime() + 61_000);
    expect(await store.takeDelivery(lane)).toMatchObject({ id: 'a', attempts: 2 });
  });

  it('gives a delivery out again after a crash in the middle of it', async () => {
    const { store } = opened;
    await store.accept([delivery('a')]);

    await store.takeDelivery(lane);

    expect(await store.takeDelivery(lane)).toMatchObject({ id: 'a', attempts: 2 });
  });

  it('takes a delivery that failed for good up again when it is sent again', async () => {
    const { store } = opened;
    await store.accept([delivery('a')]);
    await store.takeDelivery(lane);
    await store.endDelivery('a', { kind: 'failed', error: 'poison' });

    const again = await store.accept([delivery('a')]);

    expect(again).toEqual([true]);
    expect(await store.takeDelivery(lane)).toMatchObject({ id: 'a', attempts: 1 });
  });

  it('puts what belongs to one pull request into one lane: by number, by claim and by head', async () => {
    const { store } = opened;
    await store.record(
      repository,
      aPlan({
        changes: [
          { kind: 'save-run', run: aRun() },
          { kind: 'save-head', number: 5, head: sha('b'), at: '2026-03-01T12:00:00Z' },
        ],
      }),
    );

    await store.accept([
      { ...delivery('by-claim'), hint: { repositoryId: 1, number: null, claim, head: null } },
      { ...delivery('by-head'), hint: { repositoryId: 1, number: null, claim: null, head: sha('b') } },
      { ...delivery('of-the-repository'), hint: { repositoryId: 1, number: null, claim: null, head: null } },
      { ...delivery('of-nothing'), hint: { repositoryId: null, number: 5, claim: null, head: null } },
    ]);

    const lanes = await opened.database.query('select id, lane from siskin.deliveries order by sequence', []);
    expect(lanes.map((row) => row['lane'])).toEqual([lane, lane, 'repository/1', 'app']);
  });

  it('asks for one intent once, whoever asks', async () => {
    const { store } = opened;

    await store.ask({ kind: 'reconcile', repository }, 'reconcile/1/77');
    await store.ask({ kind: 'reconcile', repository }, 'reconcile/1/77');

    expect((await store.readBacklog()).waitingDeliveries).toBe(1);
  });

  it('forgets what ended long ago and nothing that waits', async () => {
    const { store, clock } = opened;
    await store.accept([delivery('done'), delivery('waiting')]);
    await store.endDelivery('done', { kind: 'done' });
    clock.now = new Date(clock.now.getTime() + 15 * 86_400_000);

    await store.prune(14);

    expect(await store.listKnownDeliveries(['done', 'waiting'])).toEqual(['waiting']);
  });

  it('forgets an effect that failed long ago, so that it is not counted for ever', async () => {
    const { store, clock } = opened;
    await store.record(repository, aPlan({ effects: [{ kind: 'reply', number: 5, body: 'hello', key: 'k' }] }));
    for (const effect of await store.outbox.listDue(lane)) {
      await store.outbox.settle(effect, { kind: 'failed', error: 'refused', learnt: null });
    }
    const before = await store.readBacklog();
    clock.now = new Date(clock.now.getTime() + 15 * 86_400_000);

    await store.prune(14);

    expect([before.failedEffects, (await store.readBacklog()).failedEffects]).toEqual([1, 0]);
  });
});

it('migrates once when several processes start at the same time', async () => {
  await Promise.all([migrate(opened.database), migrate(opened.database)]);

  const rows = await opened.database.query('select number from siskin.migrations order by number', []);
  expect(rows.map(({ number }) => number)).toEqual(rows.map((_, index) => index + 1));
  expect(rows.length).toBeGreaterThan(1);
});
