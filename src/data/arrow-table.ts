import { open } from 'node:fs/promises';
import { zstdDecompressSync } from 'node:zlib';
import type { DuckDBConnection, DuckDBType, DuckDBValue } from '@duckdb/node-api';
import type { DataType, Field, RecordBatch, Vector } from 'apache-arrow';
import { AppError, messageOf } from '../error.ts';
import { importNative } from '../natives.ts';
import { checkArrowBatch } from './arrow-batch.ts';
import { checkArrowMessages } from './arrow-messages.ts';
import { quoted } from './column.ts';
import { decodeLz4Frame } from './lz4-frame.ts';
import { partitionColumns } from './partitions.ts';
import type { SourceFile } from './source-file.ts';

type Arrow = typeof import('apache-arrow');
type Duck = typeof import('@duckdb/node-api');

/** DuckDB's own number of rows per chunk. */
const chunkRows = 2048;

/**
 * Reads Arrow files (Feather 2, the IPC file and stream formats; LZ4 and zstd inside) batch by batch into a table, which spills to
 * disk beyond the memory limit. DuckDB would need an extension from the network. Throws `bad-input` or `unsupported`.
 */
export async function loadArrow(options: {
  readonly connection: DuckDBConnection;
  readonly files: readonly SourceFile[];
  readonly table: string;
  readonly partitionTypes: ReadonlyMap<string, string>;
}): Promise<void> {
  const { connection, files, table, partitionTypes } = options;
  const arrow = await arrowWithCodecs();
  const duck = await importNative('@duckdb/node-api');
  let expected: readonly string[] | null = null;
  for (const file of files) {
    const loaded = await loadFile({ arrow, duck, connection, file, table: 'arrow_file' });
    const names = loaded.map(({ name }) => name);
    const first = files[0];
    if (expected !== null && [...names].sort().join('\n') !== [...expected].sort().join('\n')) {
      throw new AppError(
        'bad-input',
        `expected the columns of ${first?.path} in every file, found others in ${file.path}; name files of one schema`,
      );
    }
    const columns = ['*', ...partitionColumns(file, partitionTypes)].join(', ');
    const isFirst = expected === null;
    await connection.run(
      isFirst
        ? `CREATE TABLE ${quoted(table)} AS SELECT ${columns} FROM arrow_file`
        : `INSERT INTO ${quoted(table)} BY NAME SELECT ${columns} FROM arrow_file`,
    );
    await connection.run('DROP TABLE arrow_file');
    expected ??= names;
  }
}

let withCodecs: Promise<Arrow> | null = null;

function arrowWithCodecs(): Promise<Arrow> {
  withCodecs ??= import('apache-arrow').then((arrow) => {
    arrow.compressionRegistry.set(arrow.CompressionType.LZ4_FRAME, { decode: decodeLz4Frame });
    arrow.compressionRegistry.set(arrow.CompressionType.ZSTD, {
      decode: (data) => zstdDecompressSync(data, { maxOutputLength: 2 ** 31 - 1 }),
    });
    return arrow;
  });
  return withCodecs;
}

/** One column on its way: its DuckDB type and how a value of it is written. */
interface Bridge {
  readonly name: string;
  readonly type: DuckDBType;
  readonly convert: (value: unknown) => DuckDBValue;
}

async function loadFile(options: {
  readonly arrow: Arrow;
  readonly duck: Duck;
  readonly connection: DuckDBConnection;
  readonly file: SourceFile;
  readonly table: string;
}): Promise<readonly Bridge[]> {
  const { arrow, duck, connection, file, table } = options;
  await using handle = await open(file.absolutePath);
  try {
    await checkArrowMessages(handle);
    const reader = await arrow.RecordBatchReader.from(handle);
    await reader.open({ autoDestroy: false });
    const bridges = reader.schema.fields.map((field) => bridge({ arrow, duck, field }));
    refuseDuplicates(bridges, file);
    const columns = bridges.map(({ name, type }) => `${quoted(name)} ${type.toString()}`);
    await connection.run(`CREATE TABLE ${quoted(table)} (${columns.join(', ')})`);
    const appender = await connection.createAppender(table);
    for await (const batch of reader) {
      checkArrowBatch(arrow, batch);
      for (let start = 0; start < batch.numRows; start += chunkRows) {
        const rows = Math.min(chunkRows, batch.numRows - start);
        const chunk = duck.DuckDBDataChunk.create(
          bridges.map(({ type }) => type),
          rows,
        );
        chunk.setColumns(bridges.map((one, at) => values({ batch, at, start, rows, bridge: one })));
        appender.appendDataChunk(chunk);
      }
    }
    appender.closeSync();
    return bridges;
  } catch (cause) {
    if (cause instanceof AppError && cause.code !== 'bad-input') throw cause;
    throw new AppError(
      'bad-input',
      `expected a whole Arrow file, found that reading ${file.path} fails (${messageOf(cause).slice(0, 200)}); write it again`,
      { cause },
    );
  }
}

function values(options: {
  readonly batch: RecordBatch;
  readonly at: number;
  readonly start: number;
  readonly rows: number;
  readonly bridge: Bridge;
}): DuckDBValue[] {
  const {
    batch,
    at,
    start,
    rows,
    bridge: { convert },
  } = options;
  const vector: Vector | null = batch.getChildAt(at);
  return Array.from({ length: rows }, (_, row) => {
    const value: unknown = vector?.get(start + row);
    return value === null || value === undefined ? null : convert(value);
  });
}

function bridge(options: { readonly arrow: Arrow; readonly duck: Duck; readonly field: Field }): Bridge {
  const { arrow, duck, field } = options;
  return { name: field.name, ...typeBridge({ arrow, duck, type: field.type, name: field.name }) };
}

interface Typed {
  readonly arrow: Arrow;
  readonly duck: Duck;
  readonly type: DataType;
  readonly name: string;
}

function typeBridge(typed: Typed): Pick<Bridge, 'type' | 'convert'> {
  const { arrow, duck, type } = typed;
  const { DataType } = arrow;
  if (DataType.isDictionary(type)) return typeBridge({ ...typed, type: type.dictionary });
  if (DataType.isBool(type)) return { type: duck.BOOLEAN, convert: (value) => value === true };
  if (DataType.isInt(type)) return { type: duck.BIGINT, convert: wholeNumber };
  if (DataType.isFloat(type) || DataType.isDecimal(type)) return numberBridge(typed);
  if (DataType.isDate(type) || DataType.isTimestamp(type)) return timeBridge(typed);
  if (DataType.isFixedSizeList(type) && isNumeric(arrow, type.valueType)) {
    const elements = numberBridge({ ...typed, type: type.valueType });
    return {
      type: duck.ARRAY(duck.DOUBLE, type.listSize),
      convert: (value) => duck.arrayValue(items(value, elements)),
    };
  }
  if (DataType.isList(type) && isNumeric(arrow, type.valueType)) {
    const elements = numberBridge({ ...typed, type: type.valueType });
    return { type: duck.LIST(duck.DOUBLE), convert: (value) => duck.listValue(items(value, elements)) };
  }
  return { type: duck.VARCHAR, convert: printed };
}

function isNumeric(arrow: Arrow, type: DataType): boolean {
  return arrow.DataType.isInt(type) || arrow.DataType.isFloat(type);
}

function numberBridge({ arrow, duck, type }: Typed): Pick<Bridge, 'type' | 'convert'> {
  const scale = arrow.DataType.isDecimal(type) ? type.scale : 0;
  return { type: duck.DOUBLE, convert: (value) => Number(scale === 0 ? value : `${value}e-${scale}`) };
}

/** Arrow keeps an unsigned 64-bit integer that DuckDB's BIGINT cannot hold: such a value is refused rather than bent. */
function wholeNumber(value: unknown): bigint {
  return BigInt(typeof value === 'bigint' || typeof value === 'number' ? value : String(value));
}

function timeBridge({ arrow, duck, type }: Typed): Pick<Bridge, 'type' | 'convert'> {
  const isZoned = arrow.DataType.isTimestamp(type) && Boolean(type.timezone);
  // The package gives milliseconds since 1970, with decimals where the unit is finer.
  const micros = (value: unknown) => BigInt(Math.round(Number(value) * 1000));
  if (isZoned) return { type: duck.TIMESTAMPTZ, convert: (value) => new duck.DuckDBTimestampTZValue(micros(value)) };
  return { type: duck.TIMESTAMP, convert: (value) => new duck.DuckDBTimestampValue(micros(value)) };
}

function items(value: unknown, elements: Pick<Bridge, 'convert'>): DuckDBValue[] {
  // The value of a list column is a vector of its elements.
  return [...(value as Vector)].map((item: unknown) => (item === null ? null : elements.convert(item)));
}

function printed(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  return typeof value === 'object'
    ? JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? String(inner) : inner))
    : String(value);
}

function refuseDuplicates(bridges: readonly Bridge[], file: SourceFile): void {
  const folded = bridges.map(({ name }) => name.toLowerCase());
  const twice = bridges.find(({ name }, index) => folded.indexOf(name.toLowerCase()) !== index);
  if (twice === undefined) return;
  throw new AppError(
    'unsupported',
    `expected every column name once, found ${JSON.stringify(twice.name.slice(0, 200))} twice in ${file.path}; rename one`,
  );
}
