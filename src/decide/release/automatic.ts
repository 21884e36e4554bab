import type { Cause } from '../../change/model-change.ts';
import type { Policy } from '../../policy/policy.ts';

/** Whether a candidate that wins after such a change is proposed as a release without anybody asking. */
export function releasesItself(policy: Pick<Policy, 'release'> | null, causes: readonly Cause[]): boolean {
  return policy?.release?.automatic === true && causes.includes('data');
}
