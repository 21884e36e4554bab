import { type Elements, elementKinds } from './datatype.ts';
import { stacked, type TensorSpec, type TensorValue } from './tensor.ts';
import type { TensorModel } from './tensor-model.ts';

/**
 * Whether a model answers each row by itself, so that requests of several callers may be answered at once. Shapes do not
 * say it (the first dimension may be time), so it is tried: two different rows together must get what they get alone.
 */
export async function answersRowByRow(model: TensorModel): Promise<boolean> {
  const specs = [...model.inputs, ...model.outputs];
  if (specs.some(({ shape }) => shape[0] !== -1) || model.inputs.length === 0) return false;
  const names = model.outputs.map(({ name }) => name);
  const rows = [0, 1].map((row) => model.inputs.map((spec) => sampleRow(spec, row)));
  try {
    const together = await model.run(
      model.inputs.map((_, at) => stacked(rows.flatMap((row) => row[at] ?? []))),
      names,
    );
    for (const [row, inputs] of rows.entries()) {
      const alone = await model.run(inputs, names);
      if (!together.every((tensor, at) => isRowOf(tensor, alone[at], row))) return false;
    }
    return true;
  } catch {
    // It may not know these values; then its requests are answered one by one.
    return false;
  }
}

function sampleRow({ name, datatype, shape }: TensorSpec, row: number): TensorValue {
  const sides = [1, ...shape.slice(1).map((side) => (side < 0 ? 1 : side))];
  const count = sides.reduce((product, side) => product * side, 1);
  if (datatype === 'BYTES') {
    return { name, datatype, shape: sides, elements: Array.from({ length: count }, () => (row === 0 ? '' : 'a')) };
  }
  const kind = elementKinds[datatype];
  const elements = kind.make(count);
  const isFloat = datatype === 'FP32' || datatype === 'FP64';
  for (let at = 0; at < count; at++) {
    const value = isFloat ? Math.sin(1 + at + 100 * row) : (at + row) % 2;
    kind.put(elements, at, datatype === 'BOOL' ? value === 1 : value);
  }
  return { name, datatype, shape: sides, elements };
}

function isRowOf(together: TensorValue, alone: TensorValue | undefined, row: number): boolean {
  if (alone === undefined || together.shape[0] !== 2 || alone.shape[0] !== 1) return false;
  const width = alone.elements.length;
  if (together.elements.length !== 2 * width) return false;
  return Array.from({ length: width }, (_, at) => at).every((at) =>
    isClose(elementAt(together.elements, row * width + at), elementAt(alone.elements, at)),
  );
}

function elementAt(elements: Elements, at: number): unknown {
  return elements[at];
}

/** Sums of several rows at once may be added in another order. */
function isClose(left: unknown, right: unknown): boolean {
  if (typeof left !== 'number' || typeof right !== 'number') return left === right;
  return Object.is(left, right) || Math.abs(left - right) <= 1e-4 * Math.max(1, Math.abs(left), Math.abs(right));
}
