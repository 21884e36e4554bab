import { AppError } from '../../error.ts';
import { nearest } from '../../policy/nearest.ts';
import { type Column, quoted } from '../column.ts';
import type { Dataset } from '../dataset.ts';
import type { SchemaDocument } from '../schema.ts';
import type { LeakageReport, SchemaProblem } from '../validation-report.ts';
import { anomalyFix } from './anomaly.ts';
import { type Association, association, type Values } from './association.ts';
import { numberValue, textValue, timeValue } from './column-value.ts';

/** Cells that are looked at: enough rows to tell 0.98 from 1, little enough to hold. */
const mostCells = 4_000_000;
const mostRows = 100_000;
/** Numbers with at most so many different values are classes. */
const mostClasses = 20;
const fewestRows = 30;

type Leakage = LeakageReport['columns'][number];

/** What leakage was found: the report of it, and one problem for each column that gives the target away. */
export interface FoundLeakage {
  readonly report: LeakageReport;
  readonly checks: number;
  readonly problems: readonly SchemaProblem[];
  readonly isWarning: boolean;
}

/**
 * Looks for single columns that foretell the target too well, in one scan: a copy of it, a number or a category that
 * determines it, or values that are missing exactly for one outcome. Null when the schema does not ask for it.
 */
export async function findLeakage(dataset: Dataset, document: SchemaDocument): Promise<FoundLeakage | null> {
  const { leakage: rule } = document.schema;
  if (rule === undefined || isAbsent(dataset, document, rule.target)) return null;
  const target = columnOf(dataset, document, rule.target);
  const features = dataset.columns.filter(({ name }) => name !== rule.target && !rule.ignore.includes(name));
  const columns = await sample({ dataset, document, columns: [target, ...features] });
  const rows = columns[0]?.length ?? 0;
  const truth = read(columns[0] ?? []);
  const found = features.flatMap((column, at) => strongest(column.name, columns[at + 1] ?? [], columns[0] ?? []));
  const ordered = found.sort((a, b) => b.association - a.association || (a.column < b.column ? -1 : 1));
  const place = { file: document.file, line: document.lineOf(['leakage', 'max-association']), rows: null };
  const base = { ...place, check: 'leakage', anomaly: 'leakage' as const };
  const expected = `an association with ${rule.target} below ${rule['max-association']}`.slice(0, 500);
  const cannot = rows < fewestRows ? `${rows} rows` : distinct(truth) < 2 ? 'a target of one value' : null;
  const leaks = cannot === null ? ordered.filter((one) => one.association >= rule['max-association']) : [];
  const fix = anomalyFix({ anomaly: 'leakage', column: '', rule: 'leakage' });
  const problems = leaks.map(
    (one): SchemaProblem => ({
      ...base,
      column: one.column,
      expected,
      found: `${shownAssociation(one)}, on ${rows === dataset.rows ? 'all' : 'a sample of'} ${rows} rows`,
      fix,
    }),
  );
  if (cannot !== null) {
    const enough = `at least ${fewestRows} rows and two values of ${rule.target}`.slice(0, 500);
    problems.push({
      ...base,
      column: rule.target,
      expected: enough,
      found: cannot,
      fix: 'leave `leakage` out, or bring more rows',
    });
  }
  return {
    report: { target: rule.target, rows, columns: ordered.slice(0, 20) },
    checks: features.length,
    problems,
    isWarning: rule.warn,
  };
}

/** A column that the schema names and the data lack is the matter of `required`. */
function isAbsent({ columns }: Dataset, { schema }: SchemaDocument, name: string): boolean {
  return Object.hasOwn(schema.columns, name) && !columns.some((column) => column.name === name);
}

type Cell = string | number | null;

function columnOf({ columns }: Dataset, { file, lineOf }: SchemaDocument, name: string): Column {
  const column = columns.find((one) => one.name === name);
  if (column !== undefined) return column;
  const near = nearest(
    name,
    columns.map((one) => one.name),
  );
  const fix = near === null ? 'correct the name' : `did you mean \`${near}\`?`;
  throw new AppError(
    'bad-config',
    `${file}:${lineOf(['leakage', 'target'])}: expected a column of the data, found ${JSON.stringify(name)}; ${fix}`,
  );
}

/** The same rows for everybody: drawn by a hash of what is in them, so that neither order nor files matter. */
async function sample(options: {
  readonly dataset: Dataset;
  readonly document: SchemaDocument;
  readonly columns: readonly Column[];
}): Promise<readonly (readonly Cell[])[]> {
  const { dataset, document, columns } = options;
  const wanted = Math.min(mostRows, Math.max(2000, Math.floor(mostCells / columns.length)));
  const select = columns.map((column, at) => {
    const type = Object.hasOwn(document.schema.columns, column.name)
      ? document.schema.columns[column.name]?.type
      : undefined;
    return `${cellSql(column, type)} AS c${at}`;
  });
  const drawn =
    dataset.rows <= wanted
      ? ''
      : `WHERE hash(${dataset.columns.map(({ name }) => quoted(name)).join(', ')}) % 1000000 < ${Math.ceil((wanted / dataset.rows) * 1_000_000)}`;
  const rows = await dataset.query(`SELECT ${select.join(', ')} FROM data ${drawn}`);
  return columns.map((_, at) =>
    rows.map((row): Cell => {
      const value = row[`c${at}`];
      return typeof value === 'string' || typeof value === 'number' ? value : null;
    }),
  );
}

function cellSql(column: Column, declared: string | undefined): string {
  if (declared === 'number' || declared === 'integer') return numberValue(column);
  if (declared === 'timestamp' || column.kind === 'timestamp') return timeValue(column);
  if (column.kind === 'number') return numberValue(column);
  const text = textValue(column);
  // A long text is told from others by its hash.
  return `CASE WHEN length(${text}) > 100 THEN md5(${text}) ELSE ${text} END`;
}

function strongest(column: string, feature: readonly Cell[], target: readonly Cell[]): readonly Leakage[] {
  const both = feature.flatMap((cell, at) =>
    cell === null || target[at] === null || target[at] === undefined ? [] : [at],
  );
  const pick = (cells: readonly Cell[]) => both.map((at) => cells[at] ?? null);
  const [own, truth] = [pick(feature), pick(target)];
  const found: Leakage[] = [];
  const add = (result: Association | null, method?: Leakage['method']) => {
    if (result !== null)
      found.push({ column, association: Number(result.value.toPrecision(10)), method: method ?? result.method });
  };
  if (both.length >= fewestRows) {
    const equal = own.filter((cell, at) => String(cell) === String(truth[at])).length;
    const values = read(own);
    if (equal >= 0.999 * both.length && distinct(values) > 1) found.push({ column, association: 1, method: 'copy' });
    else add(association(values, read(truth)));
  }
  const known = target.flatMap((cell, at) => (cell === null ? [] : [at]));
  const missing = Uint32Array.from(known, (at) => (feature[at] === null ? 1 : 0));
  const share = missing.reduce((sum, one) => sum + one, 0);
  if (share >= 10 && missing.length - share >= 10) {
    const truthOfAll = read(known.map((at) => target[at] ?? null));
    add(association({ kind: 'class', values: missing, classes: 2 }, truthOfAll), 'missing');
  }
  return found.sort((a, b) => b.association - a.association).slice(0, 1);
}

/** Cells without nulls as numbers, when all are and there are many different ones, else as classes. */
function read(cells: readonly Cell[]): Values {
  const present = cells.filter((cell) => cell !== null);
  const different = new Set(present);
  if (different.size > mostClasses) {
    const numbers = Float64Array.from(present, (cell) => (typeof cell === 'number' ? cell : numberOf(cell)));
    // NaN has no rank; infinite numbers have the first and the last.
    if (numbers.every((number) => !Number.isNaN(number))) return { kind: 'number', values: numbers };
  }
  const labels = new Map([...different].map((cell, at) => [cell, at]));
  return { kind: 'class', values: Uint32Array.from(present, (cell) => labels.get(cell) ?? 0), classes: different.size };
}

function numberOf(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text);
}

function distinct(values: Values): number {
  return values.kind === 'class' ? values.classes : new Set(values.values).size;
}

function shownAssociation({ association: value, method }: Leakage): string {
  const words = {
    auc: 'it separates the classes',
    'cramers-v': 'Cramér’s V',
    spearman: 'Spearman’s rank correlation',
    'correlation-ratio': 'the correlation ratio',
    copy: 'a copy of the target',
    missing: 'values are missing by outcome',
  } as const;
  return `${Number(value.toPrecision(4))} (${method === 'auc' ? `${words.auc}, AUC ${Number(((1 + value) / 2).toPrecision(4))}` : words[method]})`;
}
