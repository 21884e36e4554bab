import { AppError } from '../error.ts';

/**
 * Decompresses one LZ4 frame (the format's description 1.6.4): what Arrow files hold, and what Node has no codec for.
 * Checksums are passed over: Arrow writes none. Throws `bad-input` on anything that is no whole frame.
 */
export function decodeLz4Frame(frame: Uint8Array): Uint8Array {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (frame.length < 7 || view.getUint32(0, true) !== 0x184d2204) throw damaged();
  const flags = frame[4] ?? 0;
  const [hasBlockChecksum, hasSize, hasDictionary] = [flags & 0x10, flags & 0x08, flags & 0x01];
  if (flags >> 6 !== 1 || hasDictionary) throw damaged();
  const output = growing(hasSize ? Number(view.getBigUint64(6, true)) : frame.length * 4);
  let at = hasSize ? 15 : 7;
  for (;;) {
    if (at + 4 > frame.length) throw damaged();
    const word = view.getUint32(at, true);
    at += 4;
    if (word === 0) return output.bytes();
    const size = word & 0x7fffffff;
    if (at + size > frame.length) throw damaged();
    const block = frame.subarray(at, at + size);
    if (word >>> 31 === 1) output.append(block);
    else decodeBlock(block, output);
    at += size + (hasBlockChecksum ? 4 : 0);
  }
}

interface Growing {
  append(bytes: Uint8Array): void;
  /** Repeats `length` bytes that begin `distance` before the end; they may overlap what they add. */
  repeat(distance: number, length: number): void;
  bytes(): Uint8Array;
}

/** No frame of an Arrow buffer is longer: a size that a damaged header claims must not take the memory. */
const longest = 2 ** 31 - 1;

function growing(expected: number): Growing {
  if (expected > longest) throw damaged();
  let buffer = new Uint8Array(Math.min(expected, 1 << 26));
  let used = 0;
  const reserve = (more: number) => {
    if (used + more > longest) throw damaged();
    if (used + more <= buffer.length) return;
    const larger = new Uint8Array(Math.min(longest, Math.max(used + more, 2 * buffer.length, 1024)));
    larger.set(buffer.subarray(0, used));
    buffer = larger;
  };
  return {
    append(bytes) {
      reserve(bytes.length);
      buffer.set(bytes, used);
      used += bytes.length;
    },
    repeat(distance, length) {
      if (distance === 0 || distance > used) throw damaged();
      reserve(length);
      if (distance >= length) buffer.copyWithin(used, used - distance, used - distance + length);
      else for (let i = 0; i < length; i++) buffer[used + i] = buffer[used - distance + i] ?? 0;
      used += length;
    },
    bytes: () => buffer.subarray(0, used),
  };
}

function decodeBlock(block: Uint8Array, output: Growing): void {
  let at = 0;
  const next = () => {
    const byte = block[at++];
    if (byte === undefined) throw damaged();
    return byte;
  };
  const length = (short: number) => {
    let sum = short;
    if (short !== 15) return sum;
    for (let byte = 255; byte === 255; sum += byte) byte = next();
    return sum;
  };
  while (at < block.length) {
    const token = next();
    const literals = length(token >> 4);
    if (at + literals > block.length) throw damaged();
    output.append(block.subarray(at, at + literals));
    at += literals;
    // The last sequence of a block is literals only.
    if (at >= block.length) return;
    const distance = next() | (next() << 8);
    output.repeat(distance, length(token & 15) + 4);
  }
}

function damaged(): AppError {
  return new AppError('bad-input', 'expected whole LZ4 frames, found a damaged one; write the file again');
}
