const digitBits = 16;
const digits = 1 << digitBits;

/** Orders that were computed already: several metrics need the order of the same scores. */
const known = new WeakMap<Float64Array, Uint32Array>();

/**
 * Row numbers in the order of ascending numbers, equal ones in row order. A radix sort: linear in rows. The numbers must
 * not change afterwards, because the order is remembered with them; NaN is not expected.
 */
export function sortedOrder(numbers: Float64Array): Uint32Array {
  const remembered = known.get(numbers);
  if (remembered !== undefined) return remembered;
  const order = numbers.length < 4096 ? compared(numbers) : radixSorted(numbers);
  known.set(numbers, order);
  return order;
}

function compared(numbers: Float64Array): Uint32Array {
  return Uint32Array.from(numbers.keys()).sort((a, b) => (numbers[a] ?? 0) - (numbers[b] ?? 0) || a - b);
}

/** Doubles compare like their bits once negative ones are inverted and the others have the sign bit set. */
function radixSorted(numbers: Float64Array): Uint32Array {
  const doubles = new Float64Array(numbers.length);
  for (let row = 0; row < doubles.length; row++) doubles[row] = (numbers[row] ?? 0) + 0;
  const keys = new Uint16Array(doubles.buffer);
  for (let at = 0; at < keys.length; at += 4) {
    const isNegative = (keys[at + 3] ?? 0) >= 0x8000;
    for (let digit = 0; digit < 4; digit++) {
      const bits = keys[at + digit] ?? 0;
      keys[at + digit] = isNegative ? ~bits : digit === 3 ? bits | 0x8000 : bits;
    }
  }
  let from = new Uint32Array(numbers.length);
  for (let row = 0; row < from.length; row++) from[row] = row;
  let to = new Uint32Array(numbers.length);
  for (let digit = 0; digit < 4; digit++) {
    const next = placesOf(keys, digit);
    if (next === null) continue;
    for (let place = 0; place < from.length; place++) {
      const row = from[place] ?? 0;
      const value = keys[row * 4 + digit] ?? 0;
      const free = next[value] ?? 0;
      to[free] = row;
      next[value] = free + 1;
    }
    [from, to] = [to, from];
  }
  return from;
}

/** Where the numbers with each value of a digit go; null when all have the same, as the last digit of single precision. */
function placesOf(keys: Uint16Array, digit: number): Uint32Array | null {
  const next = new Uint32Array(digits + 1);
  for (let at = digit; at < keys.length; at += 4) {
    const value = (keys[at] ?? 0) + 1;
    next[value] = (next[value] ?? 0) + 1;
  }
  if (next[(keys[digit] ?? 0) + 1] === keys.length / 4) return null;
  for (let value = 0; value < digits; value++) next[value + 1] = (next[value + 1] ?? 0) + (next[value] ?? 0);
  return next;
}
