import { AppError } from '../../error.ts';
import { encodeField, type Field, fieldsOf, ProtobufError, packedVarints } from './protobuf.ts';

/** What we need to know of an ONNX file before a native library may open it. */
export interface OnnxFile {
  /** Files that hold weights outside the model, as the model names them. */
  readonly externalFiles: readonly string[];
  /** Class labels in the order of the probabilities, where a classifier node names them. */
  readonly classes: readonly string[] | null;
  /** Per ZipMap: the tensor of probabilities it takes and the sequence of maps it makes. */
  readonly zipMaps: readonly { readonly input: string; readonly output: string }[];
}

/**
 * Reads nodes and tensors of an ONNX model at any depth (subgraphs and functions too), by the field numbers of
 * onnx.proto3. Throws `bad-input` when the bytes are not an ONNX model.
 */
export function readOnnxFile(bytes: Uint8Array, name: string): OnnxFile {
  const found: Found = { externalFiles: new Set(), classes: null, zipMaps: [] };
  let graphs = 0;
  try {
    for (const { number, bytes: content } of fieldsOf(bytes)) {
      if (content === null) continue;
      if (number === modelFields.graph) {
        readGraph(content, { found, depth: 0 });
        graphs++;
      }
      if (number === modelFields.functions) readFunction(content, { found, depth: 0 });
      if (number === modelFields.training) for (const part of firstTwo(content)) readGraph(part, { found, depth: 0 });
    }
  } catch (cause) {
    if (!(cause instanceof ProtobufError)) throw cause;
    throw new AppError(
      'bad-input',
      `expected an ONNX model (protobuf), found ${cause.message} in ${name} (${bytes.length} bytes); the file is truncated or not ONNX, export it again`,
      { cause },
    );
  }
  if (graphs === 0) {
    throw new AppError(
      'bad-input',
      `expected an ONNX model with a graph, found none in ${name} (${bytes.length} bytes); the file is truncated or not ONNX, export it again`,
    );
  }
  return { externalFiles: [...found.externalFiles], classes: found.classes, zipMaps: found.zipMaps };
}

/**
 * The model with the float tensor that feeds a ZipMap as one more output, because maps cannot be read from JavaScript. Protobuf
 * merges messages that follow each other, so the output is appended to the bytes as they are.
 */
export function withTensorOutput(bytes: Uint8Array, tensor: string): Uint8Array {
  const floatTensor = encodeField(1, Uint8Array.of(8, 1));
  const output = Buffer.concat([encodeField(1, Buffer.from(tensor)), encodeField(2, floatTensor)]);
  return Buffer.concat([bytes, encodeField(modelFields.graph, encodeField(graphFields.output, output))]);
}

const modelFields = { graph: 7, training: 20, functions: 25 } as const;
const graphFields = { node: 1, initializer: 5, output: 12, sparseInitializer: 15 } as const;
const deepestGraph = 64;

interface Found {
  readonly externalFiles: Set<string>;
  classes: readonly string[] | null;
  readonly zipMaps: { readonly input: string; readonly output: string }[];
}

interface Place {
  readonly found: Found;
  readonly depth: number;
}

function readGraph(graph: Uint8Array, { found, depth }: Place): void {
  if (depth > deepestGraph) throw new ProtobufError(`graphs more than ${deepestGraph} deep`);
  for (const { number, bytes } of fieldsOf(graph)) {
    if (bytes === null) continue;
    if (number === graphFields.node) readNode(bytes, { found, depth });
    if (number === graphFields.initializer) readTensor(bytes, found);
    if (number === graphFields.sparseInitializer) for (const part of firstTwo(bytes)) readTensor(part, found);
  }
}

function readFunction(body: Uint8Array, place: Place): void {
  for (const { number, bytes } of fieldsOf(body)) {
    if (number === 7 && bytes !== null) readNode(bytes, place);
    if (number === 11 && bytes !== null) readAttribute(bytes, place);
  }
}

function readNode(node: Uint8Array, { found, depth }: Place): void {
  let operator = '';
  const inputs: string[] = [];
  const outputs: string[] = [];
  for (const { number, bytes } of fieldsOf(node)) {
    if (bytes === null) continue;
    if (number === 1) inputs.push(text(bytes));
    if (number === 2) outputs.push(text(bytes));
    if (number === 4) operator = text(bytes);
    if (number === 5) readAttribute(bytes, { found, depth });
  }
  const [input] = inputs;
  const [output] = outputs;
  if (operator === 'ZipMap' && input !== undefined && output !== undefined) found.zipMaps.push({ input, output });
}

function readAttribute(attribute: Uint8Array, { found, depth }: Place): void {
  let name = '';
  for (const { number, bytes } of fieldsOf(attribute)) {
    if (bytes === null) continue;
    if (number === 1) name = text(bytes);
    if (number === 5 || number === 10) readTensor(bytes, found);
    if (number === 6 || number === 11) readGraph(bytes, { found, depth: depth + 1 });
    if (number === 22 || number === 23) for (const part of firstTwo(bytes)) readTensor(part, found);
  }
  if (/^classlabels_(strings|ints|int64s)$/.test(name)) found.classes = labelsOf(attribute);
}

function labelsOf(attribute: Uint8Array): readonly string[] | null {
  const labels = [...fieldsOf(attribute)].flatMap(({ number, bytes, integer }) => {
    if (number === 9 && bytes !== null) return [text(bytes)];
    if (number !== 8) return [];
    return (bytes === null ? [integer] : packedVarints(bytes)).map(String);
  });
  return labels.length === 0 ? null : labels;
}

function readTensor(tensor: Uint8Array, found: Found): void {
  for (const { number, bytes } of fieldsOf(tensor)) {
    if (number !== 13 || bytes === null) continue;
    const [key, value] = [1, 2].map((wanted) => [...fieldsOf(bytes)].find((field) => field.number === wanted));
    if (fieldText(key) === 'location') found.externalFiles.add(fieldText(value));
  }
}

/** A sparse tensor's values and indices, or a training's two graphs: fields 1 and 2 of either message. */
function* firstTwo(message: Uint8Array): Generator<Uint8Array> {
  for (const { number, bytes } of fieldsOf(message)) if (number <= 2 && bytes !== null) yield bytes;
}

function fieldText(field: Field | undefined): string {
  return field?.bytes === null || field?.bytes === undefined ? '' : text(field.bytes);
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
