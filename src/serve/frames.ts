/** One message between the server and a model's process. */
export interface Frame {
  /** Which request it belongs to; 0 is about the model itself. */
  readonly id: number;
  /** An HTTP status in answers, 0 in requests. */
  readonly status: number;
  /** How many bytes of the body are JSON, before binary tensors; null when all of them are. */
  readonly jsonBytes: number | null;
  readonly body: Uint8Array;
}

const headBytes = 14;
const noLength = 0xffffffff;

/** The bytes of a message: its length, id, status and JSON length as big-endian numbers, then the body, which is not copied. */
export function frameParts({ id, status, jsonBytes, body }: Frame): readonly [Buffer, Uint8Array] {
  const head = Buffer.allocUnsafe(headBytes);
  head.writeUInt32BE(body.byteLength, 0);
  head.writeUInt32BE(id, 4);
  head.writeUInt16BE(status, 8);
  head.writeUInt32BE(jsonBytes ?? noLength, 10);
  return [head, body];
}

/** Takes bytes as they arrive and gives whole messages. A message longer than the limit ends it with an error. */
export function frameReader(limitBytes: () => number, onFrame: (frame: Frame) => void): (chunk: Buffer) => void {
  let kept: Buffer[] = [];
  let bytes = 0;
  return (chunk) => {
    kept.push(chunk);
    bytes += chunk.length;
    // A long message arrives in many pieces: they are joined once, when it is whole.
    while (bytes >= headBytes && bytes >= headBytes + bodyBytes()) {
      const joined = kept.length === 1 && kept[0] !== undefined ? kept[0] : Buffer.concat(kept, bytes);
      const end = headBytes + joined.readUInt32BE(0);
      const jsonBytes = joined.readUInt32BE(10);
      const rest = joined.subarray(end);
      kept = rest.length === 0 ? [] : [rest];
      bytes = rest.length;
      onFrame({
        id: joined.readUInt32BE(4),
        status: joined.readUInt16BE(8),
        jsonBytes: jsonBytes === noLength ? null : jsonBytes,
        body: joined.subarray(headBytes, end),
      });
    }
  };

  function bodyBytes(): number {
    let [first] = kept;
    if (first === undefined) return 0;
    if (first.length < 4) {
      first = Buffer.concat(kept, bytes);
      kept = [first];
    }
    const length = first.readUInt32BE(0);
    const limit = limitBytes();
    if (length > limit) throw new RangeError(`a message of ${length} bytes, over the limit of ${limit}`);
    return length;
  }
}
