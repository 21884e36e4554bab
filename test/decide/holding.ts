import type { Plan } from '../../src/effect.ts';
import type { TestStore } from '../store/test-store.ts';
import { flights, openWorld, policyText, repository, type World } from '../world.ts';

export const environments = 'environments: { staging: {}, production: {} }\n';

/** A world with two open pull requests that touch no model, and with people of several roles. */
export interface Holding {
  readonly world: World;
  readonly first: number;
  readonly second: number;
}

/** Ada and grace write, mia maintains, rita reads. */
export async function openHolding(test: TestStore, policy = policyText + environments): Promise<Holding> {
  const world = await openWorld(test, { ...flights, '.github/siskin.yml': policy });
  world.github.roles.set('grace', 'write').set('mia', 'maintain').set('rita', 'read');
  world.github.commit('one', { 'README.md': 'one' });
  world.github.commit('two', { 'README.md': 'two' });
  const [first, second] = [world.github.openPull('one'), world.github.openPull('two')];
  await world.check(first);
  await world.check(second);
  return { world, first, second };
}

/** What a plan says, in the pull request in which it says it. */
export function said(plan: Plan): readonly string[] {
  return plan.effects.flatMap((effect) => (effect.kind === 'reply' ? [`#${effect.number} ${effect.body}`] : []));
}

/** Draws a pull request with what it holds, and what its comment then says of that. */
export async function shownIn(world: World, number: number): Promise<readonly string[]> {
  const plan = await world.ask({ kind: 'show-holds', repository, number });
  const comment = plan.effects.find(({ kind }) => kind === 'publish-comment');
  return comment?.kind === 'publish-comment' ? (comment.body.match(/\*\*Note\*\* .*/g) ?? []) : [];
}
