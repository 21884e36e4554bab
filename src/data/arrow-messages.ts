import type { FileHandle } from 'node:fs/promises';
import { AppError } from '../error.ts';

/** A table of a FlatBuffer (https://flatbuffers.dev/internals): where it begins, and where its fields are looked up. */
interface Table {
  readonly bytes: DataView;
  readonly at: number;
}

/** Where a message lies in its file, and what it is. */
interface Place {
  readonly type: number;
  readonly at: number;
  readonly metadata: number;
  readonly body: number;
}

const headers = { schema: 1, dictionary: 2, batch: 3 } as const;

/** No metadata of a table that anybody wrote is larger. */
const longestMetadata = 2 ** 28;

/**
 * Walks all messages of an Arrow file or stream (the format's "Encapsulated message format") and checks every length in
 * them against what the file holds, because the package that reads them believes each one: a damaged count would take
 * all memory. Throws `bad-input`.
 */
export async function checkArrowMessages(handle: FileHandle): Promise<void> {
  const { size } = await handle.stat();
  const head = await bytesAt(handle, 0, Math.min(8, size));
  const isFile = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('latin1').startsWith('ARROW1');
  const walked = new Set<string>();
  let at = isFile ? 8 : 0;
  while (at + 4 <= size) {
    const place = await messageAt(handle, at, size);
    if (place === null) break;
    walked.add(keyOf(place));
    at = place.at + place.metadata + place.body;
  }
  if (!isFile) return;
  for (const block of await blocksOf(handle, size)) {
    // Where there is another message, the package asks for it again and again.
    if (!walked.has(keyOf(block))) throw damaged('its footer names a batch that is not there');
  }
}

/** The message at a place, checked; null at the end of all. */
async function messageAt(handle: FileHandle, at: number, size: number): Promise<Place | null> {
  const prefix = await bytesAt(handle, at, Math.min(8, size - at));
  const isModern = prefix.getInt32(0, true) === -1;
  if (isModern && prefix.byteLength < 8) return null;
  const length = isModern ? prefix.getInt32(4, true) : prefix.getInt32(0, true);
  const before = isModern ? 8 : 4;
  if (length === 0) return null;
  if (length < 0 || length > longestMetadata || at + before + length > size) throw damaged('a message that is cut off');
  const bytes = await bytesAt(handle, at + before, length);
  const message = root(bytes);
  const body = wholeAt(message, 3);
  if (body < 0 || at + before + length + body > size) throw damaged('a body that is cut off');
  const type = byteAt(message, 1);
  checkHeader(message, { type, body });
  return { type, at, metadata: before + length, body };
}

function keyOf({ type, at, metadata, body }: Place): string {
  return [type, at, metadata, body].join(' ');
}

function checkHeader(message: Table, { type, body }: Pick<Place, 'type' | 'body'>): void {
  const header = tableAt(message, 2);
  if (header === null) throw damaged('a message without content');
  if (type === headers.schema) checkFields(header, { vector: 1, left: 64 });
  else if (type === headers.batch) checkBatch(header, body);
  else {
    if (type !== headers.dictionary) throw damaged('a message that is neither schema, dictionary nor batch');
    const batch = tableAt(header, 1);
    if (batch === null) throw damaged('a dictionary without content');
    checkBatch(batch, body);
  }
}

/** Fields, and the fields inside of them: at most so many levels, as a damaged offset may point back at itself. */
function checkFields(table: Table, { vector, left }: { readonly vector: number; readonly left: number }): void {
  if (left === 0) throw damaged('fields without an end');
  const { start, length } = vectorAt(table, { field: vector, width: 4 });
  for (let index = 0; index < length; index += 1) {
    const at = start + 4 * index;
    const field = { bytes: table.bytes, at: at + number(table.bytes, 'getUint32', at) };
    vectorAt(field, { field: 6, width: 4 });
    checkFields(field, { vector: 5, left: left - 1 });
  }
}

function checkBatch(batch: Table, body: number): void {
  const nodes = vectorAt(batch, { field: 1, width: 16 });
  for (let index = 0; index < nodes.length; index += 1) {
    const rows = number(batch.bytes, 'getBigInt64', nodes.start + 16 * index);
    const nulls = number(batch.bytes, 'getBigInt64', nodes.start + 16 * index + 8);
    if (rows < 0 || nulls < -1 || nulls > rows) throw damaged('a column with more missing values than rows');
  }
  const buffers = vectorAt(batch, { field: 2, width: 16 });
  for (let index = 0; index < buffers.length; index += 1) {
    const offset = number(batch.bytes, 'getBigInt64', buffers.start + 16 * index);
    const length = number(batch.bytes, 'getBigInt64', buffers.start + 16 * index + 8);
    if (offset < 0 || length < 0 || offset + length > body) throw damaged('a column that reaches beyond its batch');
  }
}

/** The batches and dictionaries that the footer of a file names. */
async function blocksOf(handle: FileHandle, size: number): Promise<readonly Place[]> {
  const tail = await bytesAt(handle, Math.max(0, size - 10), Math.min(10, size));
  const length = tail.byteLength < 10 ? 0 : tail.getInt32(0, true);
  if (length <= 0 || length > longestMetadata || length + 18 > size) throw damaged('no whole footer');
  const footer = root(await bytesAt(handle, size - 10 - length, length));
  const schema = tableAt(footer, 1);
  if (schema !== null) checkFields(schema, { vector: 1, left: 64 });
  return (
    [
      [2, headers.dictionary],
      [3, headers.batch],
    ] as const
  ).flatMap(([field, type]) => {
    const blocks = vectorAt(footer, { field, width: 24 });
    return Array.from({ length: blocks.length }, (_, index) => {
      const at = blocks.start + 24 * index;
      return {
        type,
        at: number(footer.bytes, 'getBigInt64', at),
        metadata: number(footer.bytes, 'getInt32', at + 8),
        body: number(footer.bytes, 'getBigInt64', at + 16),
      };
    });
  });
}

async function bytesAt(handle: FileHandle, at: number, length: number): Promise<DataView> {
  const bytes = Buffer.allocUnsafe(length);
  const { bytesRead } = await handle.read(bytes, 0, length, at);
  return new DataView(bytes.buffer, bytes.byteOffset, bytesRead);
}

function root(bytes: DataView): Table {
  return { bytes, at: number(bytes, 'getUint32', 0) };
}

/** Where a field of a table is; 0 when the table leaves it out. */
function fieldAt({ bytes, at }: Table, field: number): number {
  const vtable = at - number(bytes, 'getInt32', at);
  // Signed, as the package that reads on takes them.
  if (4 + 2 * field >= number(bytes, 'getInt16', vtable)) return 0;
  const offset = number(bytes, 'getInt16', vtable + 4 + 2 * field);
  return offset === 0 ? 0 : at + offset;
}

function byteAt(table: Table, field: number): number {
  const at = fieldAt(table, field);
  return at === 0 ? 0 : number(table.bytes, 'getUint8', at);
}

function wholeAt(table: Table, field: number): number {
  const at = fieldAt(table, field);
  return at === 0 ? 0 : number(table.bytes, 'getBigInt64', at);
}

function tableAt(table: Table, field: number): Table | null {
  const at = fieldAt(table, field);
  return at === 0 ? null : { bytes: table.bytes, at: at + number(table.bytes, 'getUint32', at) };
}

/** A vector of elements that are so many bytes wide, wholly inside of the buffer. */
function vectorAt(
  table: Table,
  { field, width }: { readonly field: number; readonly width: number },
): { readonly start: number; readonly length: number } {
  const at = fieldAt(table, field);
  if (at === 0) return { start: 0, length: 0 };
  const start = at + number(table.bytes, 'getUint32', at);
  const length = number(table.bytes, 'getUint32', start);
  if (start + 4 + length * width > table.bytes.byteLength) throw damaged('a list that is longer than its message');
  return { start: start + 4, length };
}

type Getter = 'getUint8' | 'getInt16' | 'getUint32' | 'getInt32' | 'getBigInt64';

function number(bytes: DataView, get: Getter, at: number): number {
  const width = { getUint8: 1, getInt16: 2, getUint32: 4, getInt32: 4, getBigInt64: 8 }[get];
  if (at < 0 || at + width > bytes.byteLength) throw damaged('an offset that points outside of its message');
  return Number(bytes[get](at, true));
}

function damaged(found: string): AppError {
  return new AppError('bad-input', `expected a whole Arrow file, found ${found}; write it again`);
}
