/** The element types of the Open Inference Protocol that are served. */
export type Datatype =
  | 'BOOL'
  | 'UINT8'
  | 'UINT16'
  | 'UINT32'
  | 'UINT64'
  | 'INT8'
  | 'INT16'
  | 'INT32'
  | 'INT64'
  | 'FP32'
  | 'FP64'
  | 'BYTES';

/** The elements of a tensor, row by row. BOOL is 0 and 1, BYTES is text. */
export type Elements =
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Float32Array
  | Float64Array
  | string[];

/** How elements of one type are stored, and which JSON values they can be. */
export interface ElementKind {
  readonly bytes: number;
  readonly make: (count: number) => Elements;
  readonly view: (bytes: ArrayBuffer) => Elements;
  /** In words, for messages. */
  readonly takes: string;
  /** Puts a JSON value at a place; false when it is none of this type. */
  readonly put: (elements: Elements, at: number, value: unknown) => boolean;
}

interface NumberArray {
  [at: number]: number;
}
interface NumberArrayType {
  readonly BYTES_PER_ELEMENT: number;
  new (content: number | ArrayBuffer): Elements;
}

/** Every type but BYTES, whose elements have no fixed size. */
export const elementKinds: Readonly<Record<Exclude<Datatype, 'BYTES'>, ElementKind>> = {
  BOOL: kindOf(Uint8Array, 'true or false', (elements, at, value) => {
    (elements as NumberArray)[at] = value === true ? 1 : 0;
    return typeof value === 'boolean';
  }),
  UINT8: whole(Uint8Array, 0, 255),
  UINT16: whole(Uint16Array, 0, 65_535),
  UINT32: whole(Uint32Array, 0, 4_294_967_295),
  UINT64: large(BigUint64Array, 0),
  INT8: whole(Int8Array, -128, 127),
  INT16: whole(Int16Array, -32_768, 32_767),
  INT32: whole(Int32Array, -2_147_483_648, 2_147_483_647),
  INT64: large(BigInt64Array, -Number.MAX_SAFE_INTEGER),
  FP32: float(Float32Array),
  FP64: float(Float64Array),
};

/** Whether a text names a type that is served. */
export function isDatatype(text: string): text is Datatype {
  return text === 'BYTES' || Object.hasOwn(elementKinds, text);
}

function kindOf(type: NumberArrayType, takes: string, put: ElementKind['put']): ElementKind {
  return {
    bytes: type.BYTES_PER_ELEMENT,
    make: (count) => new type(count),
    view: (bytes) => new type(bytes),
    takes,
    put,
  };
}

function whole(type: NumberArrayType, least: number, most: number): ElementKind {
  return kindOf(type, `whole numbers from ${least} to ${most}`, (elements, at, value) => {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) return false;
    // Each kind is only given the elements that its own `make` made.
    (elements as NumberArray)[at] = value;
    return true;
  });
}

/** JSON numbers beyond 2^53 were rounded when they were parsed: only the binary form holds them. */
function large(type: NumberArrayType, least: number): ElementKind {
  const takes = `whole numbers from ${least} to ${Number.MAX_SAFE_INTEGER} (larger ones as binary data)`;
  return kindOf(type, takes, (elements, at, value) => {
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least) return false;
    (elements as { [at: number]: bigint })[at] = BigInt(value);
    return true;
  });
}

/** `null` stands for a missing number, which JSON has no other word for. */
function float(type: NumberArrayType): ElementKind {
  return kindOf(type, 'numbers, or null for NaN', (elements, at, value) => {
    if (typeof value !== 'number' && value !== null) return false;
    (elements as NumberArray)[at] = value ?? Number.NaN;
    return true;
  });
}
