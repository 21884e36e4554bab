import { z } from 'zod';
import { ConnectionName } from './connection-name.ts';
import { SignaturePolicy } from './signature-policy.ts';

/** Formats that a release takes only where the policy says so, with a reason. */
export const waivableFormats = ['pickle', 'keras', 'archive', 'unknown'] as const;
/** One of them. */
export type WaivableFormat = (typeof waivableFormats)[number];

const Waiver = z.strictObject({
  format: z.enum(waivableFormats).describe('What files may be though they can run code, or nobody knows, when loaded.'),
  reason: z.string().trim().min(10).max(500).describe('Why that is no danger here; it is shown to whoever reviews it.'),
});

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
  waivers: z
    .array(Waiver)
    .max(waivableFormats.length)
    .refine((all) => new Set(all.map(({ format }) => format)).size === all.length, {
      message: 'each format once; merge the reasons of those that are named twice',
    })
    .default([])
    .describe('Formats that are released although loading a file of them can run code. Without it none is.'),
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
