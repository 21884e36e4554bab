import { categoryLimit, frequentShare } from '../category-counts.ts';
import type { ColumnKind } from '../column.ts';
import { binLimit } from '../histogram.ts';
import { type SqlDialect, type SqlDialectName, type SqlStep, sqlDialect } from './sql-dialect.ts';

/** A column of a table in an engine: its name there and what it holds. Embeddings have no query. */
export interface SqlColumn {
  readonly name: string;
  readonly kind: Exclude<ColumnKind, 'embedding'>;
}

/** Beyond it the squares of numbers could leave the range of a double, which engines take for an error. */
const largest = '1e140';

/**
 * One query that gives the profile of a table as rows (col, part, item, value): profileOfRows() makes a profile document of
 * them. Every integer is that of a profile made from the same rows as files; means and spreads agree to rounding.
 */
export function profileQuery(options: {
  readonly dialect: SqlDialectName;
  /** The table as it is written in SQL, e.g. `shop.orders`. */
  readonly table: string;
  readonly columns: readonly SqlColumn[];
}): string {
  const { table, columns } = options;
  const d = sqlDialect(options.dialect);
  const tables: string[] = [];
  const parts = [`SELECT -1 AS col, 'rows' AS part, '' AS item, ${d.text('count(*)')} AS value FROM ${table}`];
  for (const [at, column] of columns.entries()) {
    const made =
      column.kind === 'string' ? textQueries({ d, table, column, at }) : numberQueries({ d, table, column, at });
    tables.push(...made.tables);
    parts.push(...made.parts);
  }
  const names = columns.map(({ name, kind }) => `${kind} ${JSON.stringify(name)}`).join(', ');
  return [
    '-- A profile as siskin makes it of files: give the result to `siskin profile --from-sql-result FILE`.',
    `-- ${d.advice}`,
    `-- Columns: ${names}`,
    ...(tables.length === 0 ? [] : [`WITH ${tables.join(',\n')}`]),
    `${parts.join('\nUNION ALL\n')};`,
    '',
  ].join('\n');
}

interface QueryPart {
  readonly d: SqlDialect;
  readonly table: string;
  readonly column: SqlColumn;
  readonly at: number;
}

function numberQueries({ d, table, column, at }: QueryPart) {
  const name = d.quoted(column.name);
  const value = column.kind === 'timestamp' ? d.seconds(name) : numberOf(d, name, column.kind);
  const isNumber = `(x IS NOT NULL AND NOT (${d.isNaN('x')}) AND abs(x) < ${d.infinity})`;
  const small = `FILTER (WHERE ${isNumber} AND abs(x) <= ${largest})`;
  const moments = (sql: string) => `CASE WHEN max(CASE WHEN ${isNumber} THEN abs(x) END) <= ${largest} THEN ${sql} END`;
  const counted = (condition: string) => `sum(CASE WHEN ${condition} THEN 1 ELSE 0 END)`;
  const counts = [
    counted('x IS NULL'),
    counted(d.isNaN('x')),
    counted(`x = ${d.infinity}`),
    counted(`x = -${d.infinity}`),
    counted(isNumber),
  ];
  const doubles = [
    `min(CASE WHEN ${isNumber} THEN x END)`,
    `max(CASE WHEN ${isNumber} THEN x END)`,
    moments(`avg(x) ${small}`),
    moments(`var_pop(x) ${small} * ${counted(isNumber)}`),
  ];
  const { steps, high, low } = d.bits('x');
  const sign = 2 ** 31;
  const [v, f, k, g] = ['v', 'f', 'k', 'g'].map((letter) => `${letter}${at}`);
  return {
    tables: [
      // Adding nothing to −0 is left to no optimiser.
      `${v} AS (SELECT CASE WHEN x = 0 THEN ${d.double('0')} ELSE x END AS x FROM (SELECT ${value} AS x FROM ${table}) AS t)`,
      `${f} AS (${nested(d, `SELECT x, count(*) AS n FROM ${v} WHERE ${isNumber} GROUP BY x`, [...steps, { high, low }])})`,
      `${k} AS (SELECT CASE WHEN high < ${sign} THEN high ELSE ${sign - 1} - high END AS bin, sum(n) AS n FROM ${f} GROUP BY 1)`,
      `${g} AS (SELECT coalesce(min(step), 20) AS step FROM (SELECT step, count(DISTINCT floor(bin / power(${d.double('2')}, step))) AS bins
  FROM ${k} CROSS JOIN (${numbersTo(20)}) AS s GROUP BY step) AS b WHERE bins <= ${binLimit})`,
    ],
    parts: [
      `SELECT ${at}, 'numbers', '', ${joined([...counts.map(d.text), ...doubles.map(d.doubleText)])} FROM ${v}`,
      `SELECT ${at}, 'bin', ${d.text(`20 - step`)} || ':' || ${d.text('bin')}, ${d.text(d.whole('sum(n)'))} FROM
  (SELECT step, ${d.whole(`floor(bin / power(${d.double('2')}, step))`)} AS bin, n FROM ${k} CROSS JOIN ${g}) AS b GROUP BY step, bin`,
      `SELECT ${at}, 'register', ${d.text('register')}, ${d.text('min(tail)')} FROM (${nested(
        d,
        `SELECT high, low FROM ${f}`,
        hashSteps(d),
      )}) AS h GROUP BY register`,
    ],
  };
}

function numberOf(d: SqlDialect, name: string, kind: SqlColumn['kind']): string {
  if (kind === 'boolean') return `CASE WHEN ${name} THEN ${d.double('1')} WHEN NOT ${name} THEN ${d.double('0')} END`;
  return d.double(name);
}

/** The hash of distinct.ts: 32-bit steps in 64-bit numbers. Of a register's ranks the largest belongs to the smallest tail. */
function hashSteps(d: SqlDialect): readonly SqlStep[] {
  const [first, second, third] = [0x85ebca6b, 0xc2b2ae35, 0x9e3779b9];
  const mixed = (from: string, to: string): readonly SqlStep[] => [
    { [`${to}1`]: d.xor(from, d.shiftRight(from, 16)) },
    { [`${to}2`]: product(`${to}1`, first) },
    { [`${to}3`]: d.xor(`${to}2`, d.shiftRight(`${to}2`, 13)) },
    { [`${to}4`]: product(`${to}3`, second) },
    { [to]: d.xor(`${to}4`, d.shiftRight(`${to}4`, 16)) },
  ];
  return [
    { a0: d.xor('low', d.whole(String(third))) },
    ...mixed('a0', 'a'),
    { b0: d.xor(product('high', first), 'a') },
    ...mixed('b0', 'b'),
    { c0: d.xor(d.xor('b', product('low', second)), 'high') },
    ...mixed('c0', 'tail'),
    { register: 'b % 1024' },
  ];
}

/** The lower 32 bits of a product, without leaving 64 bits on the way. */
function product(value: string, factor: number): string {
  const [upper, lower] = [Math.floor(factor / 65_536), factor % 65_536];
  return `((((${value} * ${upper}) % 65536) * 65536 + ${value} * ${lower}) % 4294967296)`;
}

function textQueries({ d, table, column, at }: QueryPart) {
  const [t, g] = [`t${at}`, `g${at}`];
  const hash = d.md5('x');
  const label = `CASE WHEN ${d.length('x')} > 50 THEN substr(x, 1, 36) || '…' || substr(${hash}, 1, 12) ELSE x END`;
  const value = d.text(d.quoted(column.name));
  const isNamed = `(SELECT count(*) FROM ${g}) <= ${categoryLimit} OR n * ${frequentShare} >= (SELECT sum(n) FROM ${g})`;
  return {
    tables: [
      `${t} AS (SELECT x, count(*) AS n FROM (SELECT ${value} AS x FROM ${table}) AS s GROUP BY x)`,
      `${g} AS (SELECT label, sum(n) AS n FROM (SELECT ${label} AS label, n FROM ${t} WHERE x IS NOT NULL) AS l GROUP BY label)`,
    ],
    parts: [
      `SELECT ${at}, 'nulls', '', ${d.text(d.whole('coalesce(sum(n), 0)'))} FROM ${t} WHERE x IS NULL`,
      `SELECT ${at}, 'labels', '', ${d.text('count(*)')} FROM ${g}`,
      `SELECT ${at}, 'text', label, ${d.text(d.whole('n'))} FROM ${g} WHERE ${isNamed}`,
      `SELECT ${at}, 'length', ${d.text('length')}, ${d.text(d.whole('sum(n)'))} FROM (SELECT ${d.length('x')} AS length, n FROM ${t} WHERE x IS NOT NULL) AS l GROUP BY length`,
      `SELECT ${at}, 'bucket', head, ${d.text(d.whole('sum(n)'))} || ' ' || ${d.leastHex('tail')} FROM (SELECT substr(hash, 1, 3) AS head, substr(hash, 4, 8) AS tail, n
  FROM (SELECT ${d.md5('label')} AS hash, n FROM ${g}) AS h) AS b GROUP BY head`,
    ],
  };
}

/** One text of several, with nothing between two bars where there is none. */
function joined(texts: readonly string[]): string {
  return texts.map((text) => `coalesce(${text}, '')`).join(" || '|' || ");
}

/** Steps of which each may use the columns of those before: one SELECT around the other. */
function nested(d: SqlDialect, inner: string, steps: readonly SqlStep[]): string {
  return steps.reduce((sql, step, depth) => {
    const columns = Object.entries(step).map(([name, expression]) => `${expression} AS ${name}`);
    return `SELECT *, ${columns.join(', ')} FROM (${sql}) AS s${depth}${d.fence}`;
  }, inner);
}

function numbersTo(last: number): string {
  return Array.from({ length: last + 1 }, (_, step) => (step === 0 ? 'SELECT 0 AS step' : `SELECT ${step}`)).join(
    ' UNION ALL ',
  );
}
