/** One field of a protobuf message: a length-delimited value as bytes, anything else as a number. */
export interface Field {
  readonly number: number;
  readonly bytes: Uint8Array | null;
  readonly integer: number;
}

/** Thrown when bytes are not a protobuf message. */
export class ProtobufError extends Error {}

/**
 * The fields of a message in their order, without a schema (protobuf wire format). Integers beyond 2^53 lose digits,
 * which no field that we read can have. Throws ProtobufError.
 */
export function* fieldsOf(message: Uint8Array): Generator<Field> {
  const reader = { message, at: 0 };
  while (reader.at < message.length) {
    const tag = readVarint(reader);
    const number = Math.floor(tag / 8);
    if (number === 0) throw new ProtobufError('a field with number 0');
    switch (tag % 8) {
      case 0:
        yield { number, bytes: null, integer: readVarint(reader) };
        break;
      case 1:
        yield { number, bytes: null, integer: skip(reader, 8) };
        break;
      case 2: {
        const length = readVarint(reader);
        const start = reader.at;
        skip(reader, length);
        yield { number, bytes: message.subarray(start, start + length), integer: 0 };
        break;
      }
      case 5:
        yield { number, bytes: null, integer: skip(reader, 4) };
        break;
      default:
        throw new ProtobufError(`a field of wire type ${tag % 8}`);
    }
  }
}

/** The varints that a packed repeated field holds. Negative numbers come back as such while they fit. */
export function packedVarints(bytes: Uint8Array): readonly number[] {
  const reader = { message: bytes, at: 0 };
  const values: number[] = [];
  while (reader.at < bytes.length) values.push(readVarint(reader));
  return values;
}

/** A length-delimited field as bytes. */
export function encodeField(number: number, content: Uint8Array): Uint8Array {
  return Uint8Array.from([...encodeVarint(number * 8 + 2), ...encodeVarint(content.length), ...content]);
}

function encodeVarint(value: number): readonly number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...encodeVarint(Math.floor(value / 128))];
}

interface Reader {
  readonly message: Uint8Array;
  at: number;
}

function readVarint(reader: Reader): number {
  const first = reader.message[reader.at];
  if (first !== undefined && first < 128) {
    reader.at++;
    return first;
  }
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = reader.message[reader.at++];
    if (byte === undefined) throw new ProtobufError('an end within a number');
    value |= BigInt(byte & 127) << shift;
    if (byte < 128) return Number(BigInt.asIntN(64, value));
  }
  throw new ProtobufError('a number of more than ten bytes');
}

function skip(reader: Reader, length: number): number {
  if (length < 0 || reader.at + length > reader.message.length) throw new ProtobufError('an end within a field');
  reader.at += length;
  return 0;
}
