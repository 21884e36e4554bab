import { type Column, literal, quoted } from '../data/column.ts';
import { type ColumnValues, hasValue } from '../data/column-stream.ts';
import type { Dataset } from '../data/dataset.ts';
import { AppError } from '../error.ts';
import type { ModelPolicy } from '../policy/policy.ts';
import type { Task } from './metric-name.ts';

const classesLimit = 1000;

/** The truth of a holdout: what its target column holds, and how many rows have it. */
export interface Target {
  readonly task: Task;
  readonly column: string;
  readonly as: 'number' | 'text';
  /** Binary: negative, then positive. Many classes: in ascending order, numbers as numbers. Multilabel: the labels. Numbers: none. */
  readonly classes: readonly string[];
  readonly rows: number;
  /** Rows without a truth; they are left out. */
  readonly missing: number;
}

type TargetPolicy = Pick<ModelPolicy, 'task' | 'target' | 'positive-label' | 'multilabel'>;

/** Looks at the target once. Throws `bad-input` when it is not there, empty, or does not fit the task. */
export async function readTarget(dataset: Dataset, policy: TargetPolicy): Promise<Target> {
  if (policy.task === 'multilabel' && policy.multilabel?.columns !== undefined) {
    return await readLabelColumns(dataset, { name: policy.target, columns: policy.multilabel.columns });
  }
  const column = dataset.columns.find((one) => one.name === policy.target);
  if (column === undefined) {
    const known = dataset.columns.map((one) => one.name).slice(0, 20);
    throw new AppError(
      'bad-input',
      `expected the target column ${policy.target} in the holdout, found ${known.join(', ')}; correct \`target\``,
    );
  }
  switch (policy.task) {
    case 'regression':
    case 'ranking':
    case 'forecasting':
      return await readNumbers(dataset, { column, task: policy.task });
    case 'multilabel':
      return await readLabelSets(dataset, { column, separator: policy.multilabel?.separator ?? '|' });
    case 'binary':
    case 'multiclass':
    case 'text-classification':
      return await readClasses(dataset, { column, policy });
    default:
      return policy.task satisfies never;
  }
}

/** The class of each row as a place in `classes`, or the value of a regression; NaN where the truth is missing. */
export function truthAt(target: Target, values: ColumnValues): (row: number) => number {
  if (target.classes.length === 0) return (row) => finiteAt(values, row) ?? Number.NaN;
  const places = new Map(target.classes.map((name, place) => [name, place]));
  const placeOf = (text: string | null) =>
    text === null ? Number.NaN : (places.get(canonicalLabel(text)) ?? Number.NaN);
  // Rows are many and classes few.
  const known = new Map<number | string | null, number>();
  return (row) => {
    const value = values.kind === 'text' ? (values.values[row] ?? null) : finiteAt(values, row);
    const place = known.get(value) ?? placeOf(value === null ? null : String(value));
    known.set(value, place);
    return place;
  };
}

/**
 * One spelling for labels that mean the same whoever wrote them: whole numbers without a fraction, true as 1, false as 0.
 */
export function canonicalLabel(label: string): string {
  const text = label.trim();
  if (/^true$/i.test(text)) return '1';
  if (/^false$/i.test(text)) return '0';
  return /^(-?(?:0|[1-9]\d*))\.0+$/.exec(text)?.[1] ?? text;
}

async function readNumbers(
  dataset: Dataset,
  { column, task }: { readonly column: Column; readonly task: Task },
): Promise<Target> {
  if (column.kind !== 'number' && column.kind !== 'boolean') {
    throw new AppError(
      'bad-input',
      `expected numbers in the target ${column.name} for task ${task}, found ${column.type}; correct \`task\` or \`target\``,
    );
  }
  const name = quoted(column.name);
  const [row] = await dataset.query(
    `SELECT count(*)::DOUBLE AS total, count(*) FILTER (isfinite(${name}::DOUBLE))::DOUBLE AS known FROM data`,
  );
  const { total, known } = counted(row, column.name);
  return { task, column: column.name, as: 'number', classes: [], rows: known, missing: total - known };
}

/** One column of 0 and 1 for each label; a row without one of them has no truth. */
async function readLabelColumns(
  dataset: Dataset,
  { name, columns }: { readonly name: string; readonly columns: readonly string[] },
): Promise<Target> {
  const odd = dataset.columns.filter(
    (column) => columns.includes(column.name) && column.kind !== 'number' && column.kind !== 'boolean',
  );
  if (odd.length > 0) {
    const found = odd.map((column) => `${column.name} (${column.type})`).slice(0, 10);
    throw new AppError(
      'bad-input',
      `expected 0 and 1 in the columns of \`multilabel.columns\`, found ${found.join(', ')}; write 1 where the row has the label`,
    );
  }
  const known = columns.map((column) => `isfinite(${quoted(column)}::DOUBLE)`).join(' AND ');
  const [row] = await dataset.query(
    `SELECT count(*)::DOUBLE AS total, count(*) FILTER (${known})::DOUBLE AS known FROM data`,
  );
  const counts = counted(row, name);
  return {
    task: 'multilabel',
    column: name,
    as: 'number',
    classes: columns,
    rows: counts.known,
    missing: counts.total - counts.known,
  };
}

/** The labels of a row as text; a row without text has no truth, an empty text no label. */
async function readLabelSets(
  dataset: Dataset,
  { column, separator }: { readonly column: Column; readonly separator: string },
): Promise<Target> {
  const name = quoted(column.name);
  const [row] = await dataset.query(`SELECT count(*)::DOUBLE AS total, count(${name})::DOUBLE AS known FROM data`);
  const counts = counted(row, column.name);
  const found = await dataset.query(
    `SELECT DISTINCT trim(label) AS label FROM (SELECT unnest(string_split(${name}::VARCHAR, ${literal(separator)})) AS label FROM data) WHERE trim(label) <> '' LIMIT ${classesLimit + 1}`,
  );
  const classes = manyClasses(found.map((one) => String(one['label'])).sort(byLabel), column.name);
  if (classes.length < 2) {
    throw new AppError(
      'bad-input',
      `expected at least two labels in the target ${column.name}, separated by ${JSON.stringify(separator)}, found ${classes.join(', ') || 'none'}; correct \`multilabel.separator\` or \`target\``,
    );
  }
  const { total, known } = counts;
  return { task: 'multilabel', column: column.name, as: 'text', classes, rows: known, missing: total - known };
}

async function readClasses(
  dataset: Dataset,
  { column, policy }: { readonly column: Column; readonly policy: TargetPolicy },
): Promise<Target> {
  const as = column.kind === 'number' ? 'number' : 'text';
  const name = quoted(column.name);
  const value = as === 'number' ? `${name}::DOUBLE` : `${name}::VARCHAR`;
  const known = as === 'number' ? `isfinite(${value})` : `${name} IS NOT NULL`;
  const [row] = await dataset.query(
    `SELECT count(*)::DOUBLE AS total, count(*) FILTER (${known})::DOUBLE AS known FROM data`,
  );
  const counts = counted(row, column.name);
  const found = await dataset.query(
    `SELECT DISTINCT ${value} AS label FROM data WHERE ${known} LIMIT ${classesLimit + 1}`,
  );
  const labels = [...new Set(found.map((one) => canonicalLabel(String(one['label']))))].sort(byLabel);
  const classes = policy.task === 'binary' ? binaryClasses(labels, policy) : manyClasses(labels, column.name);
  const { total, known: rows } = counts;
  return { task: policy.task, column: column.name, as, classes, rows, missing: total - rows };
}

function counted(
  row: Readonly<Record<string, unknown>> | undefined,
  column: string,
): { readonly total: number; readonly known: number } {
  const counts = { total: Number(row?.['total'] ?? 0), known: Number(row?.['known'] ?? 0) };
  if (counts.known > 0) return counts;
  throw new AppError(
    'bad-input',
    `expected holdout rows with a value of the target ${column}, found none in ${counts.total} rows; check \`data.holdout\``,
  );
}

function binaryClasses(labels: readonly string[], policy: TargetPolicy): readonly [string, string] {
  const given = policy['positive-label'];
  const positive = canonicalLabel(String(given ?? 1));
  const others = labels.filter((label) => label !== positive);
  const shown = labels.slice(0, 10).join(', ');
  if (labels.length > 2) {
    throw new AppError(
      'bad-input',
      `expected two values in the target ${policy.target} for task binary, found ${labels.length > classesLimit ? 'more than 1000' : labels.length} (${shown}…); correct \`task\` or \`target\``,
    );
  }
  if (others.length === 2) {
    throw new AppError(
      'bad-input',
      `expected ${given === undefined ? 'true or 1' : JSON.stringify(given)} as a value of the target ${policy.target}, found ${shown}; set \`positive-label\` to the value that counts as positive`,
    );
  }
  return [others[0] ?? (positive === '1' ? '0' : `not ${positive}`), positive];
}

function manyClasses(labels: readonly string[], column: string): readonly string[] {
  if (labels.length <= classesLimit) return labels;
  throw new AppError(
    'bad-input',
    `expected at most ${classesLimit} classes in the target ${column}, found more; if it is a number to be predicted set \`task: regression\``,
  );
}

function byLabel(a: string, b: string): number {
  const difference = Number(a) - Number(b);
  if (Number.isFinite(difference) && difference !== 0) return difference;
  return a < b ? -1 : Number(a > b);
}

function finiteAt(values: ColumnValues, row: number): number | null {
  if (values.kind !== 'number' || !hasValue(values.valid, row)) return null;
  const value = values.values[row] ?? Number.NaN;
  return Number.isFinite(value) ? value : null;
}
