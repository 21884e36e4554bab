import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandsIn } from '../../src/command/parse.ts';
import type { Plan } from '../../src/effect.ts';
import { openTestStore, type TestStore } from '../store/test-store.ts';
import { openWorld, repository } from '../world.ts';

let test: TestStore;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test[Symbol.asyncDispose]());

/** What can happen around a pull request of a fork, in any order; comments are obeyed late, webhooks come late or twice. */
const events = [
  'push a',
  'push b',
  'push the first again',
  'webhook',
  'check',
  'rerequest',
  'approve',
  'approve in full',
  'stranger approves',
  'train',
  'obey',
  'obey',
] as const;

interface Comment {
  readonly text: string;
  readonly login: string;
  readonly at: string;
}

describe('whatever happens around a fork in whatever order', () => {
  it('only a commit runs that somebody with the right was shown and named, and on no machine of the repository', async () => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...events), { minLength: 4, maxLength: 14 }), async (happenings) => {
        const world = await openWorld(test);
        world.github.roles.set('grace', 'write');
        const first = world.github.commit('feature', { 'src/features.py': 'begin' });
        const number = world.github.openPull('feature', { fork: true });
        const shown = new Set<string>();
        const waiting: Comment[] = [];
        const head = async () => (await world.github.readPullRequest(repository, number))?.head.sha ?? '';
        const ran = (plan: Plan): void => {
          for (const effect of plan.effects) {
            if (effect.kind !== 'dispatch-run') continue;
            runs += 1;
            expect(shown).toContain(effect.plan.head);
            expect(effect.plan.train.map(({ runner }) => runner)).toEqual([['ubuntu-latest']]);
          }
        };
        const comment = (text: string, login = 'grace') =>
          waiting.push({ text, login, at: world.clock.now.toISOString() });

        for (const [index, event] of [...happenings, 'obey', 'obey'].entries()) {
          world.clock.now = new Date(world.clock.now.getTime() + (index % 3) * 4000);
          const sha = await head();
          switch (event) {
            case 'push a':
            case 'push b':
              world.github.commit('feature', { 'src/features.py': event });
              break;
            case 'push the first again':
              world.github.point('feature', first);
              break;
            case 'webhook': {
              const hint = { repositoryId: 1, number, claim: null, head: null };
              const at = world.clock.now.toISOString();
              const sightings = [{ repositoryId: 1, number, head: sha, at, isFirst: sha === first }];
              const delivery = { id: `${index}`, event: 'pull_request', payload: '{}', hint, sightings };
              await world.store.accept([delivery, delivery]);
              break;
            }
            case 'check':
            case 'rerequest':
              ran(await world.check(number, { cause: event === 'check' ? 'pushed' : 'rerequested' }));
              break;
            case 'approve':
            case 'approve in full':
              shown.add(sha);
              comment(`/approve-run @${event === 'approve' ? sha.slice(0, 7) : sha}`);
              break;
            case 'stranger approves':
              comment(`/approve-run @${sha}`, 'mallory');
              break;
            case 'train':
              comment('/train');
              break;
            default: {
              const next = waiting.shift();
              if (next === undefined) break;
              const { text, login, at } = next;
              const source = { kind: 'comment', commentId: index, at } as const;
              const actor = { login, kind: 'person' } as const;
              const commands = commandsIn(text);
              const obey = { kind: 'obey', repository, number, source, commands, actor, acknowledged: true } as const;
              ran(await world.ask(obey));
            }
          }
        }
      }),
      { numRuns: 25, seed: 7 },
    );
    expect(runs).toBeGreaterThan(3);
  });
});
