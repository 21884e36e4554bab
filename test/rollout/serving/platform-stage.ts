import { AppError } from '../../../src/error.ts';
import type { ServedModel, ServingPlatform, Traffic } from '../../../src/ports/serving.ts';
import type { Faults } from './faults.ts';

/** A platform with one service, which nothing was applied to yet. */
export interface PlatformStage extends AsyncDisposable {
  readonly platform: ServingPlatform;
  /** Three that it can serve. */
  readonly models: readonly [ServedModel, ServedModel, ServedModel];
  /** What goes wrong on the far side from now on; null where the far side is the real thing. */
  readonly faults: Faults | null;
  /** What goes wrong where weights are written, when that is another far side. */
  readonly writes?: Faults;
  /** Lets what is asynchronous on the far side come to its end. */
  settle(): Promise<void>;
  /** The percent that the candidate gets by the far side's own account, not by the adapter's. */
  share(): number | Promise<number>;
  /** The same service asked for where it cannot be: problems, no exception. */
  readonly absent: ServingPlatform;
  /** The service with little time for an answer, so that a test of it need not wait long. */
  readonly impatient?: ServingPlatform;
}

/** What one platform may do differently, with its reason in docs/serving.md. */
export interface PlatformTraits {
  /** Whether the platform keeps digests; else they are seen as null. */
  readonly digests: boolean;
  /** Whether the platform keeps a fence. */
  readonly fence: boolean;
}

/** A wish with nothing but what matters. */
export function wish(traffic: Partial<Traffic> & Pick<Traffic, 'fence' | 'champion'>): Traffic {
  return { rollout: 'ro_1', candidate: null, weight: 0, shadow: 0, audience: null, ...traffic };
}

/** Applies a wish until it is seen, as the engine does: what becomes ready late needs more than one call. */
export async function converge(
  stage: Pick<PlatformStage, 'platform' | 'settle'>,
  traffic: Traffic,
  turns = 5,
): Promise<void> {
  for (let turn = 1; turn <= turns; turn += 1) {
    try {
      await stage.platform.apply(traffic);
    } catch (thrown) {
      if (!(thrown instanceof AppError) || thrown.code !== 'unavailable' || turn === turns) throw thrown;
    }
    await stage.settle();
    const seen = await stage.platform.observe();
    const isSeen =
      seen.weight === traffic.weight &&
      seen.champion?.version === traffic.champion?.version &&
      (seen.candidate === null) === (traffic.candidate === null) &&
      (seen.candidate === null || seen.candidate.ready);
    if (isSeen) return;
  }
}
