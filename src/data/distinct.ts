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

/** Takes note of one double, given as the two halves of its bits. */
export function noteNumber(sketch: Uint8Array, high: number, low: number): void {
  const first = mixed(Math.imul(high, 0x85ebca6b) ^ mixed(low ^ 0x9e3779b9));
  const rank = Math.clz32(mixed(first ^ Math.imul(low, 0xc2b2ae35) ^ high)) + 1;
  const register = first & (registers - 1);
  if (rank > (sketch[register] ?? 0)) sketch[register] = rank;
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

/** The finaliser of MurmurHash3. */
function mixed(value: number): number {
  let h = value;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}
