import { z } from 'zod';
import { type Elements, elementKinds, isDatatype } from './datatype.ts';
import { sizeOf, type TensorSpec, type TensorValue } from './tensor.ts';

/** A request that fits the model, or everything that does not fit. */
export type ParsedRequest =
  | {
      readonly kind: 'valid';
      readonly id: string | null;
      /** In the order of the model's inputs. */
      readonly inputs: readonly TensorValue[];
      /** The outputs that are wanted, and whether as bytes after the JSON. */
      readonly outputs: readonly { readonly name: string; readonly isBinary: boolean }[];
    }
  | { readonly kind: 'invalid'; readonly problems: readonly string[] };

const Parameters = z.looseObject({
  binary_data_size: z.number().int().nonnegative().optional(),
  binary_data: z.boolean().optional(),
  binary_data_output: z.boolean().optional(),
});

const InferRequest = z.looseObject({
  id: z.string().max(1000).optional(),
  parameters: Parameters.optional(),
  inputs: z
    .array(
      z.looseObject({
        name: z.string(),
        shape: z.array(z.number()).max(16),
        datatype: z.string(),
        parameters: Parameters.optional(),
        data: z.unknown().optional(),
      }),
    )
    .max(1000),
  outputs: z
    .array(z.looseObject({ name: z.string(), parameters: Parameters.optional() }))
    .max(1000)
    .optional(),
});

type Input = z.infer<typeof InferRequest>['inputs'][number];

const mostProblems = 20;

/**
 * Reads an inference request of the Open Inference Protocol v2, with tensors as JSON (flat or nested) or as bytes behind the
 * first `jsonBytes` bytes, and holds it against the model's inputs and outputs. Never throws, whatever the bytes.
 */
export function parseInferRequest(options: {
  readonly body: Uint8Array;
  readonly jsonBytes: number | null;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
}): ParsedRequest {
  const { body, jsonBytes, inputs: specs, outputs: known } = options;
  if (jsonBytes !== null && jsonBytes > body.byteLength) {
    return invalid(`expected ${jsonBytes} bytes of JSON as the header says, found a body of ${body.byteLength}`);
  }
  const document = documentOf(jsonBytes === null ? body : body.subarray(0, jsonBytes));
  if (typeof document === 'string') return invalid(document);
  const binary = { bytes: body.subarray(jsonBytes ?? body.byteLength), at: 0 };
  const problems: string[] = [];
  const found = new Map<string, TensorValue>();
  for (const input of document.inputs) {
    const tensor = tensorOf(input, { specs, binary, problems });
    if (found.has(input.name)) problems.push(`expected input ${shown(input.name)} once, found it twice`);
    if (tensor !== null) found.set(input.name, tensor);
  }
  if (binary.at < binary.bytes.byteLength) {
    problems.push(`expected ${binary.at} bytes of binary data, found ${binary.bytes.byteLength}`);
  }
  const given = new Set(document.inputs.map(({ name }) => name));
  for (const spec of specs) {
    if (!given.has(spec.name)) problems.push(`expected input ${described(spec)}, found none`);
  }
  const outputs = wantedOutputs(document, { known, problems });
  if (problems.length > 0) return { kind: 'invalid', problems: problems.slice(0, mostProblems) };
  const inputs = specs.flatMap(({ name }) => found.get(name) ?? []);
  return { kind: 'valid', id: document.id ?? null, inputs, outputs };
}

/** A tensor in words: its name, type and shape. */
export function described({ name, datatype, shape }: TensorSpec): string {
  return `${shown(name)} (${datatype} [${shape.map((side) => (side < 0 ? 'any' : side)).join(', ')}])`;
}

function invalid(problem: string): ParsedRequest {
  return { kind: 'invalid', problems: [problem] };
}

/** The document, or what is wrong with it. */
function documentOf(bytes: Uint8Array): z.infer<typeof InferRequest> | string {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return `expected a JSON document in UTF-8, found ${bytes.byteLength} bytes that are none`;
  }
  const parsed = InferRequest.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.slice(0, mostProblems);
  return issues
    .map(({ path, message }) => `expected an inference request; at ${path.join('.') || 'its top'}: ${message}`)
    .join('; ');
}

interface Reading {
  readonly specs: readonly TensorSpec[];
  readonly binary: { readonly bytes: Uint8Array; at: number };
  readonly problems: string[];
}

function tensorOf(input: Input, { specs, binary, problems }: Reading): TensorValue | null {
  const { name, datatype, shape, parameters } = input;
  const size = parameters?.binary_data_size;
  // Taken off first: the bytes of a tensor that is not wanted lie before those of the next all the same.
  const bytes = size === undefined ? null : binary.bytes.subarray(binary.at, binary.at + size);
  binary.at += bytes?.byteLength ?? 0;
  const spec = specs.find((one) => one.name === name);
  if (spec === undefined) {
    problems.push(`expected inputs ${specs.map(described).join(', ')}, found ${shown(name)}`);
    return null;
  }
  const before = problems.length;
  if (datatype !== spec.datatype) {
    problems.push(`expected datatype ${spec.datatype} for input ${shown(name)}, found ${shown(datatype)}`);
  }
  if (!fits(shape, spec.shape)) {
    problems.push(`expected a shape as ${described(spec)} for input ${shown(name)}, found [${shape.join(', ')}]`);
  }
  if (size !== undefined && bytes?.byteLength !== size) {
    problems.push(`expected ${size} bytes of binary data for input ${shown(name)}, found ${bytes?.byteLength}`);
  }
  if (bytes !== null && input.data !== undefined) {
    problems.push(`expected either \`data\` or binary data for input ${shown(name)}, found both`);
  }
  if (problems.length > before || !isDatatype(datatype)) return null;
  const elements =
    bytes === null
      ? fromJson(input.data, { name, spec, shape, problems })
      : fromBytes(bytes, { name, spec, shape, problems });
  return elements === null ? null : { name, datatype: spec.datatype, shape, elements };
}

function fits(shape: readonly number[], wanted: readonly number[]): boolean {
  if (shape.length !== wanted.length || !Number.isSafeInteger(sizeOf(shape))) return false;
  return shape.every((side, at) => Number.isInteger(side) && side >= 1 && (wanted[at] === -1 || wanted[at] === side));
}

interface Wanted {
  readonly name: string;
  readonly spec: TensorSpec;
  readonly shape: readonly number[];
  readonly problems: string[];
}

function fromJson(data: unknown, { name, spec, shape, problems }: Wanted): Elements | null {
  const refuse = (sentence: string): null => {
    problems.push(sentence);
    return null;
  };
  if (!Array.isArray(data)) {
    return refuse(`expected \`data\` of input ${shown(name)} to be a list, found ${kindOf(data)}`);
  }
  const count = sizeOf(shape);
  const flat = Array.isArray(data[0]) && shape.length > 1 ? flattened(data, shape) : data;
  if (flat?.length !== count) {
    const found = flat === null ? 'lists of other lengths' : `${flat.length}`;
    return refuse(`expected ${count} elements of shape [${shape.join(', ')}] for input ${shown(name)}, found ${found}`);
  }
  const bad = (at: number, takes: string): null =>
    refuse(`expected ${takes} in \`data\` of input ${shown(name)}, found ${kindOf(flat[at])} at place ${at}`);
  if (spec.datatype === 'BYTES') {
    const at = flat.findIndex((value) => typeof value !== 'string');
    // Every one is text: none was found that is not.
    return at < 0 ? (flat as string[]) : bad(at, 'texts');
  }
  const kind = elementKinds[spec.datatype];
  const elements = kind.make(count);
  for (let at = 0; at < count; at++) if (!kind.put(elements, at, flat[at])) return bad(at, kind.takes);
  return elements;
}

/** Nested lists as one; null where a list has not the length that the shape says. */
function flattened(data: readonly unknown[], shape: readonly number[]): unknown[] | null {
  let level: unknown[] = [data];
  for (const side of shape) {
    const next: unknown[] = [];
    for (const list of level) {
      if (!Array.isArray(list) || list.length !== side) return null;
      for (const one of list) next.push(one);
    }
    level = next;
  }
  return level;
}

function fromBytes(bytes: Uint8Array, { name, spec, shape, problems }: Wanted): Elements | null {
  const count = sizeOf(shape);
  if (spec.datatype === 'BYTES') {
    const texts = textsOf(bytes);
    if (texts?.length === count) return texts;
    const found = texts === null ? 'bytes that are none' : `${texts.length}`;
    problems.push(`expected ${count} texts, each in UTF-8 after its length, for input ${shown(name)}, found ${found}`);
    return null;
  }
  const kind = elementKinds[spec.datatype];
  if (bytes.byteLength === count * kind.bytes) {
    // A copy, since a typed array must begin at a multiple of its element's size.
    const elements = kind.view(new Uint8Array(bytes).buffer);
    if (spec.datatype !== 'BOOL' || bytes.every((byte) => byte <= 1)) return elements;
    problems.push(`expected bytes 0 and 1 for input ${shown(name)}, found others`);
    return null;
  }
  const wanted = `${count * kind.bytes} bytes for ${count} elements of ${spec.datatype}`;
  problems.push(`expected ${wanted} for input ${shown(name)}, found ${bytes.byteLength}`);
  return null;
}

function textsOf(bytes: Uint8Array): string[] | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const texts: string[] = [];
  for (let at = 0; at < bytes.byteLength; ) {
    if (at + 4 > bytes.byteLength) return null;
    const end = at + 4 + view.getUint32(at, true);
    if (end > bytes.byteLength) return null;
    try {
      texts.push(decoder.decode(bytes.subarray(at + 4, end)));
    } catch {
      return null;
    }
    at = end;
  }
  return texts;
}

function wantedOutputs(
  { outputs, parameters }: z.infer<typeof InferRequest>,
  { known, problems }: { readonly known: readonly TensorSpec[]; readonly problems: string[] },
): readonly { readonly name: string; readonly isBinary: boolean }[] {
  const byDefault = parameters?.binary_data_output ?? false;
  if (outputs === undefined || outputs.length === 0) return known.map(({ name }) => ({ name, isBinary: byDefault }));
  for (const { name } of outputs) {
    if (known.some((one) => one.name === name)) continue;
    problems.push(`expected outputs ${known.map(described).join(', ')}, found ${shown(name)}`);
  }
  return outputs.map(({ name, parameters: own }) => ({ name, isBinary: own?.binary_data ?? byDefault }));
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'number' ? String(value) : `a ${typeof value}`;
}

function shown(name: string): string {
  return JSON.stringify(name.slice(0, 100));
}
