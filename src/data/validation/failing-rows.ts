import type { Check, FailingRows } from '../check.ts';
import { quoted } from '../column.ts';
import type { Dataset } from '../dataset.ts';
import type { DataSchema } from '../schema.ts';
import type { FailingRow } from '../validation-report.ts';
import { freshPrefix } from './fresh-prefix.ts';
import { rowPlaces } from './row-places.ts';
import { hiddenValue, shownValue } from './shown-value.ts';

/** Rows shown of each broken rule. */
const shownRows = 3;
/** Rules whose rows are shown; a report with more is read by nobody. */
const shownChecks = 200;

/** The first rows that break each rule, and how many different values do. */
export interface Found {
  readonly examples: readonly FailingRow[];
  /** Of a set of values: how many others there are. */
  readonly distinct: number | null;
}

/**
 * Looks up rows that break rules: in one scan for all rules about single rows, one for each about duplicates. Always the
 * first rows, so that everybody sees the same.
 */
export async function failingRows(options: {
  readonly dataset: Dataset;
  readonly schema: DataSchema;
  readonly joins: readonly string[];
  readonly broken: readonly Check[];
  /** Whether no value of a column may be shown. */
  readonly isHidden: (column: string) => boolean;
  readonly hasLines: boolean;
}): Promise<{ readonly found: ReadonlyMap<Check, Found>; readonly scans: number }> {
  const { dataset, schema, joins, broken, isHidden, hasLines } = options;
  const prefix = freshPrefix(dataset.columns);
  const source = { dataset, key: keySql(dataset, schema), row: `${prefix}row`, prefix };
  const raw = new Map<Check, RawFound>();
  const single = broken.flatMap((check) => (check.failing?.kind === 'rows' ? [{ check, failing: check.failing }] : []));
  const repeated = broken.flatMap((check) =>
    check.failing?.kind === 'duplicates' ? [{ check, failing: check.failing }] : [],
  );
  const shown = single.slice(0, shownChecks);
  if (shown.length > 0) await findRows({ ...source, joins, wanted: shown, raw });
  const shownRepeated = repeated.slice(0, 20);
  for (const { check, failing } of shownRepeated)
    raw.set(check, await findDuplicates({ ...source, columns: failing.columns }));
  const rows = [...raw.values()].flatMap(({ examples }) => examples.map(({ row }) => row));
  const places = await rowPlaces({ dataset, rows, hasLines });
  const shownKey = (schema.key ?? []).some(isHidden) ? () => hiddenValue : shownValue;
  const found = new Map(
    [...raw].map(([check, { examples, distinct }]) => [
      check,
      {
        distinct,
        examples: examples.flatMap(({ row, value, key }): FailingRow[] => {
          const place = places.get(row);
          const isSecret = check.failing?.columns.some(isHidden) ?? false;
          if (place === undefined) return [];
          return [
            {
              ...place,
              key: key === null ? null : shownKey(key),
              value: value === null ? null : isSecret ? hiddenValue : shownValue(value),
            },
          ];
        }),
      },
    ]),
  );
  return { found, scans: (shown.length > 0 ? 1 : 0) + shownRepeated.length };
}

interface RawFound {
  readonly examples: readonly { readonly row: number; readonly value: string | null; readonly key: string | null }[];
  readonly distinct: number | null;
}

interface Source {
  readonly dataset: Dataset;
  /** SQL of the text that names a row. */
  readonly key: string;
  /** The name of the column with the number of the row. */
  readonly row: string;
  readonly prefix: string;
}

async function findRows(
  options: Source & {
    readonly joins: readonly string[];
    readonly wanted: readonly { readonly check: Check; readonly failing: Extract<FailingRows, { kind: 'rows' }> }[];
    readonly raw: Map<Check, RawFound>;
  },
): Promise<void> {
  const { dataset, key, row, joins, wanted, raw } = options;
  const select = wanted.flatMap(({ check, failing: { broken, value } }, at) => [
    `arg_min(CASE WHEN ${broken} THEN {'row': ${row}::DOUBLE, 'value': left(${value}, 500), 'key': ${key}} END, ${row}, ${shownRows}) AS e${at}`,
    ...(check.rule === 'one-of' ? [`count(DISTINCT CASE WHEN ${broken} THEN ${value} END)::DOUBLE AS d${at}`] : []),
  ]);
  const [found] = await dataset.query(`SELECT ${select.join(', ')} FROM ${numbered(row)} ${joins.join(' ')}`);
  for (const [at, { check }] of wanted.entries()) {
    raw.set(check, {
      examples: structs(found?.[`e${at}`]),
      distinct: check.rule === 'one-of' ? Number(found?.[`d${at}`] ?? 0) : null,
    });
  }
}

async function findDuplicates(options: Source & { readonly columns: readonly string[] }): Promise<RawFound> {
  const { dataset, key, row, prefix, columns } = options;
  const names = columns.map(quoted);
  const texts = names.map((name) => `coalesce(left(${name}::VARCHAR, 100), '')`);
  const groups = await dataset.query(
    `SELECT min(${row}, 2) AS ${prefix}rows, arg_min(${key}, ${row}, 2) AS ${prefix}keys, any_value(concat_ws(', ', ${texts.join(', ')})) AS ${prefix}value
       FROM ${numbered(row)} WHERE ${names.map((name) => `${name} IS NOT NULL`).join(' AND ')}
       GROUP BY ${names.join(', ')} HAVING count(*) > 1 ORDER BY min(${row}) LIMIT ${shownRows}`,
  );
  return {
    distinct: null,
    examples: groups.flatMap((group) => {
      const [, second] = list(group[`${prefix}rows`]).map(Number);
      const keyText = list(group[`${prefix}keys`])[1];
      if (second === undefined) return [];
      return [
        { row: second, value: String(group[`${prefix}value`]), key: typeof keyText === 'string' ? keyText : null },
      ];
    }),
  };
}

function numbered(row: string): string {
  return `(SELECT *, row_number() OVER () AS ${row} FROM data) AS data`;
}

/** Values of the key columns that are there, e.g. `id=17, day=2`. */
function keySql({ columns }: Dataset, { key }: DataSchema): string {
  const known = (key ?? []).filter((name) => columns.some((column) => column.name === name));
  if (known.length === 0) return 'NULL::VARCHAR';
  const parts = known.map((name) => {
    const label = `${name.slice(0, 40)}=`.replaceAll("'", "''");
    return `'${label}' || coalesce(left(${quoted(name)}::VARCHAR, 60), '')`;
  });
  return `concat_ws(', ', ${parts.join(', ')})`;
}

function structs(value: unknown): RawFound['examples'] {
  return list(value).flatMap((one) => {
    if (typeof one !== 'object' || one === null) return [];
    const { row, value: shown, key } = one as { row?: unknown; value?: unknown; key?: unknown };
    const text = (part: unknown) => (part === null || part === undefined ? null : String(part));
    return [{ row: Number(row), value: text(shown), key: text(key) }];
  });
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
