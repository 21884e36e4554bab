import { mixed } from '../../statistics/poisson-bootstrap.ts';

/** Rows that are drawn together: the clusters of a policy, or groups at random of rows that stand on their own. */
export interface RowGroups {
  readonly groupOf: Uint16Array;
  /** One per group, ascending, from what its rows are. */
  readonly keys: Uint32Array;
}

/**
 * The most groups. Clusters beyond it are put together by hash: unions of clusters are as independent as clusters, and a
 * standard error from 1024 of them is itself known to 2 %, which the t quantile of so many degrees allows for.
 */
export const mostGroups = 1024;

/** The groups of rows by a key that rows of one group share. */
export function groupsByKey(keyOfRow: Uint32Array): RowGroups {
  const found = new Set<number>();
  for (const key of keyOfRow) {
    found.add(key);
    if (found.size > mostGroups) return groupsByHash(keyOfRow, mostGroups);
  }
  const keys = Uint32Array.from(found).sort();
  const places = new Map(Array.from(keys, (key, place) => [key, place]));
  return { keys, groupOf: Uint16Array.from(keyOfRow, (key) => places.get(key) ?? 0) };
}

/** So many groups at random; what falls into a group depends on the keys alone. */
export function groupsByHash(keyOfRow: Uint32Array, groups: number): RowGroups {
  const keys = Uint32Array.from({ length: groups }, (_, group) => mixed(group + 1));
  return { keys, groupOf: Uint16Array.from(keyOfRow, (key) => mixed(key ^ 0x5bd1e995) % groups) };
}
