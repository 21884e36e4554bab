import { projectionCount } from './embedding-profile.ts';

/**
 * The directions that vectors of a dimension are projected on: signs with equal chances (Achlioptas 2003), one Int8 per
 * dimension, hashed from the place alone, so that every profile of every machine uses the same. Their common length is √dimension.
 */
export function projectionDirections(dimension: number): readonly Int8Array[] {
  return Array.from({ length: projectionCount }, (_, direction) =>
    Int8Array.from({ length: dimension }, (_, at) => ((mixed(direction * 0x1f1f1f1f + at) >>> 16) & 1 ? 1 : -1)),
  );
}

/** The finaliser of MurmurHash3 after one step of a Weyl sequence: neighbours get unrelated bits. */
function mixed(value: number): number {
  let h = Math.imul(value + 1, 0x9e3779b1);
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}
