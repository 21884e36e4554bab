/** Engines that a profile can be computed in. */
export const sqlDialects = ['duckdb', 'postgres', 'spark', 'trino'] as const;
/** The name of one of them. */
export type SqlDialectName = (typeof sqlDialects)[number];

/** How one engine writes what the profile query is made of. Arguments and results are SQL; whole numbers are 64 bits wide. */
export interface SqlDialect {
  readonly name: SqlDialectName;
  /** Said in a comment above the query: how its result becomes a file. */
  readonly advice: string;
  quoted(name: string): string;
  literal(text: string): string;
  text(value: string): string;
  double(value: string): string;
  /** A DOUBLE as text that reads as the same number. */
  doubleText(value: string): string;
  whole(value: string): string;
  /** A point in time as seconds since 1970 (UTC), as DOUBLE. */
  seconds(value: string): string;
  isNaN(value: string): string;
  readonly infinity: string;
  /** The 32 upper and lower bits of a finite DOUBLE as whole numbers from 0, given its column. */
  bits(column: string): { readonly steps: readonly SqlStep[]; readonly high: string; readonly low: string };
  /** Behind a SELECT whose columns must not be put into the expressions around it, of which there would be ever more. */
  readonly fence: string;
  xor(a: string, b: string): string;
  shiftRight(value: string, bits: number): string;
  /** The number of code points. */
  length(value: string): string;
  /** MD5 of the UTF-8 bytes as lower-case hex digits. */
  md5(value: string): string;
  /** The lesser of hex digits as text, whatever the order of letters in the database. */
  leastHex(value: string): string;
}

/** Columns that are computed from those before them. */
export type SqlStep = Readonly<Record<string, string>>;

/** The dialect of an engine. */
export function sqlDialect(name: SqlDialectName): SqlDialect {
  return dialects[name];
}

const doubleQuoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
const singleQuoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

const duckdb: SqlDialect = {
  name: 'duckdb',
  advice: 'In the DuckDB shell: .mode csv, .output profile.csv, then this query.',
  quoted: doubleQuoted,
  literal: singleQuoted,
  text: (value) => `CAST(${value} AS VARCHAR)`,
  double: (value) => `CAST(${value} AS DOUBLE)`,
  // A cast writes 2^81 and two more powers of two as twice of what they are.
  doubleText: (value) => `printf('%.17g', ${value})`,
  whole: (value) => `CAST(${value} AS BIGINT)`,
  seconds: (value) => `CASE WHEN isfinite(${value}) THEN CAST(epoch_us(${value}) AS DOUBLE) / 1000000 END`,
  isNaN: (value) => `isnan(${value})`,
  infinity: `CAST('Infinity' AS DOUBLE)`,
  bits: (column) => arithmeticBits(column, { double: 'DOUBLE', log2: (x) => `log2(${x})` }),
  fence: '',
  xor: (a, b) => `xor(${a}, ${b})`,
  shiftRight: (value, bits) => `(${value} >> ${bits})`,
  length: (value) => `length(${value})`,
  md5: (value) => `md5(${value})`,
  leastHex: (value) => `min(${value})`,
};

const postgres: SqlDialect = {
  name: 'postgres',
  advice: `With psql: psql --csv --file=profile.sql "$DATABASE" > profile.csv`,
  quoted: doubleQuoted,
  literal: singleQuoted,
  text: (value) => `CAST(${value} AS TEXT)`,
  double: (value) => `CAST(${value} AS DOUBLE PRECISION)`,
  doubleText: (value) => `CAST(${value} AS TEXT)`,
  whole: (value) => `CAST(${value} AS BIGINT)`,
  seconds: (value) =>
    `CASE WHEN isfinite(${value}) THEN CAST(CAST(extract(epoch FROM ${value}) * 1000000 AS BIGINT) AS DOUBLE PRECISION) / 1000000 END`,
  isNaN: (value) => `${value} = CAST('NaN' AS DOUBLE PRECISION)`,
  infinity: `CAST('Infinity' AS DOUBLE PRECISION)`,
  bits: (column) => ({
    steps: [{ bits: `CAST(CAST('x' || encode(float8send(${column}), 'hex') AS BIT(64)) AS BIGINT)` }],
    high: '((bits >> 32) & 4294967295)',
    low: '(bits & 4294967295)',
  }),
  fence: ' OFFSET 0',
  xor: (a, b) => `(${a} # ${b})`,
  shiftRight: (value, bits) => `(${value} >> ${bits})`,
  length: (value) => `length(${value})`,
  md5: (value) => `md5(${value})`,
  leastHex: (value) => `min(${value} COLLATE "C")`,
};

const spark: SqlDialect = {
  name: 'spark',
  advice: "First: SET TIME ZONE 'UTC'. Then write the rows of this query as CSV with a header, or as Parquet.",
  quoted: (name) => `\`${name.replaceAll('`', '``')}\``,
  // Spark takes a backslash in a literal for an escape.
  literal: (text) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`,
  text: (value) => `CAST(${value} AS STRING)`,
  double: (value) => `CAST(${value} AS DOUBLE)`,
  doubleText: (value) => `CAST(${value} AS STRING)`,
  whole: (value) => `CAST(${value} AS BIGINT)`,
  seconds: (value) => `CAST(unix_micros(CAST(${value} AS TIMESTAMP)) AS DOUBLE) / CAST(1000000 AS DOUBLE)`,
  isNaN: (value) => `isnan(${value})`,
  infinity: `CAST('Infinity' AS DOUBLE)`,
  bits: (column) => arithmeticBits(column, { double: 'DOUBLE', log2: (x) => `log2(${x})` }),
  fence: '',
  xor: (a, b) => `(${a} ^ ${b})`,
  shiftRight: (value, bits) => `shiftright(${value}, ${bits})`,
  length: (value) => `char_length(${value})`,
  md5: (value) => `md5(CAST(${value} AS BINARY))`,
  leastHex: (value) => `min(${value})`,
};

const trino: SqlDialect = {
  name: 'trino',
  advice: 'With the Trino client: trino --output-format CSV_HEADER --file profile.sql > profile.csv',
  quoted: doubleQuoted,
  literal: singleQuoted,
  text: (value) => `CAST(${value} AS VARCHAR)`,
  double: (value) => `CAST(${value} AS DOUBLE)`,
  doubleText: (value) => `CAST(${value} AS VARCHAR)`,
  whole: (value) => `CAST(${value} AS BIGINT)`,
  seconds: (value) => `to_unixtime(CAST(${value} AS TIMESTAMP(6)))`,
  isNaN: (value) => `is_nan(${value})`,
  infinity: 'infinity()',
  bits: (column) => ({
    steps: [{ bits: `from_big_endian_64(to_ieee754_64(${column}))` }],
    high: 'bitwise_and(bitwise_right_shift(bits, 32), 4294967295)',
    low: 'bitwise_and(bits, 4294967295)',
  }),
  fence: '',
  xor: (a, b) => `bitwise_xor(${a}, ${b})`,
  shiftRight: (value, bits) => `bitwise_right_shift(${value}, ${bits})`,
  length: (value) => `length(${value})`,
  md5: (value) => `lower(to_hex(md5(to_utf8(${value}))))`,
  leastHex: (value) => `min(${value})`,
};

const dialects: Readonly<Record<SqlDialectName, SqlDialect>> = { duckdb, postgres, spark, trino };

/**
 * The bits of a DOUBLE by arithmetic, for engines that do not give them: every step is exact, because dividing by a power of
 * two is. The logarithm may be off by one at a power of two, which is put right.
 */
function arithmeticBits(column: string, words: { readonly double: string; readonly log2: (x: string) => string }) {
  const { double, log2 } = words;
  const power = (exponent: string) => `power(CAST(2 AS ${double}), ${exponent})`;
  return {
    steps: [
      { size: `abs(${column})` },
      { guess: `CASE WHEN size > 0 THEN floor(${log2('size')}) ELSE -1074 END` },
      {
        exponent: `greatest(-1022, CASE WHEN ${power('guess')} > size THEN guess - 1 WHEN guess < 1023 AND ${power('guess + 1')} <= size THEN guess + 1 ELSE guess END)`,
      },
      { scaled: `size / ${power('exponent')}` },
      {
        // Numbers below the normal ones have no leading one.
        field: `CASE WHEN scaled < 1 THEN 0 ELSE CAST(exponent AS BIGINT) + 1023 END`,
        mantissa: `CAST((scaled - CASE WHEN scaled < 1 THEN 0 ELSE 1 END) * ${power('52')} AS BIGINT)`,
      },
      { upper: `CAST(floor(mantissa / CAST(4294967296 AS ${double})) AS BIGINT)` },
    ],
    high: `(CASE WHEN ${column} < 0 THEN 2147483648 ELSE 0 END + field * 1048576 + upper)`,
    low: '(mantissa - upper * 4294967296)',
  };
}
