import type { ServingPlace } from '../../../src/rollout/serving/kind.ts';

/** A place for the model `fraud`, whose credentials are by their names in `secrets`. */
export function placeWith(secrets: Readonly<Record<string, string>>): ServingPlace {
  return {
    name: 'cloud',
    secret: (secret) => secrets['env' in secret ? secret.env : secret.file] ?? '',
    now: () => Date.now(),
    repository: 'ada/shop',
    environment: 'production',
    model: 'fraud',
  };
}
