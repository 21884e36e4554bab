import type { ReleasePolicy } from '../../policy/release-policy.ts';
import type { ReleaseEffect } from '../../registry/release-effect.ts';
import type { ReleaseRequest } from '../../registry/release-request.ts';

/** Has the bytes of a candidate kept where, and only if, the policy says so. */
export function storing(
  request: ReleaseRequest,
  release: ReleasePolicy | undefined,
): Extract<ReleaseEffect, { readonly kind: 'store-artifact' }> {
  const waivers = (release?.waivers ?? []).map(({ format }) => format);
  const store = release?.store ?? null;
  return { kind: 'store-artifact', request, store, ...(waivers.length === 0 ? {} : { waivers }) };
}
