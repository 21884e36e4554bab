import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Effect } from '../../src/effect.ts';
import type { PendingEffect } from '../../src/ports.ts';
import { startQueue } from '../../src/store/queue.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { aPlan, check, dispatch } from './effects.ts';
import { openTestStore, repository, type TestStore } from './test-store.ts';

const lane = 'pull/1/5';
const reply = (key: string): Effect => ({ kind: 'reply', number: 5, body: key, key });

/** A tenth of GitHub's, so that a test need not write hundreds. */
const writeLimits = { contentPerMinute: 8, contentPerHour: 50, requestsPerMinute: 12 };

let opened: TestStore;
beforeAll(async () => {
  opened = await openTestStore({ writeLimits });
});
afterAll(() => opened[Symbol.asyncDispose]());
beforeEach(() => opened.clear());

function pass(seconds: number): void {
  opened.clock.now = new Date(opened.clock.now.getTime() + seconds * 1000);
}

async function queue(...effects: readonly Effect[]): Promise<readonly PendingEffect[]> {
  await opened.store.record(repository, aPlan({ effects }));
  return await opened.store.outbox.listDue(lane);
}

const replies = (count: number, from = 0): readonly Effect[] =>
  Array.from({ length: count }, (_, index) => reply(`answer ${from + index}`));

/** Does what applying does, but for the request; the seconds that it had to wait, 0 when it went. */
async function go(effect: PendingEffect, store: Store = opened.store): Promise<number> {
  await store.outbox.begin(effect.id);
  const wait = await store.outbox.reserve(effect);
  if (wait > 0) await store.outbox.settle(effect, { kind: 'later', seconds: wait, error: null });
  else await store.outbox.settle(effect, { kind: 'done', learnt: null });
  return wait;
}

async function goAll(effects: readonly PendingEffect[]): Promise<readonly number[]> {
  const waits: number[] = [];
  for (const effect of effects) waits.push(await go(effect));
  return waits;
}

describe('what is written to GitHub', () => {
  it('is so many comments a minute and no more, and the others go when a place is free, in their order', async () => {
    const first = await queue(...replies(8));
    await goAll(first);
    pass(10);

    const waits = await goAll(await queue(...replies(3, 8)));

    expect(waits).toEqual([55, 55, 55]);
    pass(56);
    expect((await opened.store.outbox.listDue(lane)).map(({ attempts }) => attempts)).toEqual([0, 0, 0]);
    expect(await goAll(await opened.store.outbox.listDue(lane))).toEqual([0, 0, 0]);
  });

  it('never holds back what a training waits for, nor a check because of comments', async () => {
    await goAll(await queue(...replies(9)));

    const due = await queue(check('Queued'), dispatch);

    expect(due.map(({ effect }) => effect.kind)).toEqual(['dispatch-run', 'publish-check']);
    expect(await goAll(due)).toEqual([0, 0]);
  });

  it('counts what an effect sent before it had to wait, however often it waits', async () => {
    const [first] = await queue(reply('the answer that GitHub left open'));
    if (first === undefined) throw new Error('nothing is due');
    await opened.store.outbox.begin(first.id);
    await opened.store.outbox.reserve(first);
    await opened.store.outbox.settle(first, { kind: 'later', seconds: 5, error: 'no answer' });
    await goAll((await queue(...replies(7))).filter(({ id }) => id !== first.id));
    pass(5);

    const [again] = await opened.store.outbox.listDue(lane);
    const waits = again === undefined ? [] : [await go(again), await go(again)];

    expect(waits).toEqual([60, 60]);
    expect((await opened.store.listRates())[0]?.content).toBe(8);
  });

  it('is shared by the replicas on one database', async () => {
    const { database, clock } = opened;
    const other = await openStore({
      database,
      queue: await startQueue(database, () => {}),
      clock: () => clock.now,
      writeLimits,
    });
    const effects = await queue(...replies(20));

    const waits = await Promise.all(effects.map((effect, index) => go(effect, index % 2 === 0 ? opened.store : other)));

    expect(waits.filter((wait) => wait === 0)).toHaveLength(8);
  });

  it('is counted for each installation by itself', async () => {
    await goAll(await queue(...replies(9)));

    await opened.store.record({ ...repository, installation: 6, id: 2 }, aPlan({ effects: [reply('elsewhere')] }));

    expect(await goAll(await opened.store.outbox.listDue('pull/2/5'))).toEqual([0]);
  });

  it('leaves its place to what waits already, when there is room for only some', async () => {
    const effects = await queue(...replies(10));
    await goAll(effects);
    pass(65.5);
    await goAll(await queue(...replies(6, 100)).then((due) => due.filter(({ id }) => id > (effects.at(-1)?.id ?? 0))));

    const [late] = (await queue(reply('late'))).filter(({ id }) => id > (effects.at(-1)?.id ?? 0) + 6);
    const waiting = (await opened.store.outbox.listDue(lane)).filter(({ id }) => effects.some((one) => one.id === id));

    expect(late && (await go(late))).toBeGreaterThan(0);
    expect(await goAll(waiting)).toEqual([0, 0]);
  });

  it('gives newer content the place of what it replaces', async () => {
    await goAll(await queue(...replies(8)));
    const comment = (body: string): Effect => ({ kind: 'publish-comment', number: 5, body });
    await goAll(await queue(comment('old')));
    pass(1);
    await goAll(await queue(reply('between')));
    pass(30);
    const newer = (await queue(comment('new'))).filter(({ effect }) => effect.kind === 'publish-comment');
    await goAll(newer);

    const rows = await opened.database.query(
      `select effect ->> 'body' as body from siskin.outbox where state = 'waiting' order by held_since, id`,
      [],
    );
    expect(rows.map(({ body }) => body)).toEqual(['new', 'between']);
  });

  it('gets its room back when nothing was sent', async () => {
    const effects = await queue(...replies(8));
    await goAll(effects.slice(1));
    const [unsent] = effects;
    if (unsent === undefined) throw new Error('nothing is due');
    await opened.store.outbox.begin(unsent.id);
    await opened.store.outbox.reserve(unsent);
    await opened.store.outbox.settle(unsent, { kind: 'later', seconds: 1, error: null });

    expect(await goAll((await queue(reply('one more'))).filter(({ id }) => id !== unsent.id))).toEqual([0]);
  });

  it('keeps to the limit whenever effects come, and all of them go in the end', async () => {
    const arrivals = fc.array(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 1, max: 9 })), {
      minLength: 2,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(arrivals, async (bursts) => {
        await opened.clear();
        const sent: number[] = [];
        let asked = 0;
        const work = async (): Promise<void> => {
          for (const effect of await opened.store.outbox.listDue(lane)) {
            if ((await go(effect)) === 0) sent.push(opened.clock.now.getTime());
          }
        };
        for (const [gap, count] of bursts) {
          pass(gap);
          await opened.store.record(repository, aPlan({ effects: replies(count, asked) }));
          asked += count;
          await work();
        }
        for (let minute = 0; minute < 6; minute++) {
          pass(66);
          await work();
        }

        expect(sent).toHaveLength(asked);
        for (const at of sent) {
          expect(sent.filter((other) => other >= at && other <= at + 60_000).length).toBeLessThanOrEqual(8);
        }
      }),
      { numRuns: 6 },
    );
  });
});

describe('a refusal of GitHub', () => {
  const until = async (): Promise<number> => {
    const throttle = await opened.store.readThrottle(5);
    return throttle === null ? Number.NaN : (Date.parse(throttle.until) - opened.clock.now.getTime()) / 1000;
  };

  it('holds every effect of the installation for as long as GitHub says, also a dispatch, and counts no attempt', async () => {
    await opened.store.throttle(5, { by: 'primary', seconds: 900 });

    const waits = await goAll(await queue(dispatch, reply('later')));

    expect(waits).toEqual([900, 900]);
    expect(await opened.store.readThrottle(5)).toMatchObject({ by: 'primary' });
    expect(await opened.store.readThrottle(6)).toBeNull();
    pass(900);
    const due = await opened.store.outbox.listDue(lane);
    expect(due.map(({ attempts }) => attempts)).toEqual([0, 0]);
    expect(await goAll(due)).toEqual([0, 0]);
  });

  it('lasts a minute when GitHub does not say how long, and doubles when it comes again', async () => {
    const waits: number[] = [];
    for (let round = 0; round < 6; round++) {
      await opened.store.throttle(5, { by: 'secondary', seconds: null });
      waits.push(await until());
      pass(waits.at(-1) ?? 0);
    }
    pass(601);
    await opened.store.throttle(5, { by: 'secondary', seconds: null });

    expect(waits).toEqual([60, 120, 240, 480, 900, 900]);
    expect(await until()).toBe(60);
  });

  it('is one refusal for all requests that were under way', async () => {
    for (let request = 0; request < 5; request++) {
      await opened.store.throttle(5, { by: 'secondary', seconds: null });
      pass(1);
    }

    expect(await until()).toBe(55);
  });

  it('is never made shorter by another', async () => {
    await opened.store.throttle(5, { by: 'primary', seconds: 900 });
    await opened.store.throttle(5, { by: 'secondary', seconds: 10 });

    expect(await until()).toBe(900);
  });

  it('keeps what was begun in mind, without counting it as failed', async () => {
    const [effect] = await queue(check('Queued'));
    if (effect === undefined) throw new Error('nothing is due');
    for (let round = 0; round < 20; round++) {
      await opened.store.outbox.begin(effect.id);
      await opened.store.outbox.settle(effect, { kind: 'throttled', seconds: 60, error: 'slow down' });
    }
    pass(61);

    expect(await opened.store.outbox.listDue(lane)).toMatchObject([{ attempts: 1 }]);
  });

  it('is told with what waits for it', async () => {
    await opened.store.throttle(5, { by: 'primary', seconds: 900 });
    await goAll(await queue(reply('later')));

    expect(await opened.store.listRates()).toEqual([
      { installation: 5, until: new Date(opened.clock.now.getTime() + 900_000).toISOString(), held: 1, content: 0 },
    ]);
  });
});
