import type { Digest } from '../../digest.ts';
import type { Plan } from '../../effect.ts';
import type { ReleaseOffer } from '../../facts/release-offer-facts.ts';
import type { Intent } from '../../intent.ts';
import type { ReleasePolicy } from '../../policy/release-policy.ts';
import type { ReleaseRequest } from '../../registry/release-request.ts';
import { nextVersion } from '../../registry/version.ts';
import { judge } from '../judge.ts';
import { emptyPlan } from '../plans.ts';
import { firstVersion, isServable } from './servable.ts';
import { storing } from './storing.ts';

/**
 * Proposes a candidate that won on the default branch after a change of data. One that only was good enough to be the
 * first, one that no platform serves, and one that is released already, are left to people.
 */
export function releaseChampion(
  { model, commit }: Extract<Intent, { readonly kind: 'release-champion' }>,
  offer: (ReleaseOffer & { readonly release: ReleasePolicy }) | null,
): Plan {
  if (offer === null || !offer.release.automatic || offer.manifest.kind === 'invalid') return emptyPlan;
  const { champion, run, policy } = offer;
  const result = run?.results[model];
  const identity = result?.evaluation?.candidate;
  if (champion === null || run === null || result === undefined || identity === undefined) return emptyPlan;
  // A newer one was accepted meanwhile, and asks for itself.
  if (champion.commit !== commit || !isServable(identity.format)) return emptyPlan;
  if (judge({ model, policy, result }).verdict !== 'pass') return emptyPlan;
  const released = offer.manifest.kind === 'valid' ? offer.manifest.manifest : null;
  if (released?.artifact.digest === identity.digest) return emptyPlan;
  const request: ReleaseRequest = {
    id: `push-${commit}`,
    model,
    version: released === null ? firstVersion : nextVersion(released.version, 'patch'),
    versionBy: 'next',
    part: 'patch',
    claim: run.claim,
    commit: run.head,
    source: { kind: 'run', runId: champion.runId, artifact: champion.artifact },
    // The report's pattern is the type's.
    digest: identity.digest as Digest,
    bytes: identity.bytes,
    format: identity.format,
    number: null,
    by: 'siskin',
  };
  return { changes: [], effects: [storing(request, offer.release)] };
}
