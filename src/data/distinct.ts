/** Registers of the HyperLogLog sketch: a standard error of 3.25 %. */
export const registers = 1024;

/**
 * The estimated number of distinct values of a HyperLogLog sketch (Flajolet et al. 2007, with linear counting for small
 * numbers). Sketches merge by the larger of each register, so shards give the sketch of the whole exactly.
 */
export function distinctEstimate(sketch: Uint8Array): number {
  let sum = 0;
  let zeros = 0;
  for (const rank of sketch) {
    sum += 2 ** -rank;
    if (rank === 0) zeros++;
  }
  const raw = ((0.7213 / (1 + 1.079 / registers)) * registers * registers) / sum;
  if (raw <= 2.5 * registers && zeros > 0) return Math.round(registers * Math.log(registers / zeros));
  // Hashes have 32 bits beside the register's ten, so collisions matter only beyond 10^10 values.
  return Math.round(raw);
}

/** The sketch of the values of both. */
export function mergeSketches(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((rank, index) => Math.max(rank, b[index] ?? 0));
}

/** The sketch as text for a JSON document. */
export function sketchText(sketch: Uint8Array): string {
  return Buffer.from(sketch).toString('base64');
}

/** The sketch that sketchText() wrote. */
export function parseSketch(text: string): Uint8Array {
  const sketch = new Uint8Array(registers);
  sketch.set(Buffer.from(text, 'base64').subarray(0, registers));
  return sketch;
}
