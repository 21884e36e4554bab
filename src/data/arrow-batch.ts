import type { Data, RecordBatch } from 'apache-arrow';
import { AppError } from '../error.ts';

type Arrow = typeof import('apache-arrow');

/**
 * Checks that every column of a batch holds as many values as it claims, since a damaged length would otherwise be read as
 * so many missing values. Throws `bad-input`.
 */
export function checkArrowBatch(arrow: Arrow, batch: RecordBatch): void {
  for (const data of batch.data.children) checkData(arrow, data, batch.numRows);
}

function checkData(arrow: Arrow, data: Data, rows: number): void {
  const { DataType } = arrow;
  const { type, length, offset } = data;
  if (length < rows) throw short();
  const end = offset + length;
  if (DataType.isNull(type)) return;
  if (data.nullCount > 0 && data.nullBitmap.length * 8 < end) throw short();
  const children = childRows(arrow, data);
  if (children !== null) {
    for (const child of data.children) checkData(arrow, child, children);
    return;
  }
  if (data.values === undefined) return;
  const held = DataType.isBool(type) ? data.values.length * 8 : data.values.length / data.stride;
  if (data.valueOffsets === undefined ? held < length : held < lastOffset(data)) throw short();
}

/** How many rows the children of a nested column must hold; null when it is not nested. */
function childRows({ DataType }: Arrow, data: Data): number | null {
  const { type } = data;
  const end = data.offset + data.length;
  if (DataType.isFixedSizeList(type)) return end * type.listSize;
  if (DataType.isStruct(type)) return end;
  return DataType.isList(type) || DataType.isMap(type) ? lastOffset(data) : null;
}

/** The last offset of a column of lists or texts; none is less than the one before. */
function lastOffset({ valueOffsets, length }: Data): number {
  if (length > 0 && valueOffsets.length < length + 1) throw short();
  let before = 0;
  for (let index = 0; index <= length; index += 1) {
    const next = Number(valueOffsets[index] ?? 0);
    if (next < before) throw short();
    before = next;
  }
  return before;
}

function short(): AppError {
  return new AppError(
    'bad-input',
    'expected a whole Arrow file, found a column that claims more values than it holds; write it again',
  );
}
