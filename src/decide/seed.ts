import type { ModelFacts } from '../facts/model-facts.ts';
import type { Wish } from './check-pull-request.ts';

/** The seed that somebody wishes a model to be trained with in place of the policy's, the last that was said; else null. */
export function wishedSeed({ model, policy }: ModelFacts, wishes: readonly Wish[]): number | null {
  const trainings = wishes.filter((wish) => wish.ask === 'train' && (wish.model === null || wish.model === model));
  const seed = trainings.at(-1)?.seed ?? null;
  return seed === policy.train?.seed ? null : seed;
}

/** A model that is trained with another seed. Its training is known by no key then, so that nothing is mistaken for it. */
export function withSeed(facts: ModelFacts, seed: number | null): ModelFacts {
  const { train } = facts.policy;
  if (seed === null || train === undefined) return facts;
  return { ...facts, policy: { ...facts.policy, train: { ...train, seed } }, trainingKey: null, sameTraining: null };
}
