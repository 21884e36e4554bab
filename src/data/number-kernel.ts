import { numberKernelCode } from './number-kernel-code.ts';

/** The most values that the kernel takes at once: a chunk of DuckDB. */
export const kernelRows = 2048;

/** The slots of a histogram's table. */
export const kernelSlots = 8192;

/** The key of an empty slot: no finite number has it. */
export const emptyKey = 0x7fffffff;

const validAt = 16_512;
const firstState = 32_768;
const stateBytes = 2048 + 16 * kernelSlots;
const pageBytes = 65_536;

/** Where things are in a state, as number-kernel.wat lays it out: offsets in bytes. */
export const stateLayout = {
  nulls: 0,
  nan: 8,
  positiveInfinite: 16,
  negativeInfinite: 24,
  least: 32,
  most: 40,
  kept: 48,
  sum: 56,
  squares: 64,
  filled: 72,
  shift: 76,
  sketch: 128,
  table: 2048,
} as const;

/**
 * The loops of number-kernel.wat and the memory that they work on, shared by the columns of a profile. WebAssembly because
 * it has vector instructions and needs no checks of bounds: a third of the time of the same loops in JavaScript.
 */
export interface NumberKernel {
  /** Room for the state of one more column, empty; its address. */
  allocate(): number;
  /** Adds up to kernelRows values to a state; `valid` as in ColumnValues. */
  add(state: number, values: Float64Array, valid: Uint8Array | null): void;
  /** The memory; another object after each allocate(). */
  view(): DataView<ArrayBuffer>;
}

/** A kernel without columns. */
export function numberKernel(): NumberKernel {
  const { memory, add } = new webAssembly.Instance(compiled()).exports;
  let states = 0;
  let [doubles, bytes, view] = views(memory.buffer);
  return {
    allocate() {
      const state = firstState + states++ * stateBytes;
      const missing = state + stateBytes - memory.buffer.byteLength;
      if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
      [doubles, bytes, view] = views(memory.buffer);
      view.setFloat64(state + stateLayout.least, Number.POSITIVE_INFINITY, true);
      view.setFloat64(state + stateLayout.most, Number.NEGATIVE_INFINITY, true);
      for (let slot = 0; slot < kernelSlots; slot++) {
        view.setInt32(state + stateLayout.table + 16 * slot, emptyKey, true);
      }
      return state;
    },
    add(state, values, valid) {
      doubles.set(values);
      if (valid !== null) bytes.set(valid.subarray(0, kernelRows / 8), validAt);
      add(state, values.length, valid === null ? 0 : 1);
    },
    view: () => view,
  };
}

function views(buffer: ArrayBuffer) {
  return [new Float64Array(buffer), new Uint8Array(buffer), new DataView(buffer)] as const;
}

type Module = { readonly kind: 'module' };

// TypeScript declares WebAssembly for browsers only. The exports are those of number-kernel.wat.
const { WebAssembly: webAssembly } = globalThis as unknown as {
  readonly WebAssembly: {
    readonly Module: new (code: Uint8Array) => Module;
    readonly Instance: new (
      module: Module,
    ) => {
      readonly exports: {
        readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
        add(state: number, rows: number, masked: number): void;
      };
    };
  };
};

let code: Module | null = null;

function compiled(): Module {
  code ??= new webAssembly.Module(Buffer.from(numberKernelCode, 'base64'));
  return code;
}
