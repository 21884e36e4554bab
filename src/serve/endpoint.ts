import type { IncomingHttpHeaders } from 'node:http';
import type { ServedModel } from '../ports/serving.ts';
import type { StateDocument, TrafficDocument } from '../rollout/serving/http-contract.ts';
import type { HostSettings, ModelHost } from './model-host.ts';
import type { ModelStore } from './model-store.ts';
import { openServedVersion, type ServedVersion } from './served-version.ts';
import { type Arm, armOf, isMirrored, type SplitCounters } from './split.ts';
import type { KeptTraffic } from './traffic-file.ts';

/** One write of the contract, in the order of its fence and timestamp. */
export interface TrafficWrite {
  readonly traffic: TrafficDocument;
  readonly timestamp: number;
  readonly key: string;
}

/** One service: what it shall serve, what it does serve, and who answers a request. */
export interface Endpoint {
  readonly name: string;
  /** Takes a write once it is on the disk; one that is not newer than the last changes nothing. */
  put(write: TrafficWrite): 'taken' | 'repeated' | 'outdated';
  state(): StateDocument;
  /** Who answers a request with these headers; `host` is null where nobody can. */
  choose(headers: IncomingHttpHeaders): {
    readonly arm: Arm;
    readonly version: ServedModel | null;
    readonly host: ModelHost | null;
  };
  /** The process that a request is mirrored to; null for most requests. */
  mirror(): ModelHost | null;
  versions(): readonly ServedVersion[];
  /** Every digest that it needs. */
  digests(): readonly string[];
  dispose(): Promise<void>;
}

/** Opens a service as it was kept. `keep` writes to the disk and throws when it cannot. */
export function openEndpoint(options: {
  readonly kept: KeptTraffic;
  readonly keep: (kept: KeptTraffic) => void;
  readonly store: ModelStore;
  readonly settings: HostSettings;
  readonly log: (sentence: string) => void;
}): Endpoint {
  const { keep, store, settings, log } = options;
  const name = options.kept.service;
  const versions = new Map<string, ServedVersion>();
  const counters: SplitCounters = { answered: 0, mirrored: 0 };
  let kept = options.kept;
  let isDisposed = false;
  reconcile();

  return {
    name,
    put({ traffic, timestamp, key }) {
      const { order } = kept;
      const isNewer =
        order === null || traffic.fence > order.fence || (traffic.fence === order.fence && timestamp > order.timestamp);
      if (!isNewer) return order.key === key && order.fence === traffic.fence ? 'repeated' : 'outdated';
      const next = { ...kept, order: { fence: traffic.fence, timestamp, key }, wish: traffic };
      keep(next);
      kept = next;
      // What was refused is tried again when it is asked for again.
      for (const [id, version] of versions) if (version.state().kind === 'refused') drop(id, version);
      log(`${name}: set by fence ${traffic.fence} to ${inWords(traffic)}`);
      reconcile();
      return 'taken';
    },
    state: () => stateOf(),
    choose(headers) {
      const candidate = kept.wish?.candidate ?? null;
      const { rollout = '', audience = null } = kept.wish ?? {};
      const weight = isReady(candidate) ? (kept.wish?.weight ?? 0) : 0;
      const arm = candidate === null ? 'champion' : armOf({ rollout, weight, audience }, headers, counters);
      const version = arm === 'candidate' ? candidate : kept.serving;
      return { arm, version, host: hostOf(version) };
    },
    mirror() {
      const { candidate = null, shadow = 0 } = kept.wish ?? {};
      return isReady(candidate) && isMirrored(shadow, counters) ? hostOf(candidate) : null;
    },
    versions: () => [...versions.values()],
    digests: () => wanted().map(({ digest }) => digest),
    async dispose() {
      isDisposed = true;
      await Promise.all([...versions.values()].map((version) => version.dispose()));
    },
  };

  /** Brings processes to what is wished: what is missing is begun, what nobody needs any more ends once it has answered. */
  function reconcile(): void {
    if (isDisposed) return;
    for (const model of wanted()) {
      if (versions.has(idOf(model))) continue;
      const opened = openServedVersion({ model, service: name, store, settings, onChange: () => noticed(model) });
      versions.set(idOf(model), opened);
    }
    const champion = kept.wish?.champion ?? null;
    if (kept.wish !== null && !isSame(champion, kept.serving) && (champion === null || isReady(champion))) {
      const next = { ...kept, serving: champion };
      keep(next);
      kept = next;
      log(`${name}: ${champion === null ? 'nothing' : champion.version} serves`);
    }
    const needed = new Set(wanted().map(idOf));
    for (const [id, version] of versions) if (!needed.has(id)) drop(id, version);
  }

  function noticed(model: ServedModel): void {
    const state = versions.get(idOf(model))?.state();
    if (state?.kind === 'ready') log(`${name}: ${model.version} is ready`);
    if (state?.kind === 'down' || state?.kind === 'refused') log(`${name}: ${model.version}: ${state.reason}`);
    // Not while it is being opened, when it is not in the map yet.
    queueMicrotask(reconcile);
  }

  function drop(id: string, version: ServedVersion): void {
    versions.delete(id);
    void version.dispose();
  }

  function wanted(): readonly ServedModel[] {
    return [kept.wish?.champion ?? null, kept.wish?.candidate ?? null, kept.serving].filter((model) => model !== null);
  }

  function hostOf(model: ServedModel | null): ModelHost | null {
    return model === null ? null : (versions.get(idOf(model))?.host() ?? null);
  }

  function isReady(model: ServedModel | null): boolean {
    return model !== null && versions.get(idOf(model))?.state().kind === 'ready';
  }

  function stateOf(): StateDocument {
    const { wish, serving, order } = kept;
    const candidate = wish?.candidate ?? null;
    const ready = isReady(candidate);
    return {
      capability: { weights: 'any', 'most-weight': 100, shadow: true, header: true, sticky: true },
      fence: order?.fence ?? null,
      written: order?.timestamp ?? null,
      champion: serving === null ? null : { version: serving.version, digest: serving.digest },
      candidate: candidate === null ? null : { version: candidate.version, digest: candidate.digest, ready },
      weight: ready ? (wish?.weight ?? 0) : 0,
      shadow: ready ? (wish?.shadow ?? 0) : 0,
      trouble: trouble(),
    };
  }

  function trouble(): string | null {
    const said = wanted().flatMap((model) => {
      const state = versions.get(idOf(model))?.state() ?? { kind: 'loading' as const };
      if (state.kind === 'ready') return [];
      return [`${model.version} ${state.kind === 'loading' ? 'is loading' : `cannot be served: ${state.reason}`}`];
    });
    return said.length === 0 ? null : [...new Set(said)].join('; ').slice(0, 2000);
  }
}

function idOf({ version, digest }: ServedModel): string {
  return `${digest} ${version}`;
}

function isSame(left: ServedModel | null, right: ServedModel | null): boolean {
  return left === null || right === null ? left === right : idOf(left) === idOf(right);
}

function inWords({ champion, candidate, weight, shadow }: TrafficDocument): string {
  const beside = candidate === null ? '' : ` and ${candidate.version} at ${weight} %, mirrored ${shadow} %`;
  return `${champion?.version ?? 'nothing'}${beside}`;
}
