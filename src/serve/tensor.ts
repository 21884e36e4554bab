import type { Datatype, Elements } from './datatype.ts';

/** An input or output of a model as its metadata describe it. */
export interface TensorSpec {
  readonly name: string;
  readonly datatype: Datatype;
  /** -1 where any size is taken, as the Open Inference Protocol writes it. */
  readonly shape: readonly number[];
}

/** A tensor of a request or an answer. */
export interface TensorValue {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly elements: Elements;
}

/** How many elements a shape has. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

/** Several tensors of one name as one, one after the other along the first dimension. */
export function stacked(parts: readonly TensorValue[]): TensorValue {
  const [first] = parts;
  if (first === undefined) throw new RangeError('expected tensors to stack, found none');
  if (parts.length === 1) return first;
  const rows = parts.reduce((sum, { shape }) => sum + (shape[0] ?? 0), 0);
  return { ...first, shape: [rows, ...first.shape.slice(1)], elements: joined(parts, first.elements) };
}

/** The rows from one place up to another. */
export function rowsOf(tensor: TensorValue, from: number, to: number): TensorValue {
  const inner = tensor.shape.slice(1);
  const width = sizeOf(inner);
  const { elements } = tensor;
  const [start, end] = [from * width, to * width];
  const part = Array.isArray(elements) ? elements.slice(start, end) : elements.subarray(start, end);
  return { ...tensor, shape: [to - from, ...inner], elements: part };
}

function joined(parts: readonly TensorValue[], first: Elements): Elements {
  if (Array.isArray(first)) return parts.flatMap(({ elements }) => elements as string[]);
  const count = parts.reduce((sum, { elements }) => sum + elements.length, 0);
  // All parts have the type of the first: they are inputs of one name with one datatype.
  const whole = new (first.constructor as new (count: number) => { set(part: unknown, at: number): void } & Elements)(
    count,
  );
  let at = 0;
  for (const { elements } of parts) {
    whole.set(elements, at);
    at += elements.length;
  }
  return whole;
}
