import { AppError } from '../../src/error.ts';
import type { Capability, Observed, ServedModel, ServingPlatform, Traffic } from '../../src/ports/serving.ts';

/** A serving platform that keeps one service in memory, as one with a fence and read-back does. */
export interface MemoryPlatform extends ServingPlatform {
  /** Every state that it was ever set to, with who set it and when. */
  readonly history: readonly { readonly traffic: Traffic; readonly at: number }[];
  readonly traffic: Traffic | null;
  /** What goes wrong with the next calls; each answers for one call, null lets it pass. */
  readonly faults: {
    onApply:
      | ((
          traffic: Traffic,
        ) => Promise<'refuse' | 'lose-answer' | 'ignore' | null> | 'refuse' | 'lose-answer' | 'ignore' | null)
      | null;
    onObserve: (() => 'refuse' | null) | null;
  };
  /** What `probe` answers beside the default. */
  capability: Partial<Capability>;
  /** Somebody changes it past us. */
  edit(change: Partial<Pick<Traffic, 'weight' | 'champion' | 'candidate' | 'fence'>>): void;
  /** Whether the candidate can answer requests. */
  isReady: boolean;
}

/** Opens one that serves this champion. */
export function memoryPlatform(champion: ServedModel | null, clock: () => number = Date.now): MemoryPlatform {
  const history: { traffic: Traffic; at: number }[] = [];
  let traffic: Traffic | null =
    champion === null
      ? null
      : { rollout: '', fence: 0, champion, candidate: null, weight: 0, shadow: 0, audience: null };
  const platform: MemoryPlatform = {
    history,
    get traffic() {
      return traffic;
    },
    faults: { onApply: null, onObserve: null },
    capability: {},
    isReady: true,
    edit(change) {
      const before = traffic ?? {
        rollout: '',
        fence: 0,
        champion: null,
        candidate: null,
        weight: 0,
        shadow: 0,
        audience: null,
      };
      traffic = { ...before, ...change };
    },
    async probe() {
      const able = { weights: 'any', mostWeight: 100, shadow: true, header: true, sticky: true, fence: true } as const;
      return { ...able, problems: [], ...platform.capability };
    },
    async apply(wanted) {
      const fault = (await platform.faults.onApply?.(wanted)) ?? null;
      if (fault === 'refuse') throw new AppError('unavailable', 'expected the platform, found none');
      if (traffic !== null && traffic.fence > wanted.fence) {
        throw new AppError('fenced', `expected fence ${wanted.fence}, found ${traffic.fence}`);
      }
      if (fault !== 'ignore') {
        traffic = structuredClone(wanted);
        history.push({ traffic, at: clock() });
      }
      if (fault === 'lose-answer') throw new AppError('timed-out', 'expected an answer, found none');
    },
    async observe(): Promise<Observed> {
      if (platform.faults.onObserve?.() === 'refuse')
        throw new AppError('unavailable', 'expected the platform, found none');
      return {
        fence: traffic?.fence ?? null,
        champion: seen(traffic?.champion ?? null),
        candidate: traffic?.candidate == null ? null : { ...seenModel(traffic.candidate), ready: platform.isReady },
        weight: traffic?.weight ?? 0,
        shadow: traffic?.shadow ?? 0,
        trouble: null,
      };
    },
  };
  return platform;
}

function seen(model: ServedModel | null) {
  return model === null ? null : seenModel(model);
}

function seenModel({ version, digest }: ServedModel) {
  return { version, digest };
}
