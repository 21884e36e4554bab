import { quoted } from '../../data/column.ts';
import type { Dataset } from '../../data/dataset.ts';
import { AppError } from '../../error.ts';

/** The SQL of what rows are grouped by: the values of a column, or the day or week (from Monday, UTC) of its time. Throws `bad-input`. */
export function groupColumn(
  dataset: Dataset,
  { column: name, size }: { readonly column: string; readonly size: 'value' | 'day' | 'week' },
): string {
  const column = dataset.columns.find((one) => one.name === name);
  if (column === undefined) {
    const known = dataset.columns.slice(0, 20).map((one) => one.name);
    throw new AppError(
      'bad-input',
      `expected a column ${name}, found ${known.join(', ')}; correct the name or the data`,
    );
  }
  if (size === 'value') return quoted(name);
  if (column.kind !== 'timestamp') {
    throw new AppError(
      'bad-input',
      `expected times in column ${name} to tell ${size}s apart, found ${column.type}; name a column of dates or times`,
    );
  }
  const raw = column.type.endsWith('ZONE') ? quoted(name) : `TRY_CAST(${quoted(name)} AS TIMESTAMP)`;
  const time = `make_timestamp(epoch_us(${raw}))`;
  return `CASE WHEN isfinite(${raw}) THEN strftime(date_trunc('${size}', ${time}), '%Y-%m-%d') END`;
}
