import { RolloutPolicy } from '../../src/policy/rollout-policy.ts';
import type { ServedModel } from '../../src/ports/serving.ts';
import { newRollout, type RolloutRecord, type RolloutRequest } from '../../src/rollout/rollout-record.ts';

/** A version of the model `late`. */
export function aModel(version: string): ServedModel {
  const digit = version.replace(/\D/g, '').slice(-1) || '0';
  return { version, digest: `sha256:${digit.repeat(64)}`, uri: `https://models.example/late/${version}` };
}

/** An environment with one error rate, a grid of a second and three quick steps. */
export const quickPolicy = {
  serving: { connection: 'edge' },
  metrics: { errors: { source: 'prom', kind: 'error-rate', query: { errors: 'e', requests: 'r' } } },
  steps: [
    { weight: 5, 'minimum-exposure': 1 },
    { weight: 25, 'minimum-exposure': 1 },
    { weight: 50, 'minimum-exposure': 1 },
  ],
  'interval-seconds': 1,
  'bake-minutes': 0,
} as const;

/** A rollout of v2 over v1 to production; what a test says of it stands. */
export function aRollout(
  changes: Partial<RolloutRequest> & { readonly rules?: Readonly<Record<string, unknown>> } = {},
): RolloutRecord {
  const { rules, ...rest } = changes;
  return newRollout({
    repositoryId: 1,
    model: 'late',
    environment: 'production',
    release: aModel('v2'),
    previous: aModel('v1'),
    number: 12,
    mergeSha: 'c'.repeat(40),
    by: 'ada',
    policy: RolloutPolicy.parse({ ...quickPolicy, ...rules }),
    createdAt: '2026-03-01T12:00:00.000Z',
    ...rest,
  });
}
