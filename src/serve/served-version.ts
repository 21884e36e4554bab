import { AppError, messageOf } from '../error.ts';
import type { ServedModel } from '../ports/serving.ts';
import { type HostSettings, type HostState, type ModelHost, openModelHost } from './model-host.ts';
import type { ModelStore } from './model-store.ts';

/** One version of a service: its bytes are fetched, then its process runs. */
export interface ServedVersion {
  readonly model: ServedModel;
  state(): HostState;
  /** Its process, where there is one already. */
  host(): ModelHost | null;
  dispose(): Promise<void>;
}

const firstPauseMs = 250;
const longestPauseMs = 15_000;

/** Begins to fetch and to load a version. What may mend itself is tried again, for ever; what cannot is refused. */
export function openServedVersion(options: {
  readonly model: ServedModel;
  readonly service: string;
  readonly store: ModelStore;
  readonly settings: HostSettings;
  readonly onChange: () => void;
}): ServedVersion {
  const { model, service, store, settings, onChange } = options;
  let host: ModelHost | null = null;
  let state: HostState = { kind: 'loading' };
  let pauseMs = firstPauseMs;
  let again: NodeJS.Timeout | null = null;
  let isDisposed = false;
  let wasDamaged = false;
  void fetch();

  return {
    model,
    state: () => (host === null ? state : host.state()),
    host: () => host,
    async dispose() {
      isDisposed = true;
      if (again !== null) clearTimeout(again);
      await host?.dispose();
    },
  };

  async function fetch(): Promise<void> {
    try {
      const path = await store.fetch(model);
      if (isDisposed) return;
      host = openModelHost({ model, service, path, settings, onChange: noticed });
      onChange();
    } catch (error) {
      if (isDisposed) return;
      const mends = error instanceof AppError && (error.code === 'unavailable' || error.code === 'timed-out');
      const reason = messageOf(error);
      state = mends ? { kind: 'down', reason } : { kind: 'refused', reason, isDamaged: false };
      if (mends) again = setTimeout(() => void fetch(), pauseMs);
      pauseMs = Math.min(longestPauseMs, 2 * pauseMs);
      onChange();
    }
  }

  /** A copy that is damaged is fetched once more; another digest then is that of the release itself. */
  function noticed(): void {
    const now = host?.state();
    if (now?.kind === 'refused' && now.isDamaged && !wasDamaged) {
      wasDamaged = true;
      void host?.dispose();
      host = null;
      store.discard(model.digest);
      void fetch();
      return;
    }
    onChange();
  }
}
