import { AppError } from '../../error.ts';

/** What was read at the edges of windows, by what was read. It lives in memory only. */
export interface EdgeReadings<Reading> {
  /** The readings at both edges of a window; null for an edge that was not read in time. AppError when it cannot be read now. */
  around(wanted: {
    readonly key: string;
    /** Milliseconds since 1970. */
    readonly from: number;
    readonly to: number;
    readonly read: () => Promise<Reading>;
  }): Promise<{ readonly before: Reading | null; readonly after: Reading | null }>;
}

const mostKeys = 500;
/** Metrics of other lengths, and checks of releases, read edges of their own in between. */
const mostEdges = 16;

/**
 * Reads each edge once, at the first question about a window that ends there: so all metrics of a window see the same
 * counters, and windows that follow each other share their edge.
 */
export function edgeReadings<Reading>(now: () => number): EdgeReadings<Reading> {
  const held = new Map<string, Map<number, Promise<Reading | null>>>();
  return {
    async around({ key, from, to, read }) {
      const edges = held.get(key) ?? new Map<number, Promise<Reading | null>>();
      // The keys that were asked for longest ago stand first.
      held.delete(key);
      held.set(key, edges);
      for (const old of [...held.keys()].slice(0, Math.max(0, held.size - mostKeys))) held.delete(old);
      const known = edges.get(to);
      const after = known ?? readNow(to - from, to, read);
      if (known === undefined) edges.set(to, after);
      for (const old of [...edges.keys()].sort((a, b) => b - a).slice(mostEdges)) edges.delete(old);
      try {
        const reading = await after;
        if (reading === null) edges.delete(to);
        return { before: (await edges.get(from)) ?? null, after: reading };
      } catch (error) {
        if (edges.get(to) === after) edges.delete(to);
        throw error;
      }
    },
  };

  /** A reading long after the edge would count what happened since as if it belonged to the window. */
  async function readNow(length: number, edge: number, read: () => Promise<Reading>): Promise<Reading | null> {
    const late = now() - edge;
    if (late >= length) return null;
    if (late < 0)
      throw new AppError('bad-input', 'expected a window that has ended, found one that has not; ask later');
    return await read();
  }
}
