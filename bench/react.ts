import { setTimeout } from 'node:timers/promises';
import type { LoggedCall } from '../sandbox/github/server/server.ts';
import { type Bench, figure } from './figure.ts';
import { openLocalApp } from './local-app.ts';

const rounds = 20;

/** From a command in a comment to the reaction that says it was heard. */
export const react: Bench = {
  name: 'react',
  async run(say) {
    await using local = await openLocalApp('polite');
    const { github } = local;
    const repository = await local.adopt('shop');
    const pull = await local.propose(repository, 'README.md');
    await local.rest();
    const waits: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const reacted = Promise.withResolvers<number>();
      const onExchange = ({ call }: { readonly call: LoggedCall }) => {
        if (call.method === 'POST' && call.route.endsWith('/reactions')) reacted.resolve(performance.now());
      };
      const observer = { onExchange };
      github.observers.add(observer);
      const started = performance.now();
      github.comment({ repository, number: pull.number, author: 'ada', body: '/status' });
      waits.push(((await reacted.promise) - started) / 1000);
      github.observers.delete(observer);
      await local.rest();
      // People do not type within a second of the last answer.
      await setTimeout(1000);
    }
    say(`${waits.map((wait) => wait.toFixed(2)).join(' ')} s`);
    const promise = { text: 'p95 < 1 s', most: 1 };
    return [figure({ name: 'comment → reaction', samples: waits, unit: 's', promise })];
  },
};
