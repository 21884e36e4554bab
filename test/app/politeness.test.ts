import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { openPoliteness } from '../../app/politeness.ts';

const at = (id: number) => ({ installation: 1, id, owner: 'acme', name: `r${id}` });

/** Makes requests that note how many of them are under way. */
function requests() {
  const politeness = openPoliteness();
  let now = 0;
  const seen = { most: 0, order: [] as number[] };
  const ask = (id: number, method: string, number: number) =>
    politeness.inTurn({ repository: at(id), method }, async () => {
      now += 1;
      seen.most = Math.max(seen.most, now);
      await setTimeout(2);
      now -= 1;
      seen.order.push(number);
      if (number % 7 === 3) throw new Error('no answer');
    });
  return { ask, seen };
}

it('asks GitHub for at most fifty things at once, and for all in the end', async () => {
  const { ask, seen } = requests();

  const answers = await Promise.allSettled(Array.from({ length: 200 }, (_, number) => ask(number, 'GET', number)));

  expect(seen.most).toBe(50);
  expect(seen.order).toHaveLength(200);
  expect(answers.filter(({ status }) => status === 'rejected').length).toBe(29);
});

it('changes one repository one thing after the other, in order, also when one fails, and others meanwhile', async () => {
  const one = requests();
  await Promise.allSettled(Array.from({ length: 10 }, (_, number) => one.ask(1, 'POST', number)));
  const two = requests();
  await Promise.allSettled([...Array(6).keys()].map((number) => two.ask(number % 2, 'PATCH', number)));

  expect([one.seen.most, one.seen.order]).toEqual([1, [...Array(10).keys()]]);
  expect(two.seen.most).toBe(2);
});
