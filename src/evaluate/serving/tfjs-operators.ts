import { operatorsOf } from './onnx-operators.ts';
import type { Operators } from './serving-report.ts';

/** The operators of a TensorFlow.js graph, or the layers of a layers model. Null for a topology that is neither. */
export function tfjsOperators(model: unknown): Operators | null {
  const topology = member(model, 'modelTopology');
  const counts = new Map<string, number>();
  const nodes = member(topology, 'node');
  const config = member(member(topology, 'model_config') ?? topology, 'config');
  const layers = Array.isArray(config) ? config : member(config, 'layers');
  const names = Array.isArray(nodes)
    ? nodes.map((node) => member(node, 'op'))
    : Array.isArray(layers)
      ? layers.map((layer) => member(layer, 'class_name'))
      : null;
  if (names === null) return null;
  for (const name of names) {
    if (typeof name !== 'string' || name === 'Placeholder' || name === 'Const' || name === 'InputLayer') continue;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return operatorsOf(counts);
}

function member(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  // An own key of an object, read as what it may be.
  return (value as Readonly<Record<string, unknown>>)[key];
}
