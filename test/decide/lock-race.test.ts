import { afterAll, beforeAll, expect, it } from 'vitest';
import { commandsIn } from '../../src/command/parse.ts';
import type { Plan } from '../../src/effect.ts';
import { run } from '../../src/run.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { startQueue } from '../../src/store/queue.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { plainTokens } from '../proof-builder.ts';
import { openTestStore, type TestStore } from '../store/test-store.ts';
import { flights, openWorld, policyText, repository, type World } from '../world.ts';

const many = 20;
let test: TestStore;
/** A second process on the same database, where the database has room for two. */
let other: Store;
let stop = async (): Promise<void> => {};
beforeAll(async () => {
  test = await openTestStore();
  other = test.store;
  const { connectionString } = test.database.boss;
  if (connectionString === undefined) return;
  const database = await openPostgres(connectionString);
  const queue = await startQueue(database, () => {});
  other = await openStore({ database, queue, clock: () => test.clock.now });
  stop = async () => {
    await queue[Symbol.asyncDispose]();
    await database[Symbol.asyncDispose]();
  };
});
afterAll(async () => {
  await stop();
  await test[Symbol.asyncDispose]();
});

async function begin(): Promise<World> {
  const world = await openWorld(test, {
    ...flights,
    '.github/siskin.yml': `${policyText}environments: { staging: {} }\n`,
  });
  for (let index = 0; index < many; index += 1) {
    world.github.commit(`branch-${index}`, { 'README.md': `${index}` });
    world.github.openPull(`branch-${index}`);
  }
  return world;
}

/** Twenty people say it in twenty pull requests, and every second is heard by the other process. */
function atOnce(world: World, line: string): Promise<readonly Plan[]> {
  return Promise.all(
    Array.from({ length: many }, (_, index) => {
      const store = index % 2 === 0 ? world.store : other;
      return run(
        {
          kind: 'obey',
          repository,
          number: 5 + index,
          source: { kind: 'comment', commentId: 100 + index, at: world.clock.now.toISOString() },
          commands: commandsIn(line),
          actor: { login: 'ada', kind: 'person' },
          acknowledged: true,
        },
        {
          github: world.github,
          tokens: plainTokens,
          releases: world.releases,
          store,
          now: world.clock.now.toISOString(),
        },
      );
    }),
  );
}

const saidIn = (plans: readonly Plan[]) =>
  plans.flatMap(({ effects }) => effects).flatMap((effect) => (effect.kind === 'reply' ? [effect.body] : []));

it('gives one of twenty who ask at once the lock, each other a place, and takes it back from all at once', async () => {
  const world = await begin();

  world.github.calls.length = 0;
  const plans = await atOnce(world, '/lock staging');

  const [lock] = await world.store.listLocks(1);
  const numbers = [lock?.state.holder, ...(lock?.state.queue ?? [])].map((one) => one?.owner.number ?? 0);
  expect(lock?.version).toBe(many);
  // Whoever had to decide again did not ask GitHub again.
  expect(world.github.calls.length).toBeLessThanOrEqual(many * 10);
  expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: many }, (_, index) => 5 + index));
  const places = saidIn(plans).flatMap((body) => /You are (\d+)/.exec(body)?.[1] ?? []);
  expect(places.map(Number).toSorted((a, b) => a - b)).toEqual(Array.from({ length: many - 1 }, (_, at) => at + 1));
  for (const [at, number] of numbers.entries()) {
    const own = saidIn(
      plans.filter(({ effects }) => effects.some((effect) => 'number' in effect && effect.number === number)),
    );
    expect(own.join()).toContain(at === 0 ? 'You hold' : `You are ${at}`);
  }

  const back = await atOnce(world, '/unlock staging');

  const [left] = await world.store.listLocks(1);
  expect(left?.state).toMatchObject({ holder: null, queue: [] });
  // Whoever was given it while leaving was told so, and every lease had a number of its own.
  expect(saidIn(back).filter((body) => body.includes('you hold'))).toHaveLength((left?.state.lastFence ?? 0) - 1);
});
