import { AppError } from '../../../error.ts';
import type { ProxyServer } from '../proxy/observed.ts';
import { parseSlotRecord, type SlotRecord, type Slots } from '../proxy/slots.ts';
import { askRuntime, type Runtime, socketName } from './runtime.ts';
import { parseMap, parseServers } from './servers.ts';

/** A backend as it is now. */
export interface Read {
  readonly servers: readonly ProxyServer[];
  /** The entries of the map by key. */
  readonly entries: ReadonlyMap<string, string>;
  /** Null before the first write, and after a reload that lost the map. */
  readonly record: SlotRecord | null;
}

/** Reads servers and map. AppError when the backend, one of the two servers or the map is not there. */
export async function readBackend(
  backend: Runtime & { readonly backend: string; readonly servers: Slots; readonly map: string },
): Promise<Read> {
  const place = `HAProxy at ${socketName(backend.socket)}`;
  const state = await askRuntime(backend, [`show servers state ${backend.backend}`]);
  const servers = parseServers(state, backend.backend);
  if (servers === null) {
    const found = /can't find backend/i.test(state)
      ? 'none'
      : `"${state
          .replace(/[\s\p{Cc}]+/gu, ' ')
          .trim()
          .slice(0, 200)}"`;
    throw new AppError(
      'not-found',
      `expected the backend ${backend.backend} at ${place}, found ${found}; name one that is there in \`serving.backend\``,
    );
  }
  const missing = backend.servers.filter((slot) => !servers.some(({ name }) => name === slot));
  if (missing.length > 0) {
    throw new AppError(
      'not-found',
      `expected the servers ${backend.servers.join(' and ')} in backend ${backend.backend} of ${place}, found no ${missing.join(', no ')}; add them or name others in \`serving.servers\``,
    );
  }
  const shown = await askRuntime(backend, [`show map ${backend.map}`]);
  if (/unknown map/i.test(shown)) {
    throw new AppError(
      'not-found',
      `expected ${place} to use the map ${backend.map}, found no such map; add the line of docs/serving.md to its configuration`,
    );
  }
  const entries = parseMap(shown);
  const record = entries.get(`${backend.backend}/record`);
  return { servers, entries, record: record === undefined ? null : parseSlotRecord(record, backend.servers) };
}
