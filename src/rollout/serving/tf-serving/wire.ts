/** A field of a protocol buffer, as it was read: a number, or the bytes of a text or a message. */
export interface Field {
  readonly number: number;
  readonly value: bigint | Uint8Array;
}

/** An integer field. Zero is written, too: `optional` and `oneof` tell it from none. */
export function integer(number: number, value: number | bigint): Uint8Array {
  return Buffer.concat([varint(BigInt(number) << 3n), varint(BigInt.asUintN(64, BigInt(value)))]);
}

/** A text or a message as a field. */
export function bytes(number: number, value: string | Uint8Array): Uint8Array {
  const content = Buffer.from(value);
  return Buffer.concat([varint((BigInt(number) << 3n) | 2n), varint(BigInt(content.length)), content]);
}

/** A message of fields; also `repeated` integers, which are packed. */
export function message(fields: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(fields);
}

/** Integers one after the other, as `repeated int64` is written. */
export function packed(number: number, values: readonly number[]): Uint8Array {
  return bytes(number, Buffer.concat(values.map((value) => varint(BigInt(value)))));
}

function varint(value: bigint): Uint8Array {
  const out: number[] = [];
  let rest = value;
  while (rest > 127n) {
    out.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  out.push(Number(rest));
  return Uint8Array.from(out);
}

/** The fields of a message; null when the bytes are none. Fixed-width fields are skipped: none of ours has one. */
export function fieldsOf(data: Uint8Array): readonly Field[] | null {
  const fields: Field[] = [];
  let at = 0;
  const next = (): bigint | null => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = data[at];
      if (byte === undefined) return null;
      at += 1;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
    return null;
  };
  while (at < data.length) {
    const key = next();
    if (key === null || key >> 3n === 0n || key >> 3n > 536_870_911n) return null;
    const [number, kind] = [Number(key >> 3n), Number(key & 7n)];
    if (kind === 0) {
      const value = next();
      if (value === null) return null;
      fields.push({ number, value: BigInt.asIntN(64, value) });
    } else if (kind === 2) {
      const length = next();
      if (length === null || length > BigInt(data.length - at)) return null;
      fields.push({ number, value: data.subarray(at, at + Number(length)) });
      at += Number(length);
    } else if (kind === 1 || kind === 5) {
      at += kind === 1 ? 8 : 4;
      if (at > data.length) return null;
    } else {
      return null;
    }
  }
  return fields;
}
