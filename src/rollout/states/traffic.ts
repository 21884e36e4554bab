import type { RolloutPolicy } from '../../policy/rollout-policy.ts';
import type { Capability, Observed, ServedModel, Traffic } from '../../ports/serving.ts';
import type { RolloutRecord } from '../rollout-record.ts';
import { stepsOf } from '../rollout-steps.ts';

/** All traffic is the champion's: what a rollback brings a service to. */
export function championOnly({ id, previous }: RolloutRecord, fence: number): Traffic {
  return { ...quiet(id, fence), champion: previous, candidate: null };
}

/** The candidate is the champion from now on. */
export function promoted({ id, release }: RolloutRecord, fence: number): Traffic {
  return { ...quiet(id, fence), champion: release, candidate: null };
}

/** The candidate is loaded beside the champion and gets so many percent, of real requests or of mirrored ones. */
export function shared(
  { id, previous, release, policy }: RolloutRecord,
  fence: number,
  share: { readonly weight?: number; readonly shadow?: number },
): Traffic {
  const audience = policy.audience ?? null;
  return { ...quiet(id, fence), champion: previous, candidate: release, audience, ...share };
}

function quiet(rollout: string, fence: number) {
  return { rollout, fence, weight: 0, shadow: 0, audience: null };
}

/** In what a service differs from what it was set to; null when in nothing that can be seen. */
export function difference(traffic: Traffic, observed: Observed): string | null {
  const { champion, candidate, weight, shadow } = traffic;
  if (candidate !== null && observed.candidate === null)
    return `expected ${candidate.version} to be loaded, found no candidate`;
  const wrong =
    (candidate === null ? null : mismatch('candidate', candidate, observed.candidate)) ??
    (champion === null ? null : mismatch('champion', champion, observed.champion));
  if (wrong !== null) return wrong;
  if (candidate !== null && observed.candidate?.ready === false) {
    return `expected ${candidate.version} to be ready, found that it is not${observed.trouble === null ? '' : `: ${observed.trouble}`}`;
  }
  if (Math.abs(observed.weight - weight) > leastShare) {
    return `expected that the candidate gets ${weight} %, found ${observed.weight} %`;
  }
  if (Math.abs(observed.shadow - shadow) > leastShare) {
    return `expected that ${shadow} % are mirrored, found ${observed.shadow} %`;
  }
  return null;
}

/** Platforms keep shares as fractions of other numbers; percents are told apart no finer than this. */
const leastShare = 0.01;

type SeenModel = { readonly version: string | null; readonly digest: string | null };

/** What the platform does not tell is not held against it. */
function mismatch(arm: string, wanted: ServedModel, seen: SeenModel | null): string | null {
  if (seen === null) return `expected ${wanted.version} as ${arm}, found none`;
  if (seen.digest !== null) {
    return seen.digest === wanted.digest ? null : `expected ${wanted.digest} as ${arm}, found ${seen.digest}`;
  }
  if (seen.version === null || seen.version === wanted.version) return null;
  return `expected ${wanted.version} as ${arm}, found ${seen.version}`;
}

/** Whether an arm is seen to serve exactly this model: by its digest, or by its version where that is all that is told. */
export function serves(seen: SeenModel | null, model: ServedModel): boolean {
  if (seen === null || (seen.digest === null && seen.version === null)) return false;
  return mismatch('champion', model, seen) === null;
}

/** What a platform cannot do of what a policy asks, one sentence each; none when it can all of it. */
export function incapable(
  policy: Pick<RolloutPolicy, 'steps' | 'shadow' | 'audience'>,
  capability: Omit<Capability, 'problems'>,
): readonly string[] {
  const steps = stepsOf(policy);
  const tooMuch = steps.filter(({ weight }) => weight > capability.mostWeight);
  const broken = steps.filter(({ weight }) => !Number.isInteger(weight));
  const { audience } = policy;
  return [
    ...(capability.weights === 'none'
      ? ['expected a platform that splits traffic, found one that cannot; put one in front that can']
      : []),
    ...(capability.weights !== 'none' && tooMuch.length > 0
      ? [
          `expected steps of at most ${capability.mostWeight} %, found ${tooMuch.map(({ weight }) => weight).join(', ')}; the platform gives a candidate no more`,
        ]
      : []),
    ...(capability.weights === 'whole-percents' && broken.length > 0
      ? [
          `expected whole percents, found ${broken.map(({ weight }) => weight).join(', ')}; the platform splits no finer`,
        ]
      : []),
    ...(policy.shadow !== undefined && !capability.shadow
      ? ['expected a platform that mirrors requests, found one that cannot; remove `shadow`']
      : []),
    ...(audience !== undefined && 'header' in audience && !capability.header
      ? ['expected a platform that splits by a header, found one that cannot; remove `audience`']
      : []),
    ...(audience !== undefined && 'cookie' in audience && !capability.sticky
      ? ['expected a platform that keeps users with a version, found one that cannot; remove `audience`']
      : []),
  ];
}
