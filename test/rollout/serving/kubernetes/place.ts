import type { ServingPlace } from '../../../../src/rollout/serving/kind.ts';

/** For whom a service in a cluster is opened, with the token that the double knows. */
export function placeOf(model: string): ServingPlace {
  return {
    name: 'cluster',
    secret: () => 'the token',
    now: Date.now,
    repository: 'acme/flights',
    environment: 'production',
    model,
  };
}
