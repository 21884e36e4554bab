import { z } from 'zod';
import { ConnectionName } from './connection-name.ts';
import { SignaturePolicy } from './signature-policy.ts';

/** How versions are released. */
export const ReleasePolicy = z.strictObject({
  automatic: z
    .boolean()
    .default(true)
    .describe('Whether a candidate that wins after a change of data on the default branch is proposed as a release.'),
  store: ConnectionName.optional().describe(
    'The connection of the operator to the store of models. Without it they are kept as assets of GitHub Releases of this repository.',
  ),
  signature: SignaturePolicy.optional().describe(
    'Who must have signed a release. Without it signatures are not asked for.',
  ),
});
export type ReleasePolicy = z.infer<typeof ReleasePolicy>;

/** What an environment asks of a release pull request beside its rollout. */
export const releaseKeys = {
  approvals: z
    .number()
    .int()
    .min(0)
    .max(6)
    .default(0)
    .describe(
      'So many of those who may `/promote` to this environment must approve a pull request that releases to it.',
    ),
} as const;
