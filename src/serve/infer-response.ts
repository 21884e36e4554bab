import type { Elements } from './datatype.ts';
import type { TensorValue } from './tensor.ts';

/** An answer as it is sent: JSON, and behind it the tensors that were wanted as bytes. */
export interface InferResponse {
  readonly body: Uint8Array;
  /** How many bytes are JSON; null when all are. */
  readonly jsonBytes: number | null;
}

/** Writes an inference response of the Open Inference Protocol v2. What JSON has no number for becomes null. */
export function renderInferResponse(options: {
  readonly model: string;
  readonly version: string;
  readonly id: string | null;
  readonly outputs: readonly { readonly tensor: TensorValue; readonly isBinary: boolean }[];
}): InferResponse {
  const { model, version, id, outputs } = options;
  const binary: Uint8Array[] = [];
  const tensors = outputs.map(({ tensor, isBinary }) => {
    const { name, datatype, shape, elements } = tensor;
    const head = `{"name":${JSON.stringify(name)},"datatype":"${datatype}","shape":[${shape.join(',')}]`;
    if (!isBinary) return `${head},"data":${jsonOf(elements, datatype === 'BOOL')}}`;
    const bytes = bytesOf(elements);
    binary.push(bytes);
    return `${head},"parameters":{"binary_data_size":${bytes.byteLength}}}`;
  });
  const named = `"model_name":${JSON.stringify(model)},"model_version":${JSON.stringify(version)}`;
  const json = Buffer.from(
    `{${named}${id === null ? '' : `,"id":${JSON.stringify(id)}`},"outputs":[${tensors.join(',')}]}`,
  );
  if (binary.length === 0) return { body: json, jsonBytes: null };
  return { body: Buffer.concat([json, ...binary]), jsonBytes: json.byteLength };
}

/** A refusal or failure as the protocol writes it. */
export function renderInferError(sentence: string): Uint8Array {
  return Buffer.from(JSON.stringify({ error: sentence }));
}

function jsonOf(elements: Elements, isBool: boolean): string {
  if (elements instanceof BigInt64Array || elements instanceof BigUint64Array) return `[${elements.join(',')}]`;
  if (Array.isArray(elements)) return JSON.stringify(elements);
  return JSON.stringify(isBool ? Array.from(elements, (value) => value === 1) : Array.from(elements));
}

function bytesOf(elements: Elements): Uint8Array {
  if (!Array.isArray(elements)) return new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength);
  return Buffer.concat(
    elements.flatMap((text) => {
      const bytes = Buffer.from(text);
      const length = Buffer.alloc(4);
      length.writeUInt32LE(bytes.byteLength);
      return [length, bytes];
    }),
  );
}
