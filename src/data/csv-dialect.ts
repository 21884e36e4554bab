import { z } from 'zod';
import { literal } from './column.ts';

const character = (what: string) =>
  z.string().regex(/^[\x20-\x7e\t]$/, `one printable character or a tab, e.g. ${what}`);

/** How CSV files are written, where that cannot be found out. What is not given is detected, or is as RFC 4180 has it. */
export const CsvDialect = z.strictObject({
  delimiter: character('`;`').optional().describe('What stands between cells. Default: the one that fits.'),
  quote: z
    .union([character("`'`"), z.literal('')])
    .optional()
    .describe('What stands around cells that hold delimiters; empty for nothing. Default: ".'),
  escape: character('`\\`').optional().describe('What stands before a quote inside quotes. Default: the quote itself.'),
  decimal: z.enum(['.', ',']).optional().describe('What stands before the decimals of a number. Default: a point.'),
  comment: character('`#`').optional().describe('What a line that is no data begins with. Default: nothing.'),
  'skip-lines': z.number().int().min(0).max(1000).optional().describe('Lines before the header. Default: 0.'),
  nulls: z
    .array(z.string().max(40))
    .min(1)
    .max(20)
    .optional()
    .describe('Texts that stand for a missing value, e.g. `NA`. Default: the empty cell only.'),
  text: z
    .array(z.string().min(1).max(200))
    .min(1)
    .max(1000)
    .optional()
    .describe('Columns that are texts whatever their first values look like, e.g. codes with leading zeros.'),
  encoding: z.enum(['utf-8', 'utf-16', 'latin-1']).optional().describe('Default: UTF-8.'),
});
export type CsvDialect = z.infer<typeof CsvDialect>;

/** The lines of `sample_size` decide types; a wrong one further down is an error that names its line. */
const sampleRows = 200_000;

/**
 * The arguments of DuckDB's read_csv. A guessed quote, comment sign or number of lines to skip would hide mistakes, so
 * those are never guessed; times of day, which print in another way than they are written, stay texts.
 */
export function csvArguments(dialect: CsvDialect): string {
  const quote = dialect.quote ?? '"';
  const given = [
    `quote = ${literal(quote)}`,
    `escape = ${literal(dialect.escape ?? quote)}`,
    `comment = ${literal(dialect.comment ?? '')}`,
    `skip = ${dialect['skip-lines'] ?? 0}`,
    `sample_size = ${sampleRows}`,
    "auto_type_candidates = ['NULL', 'BOOLEAN', 'BIGINT', 'DOUBLE', 'DATE', 'TIMESTAMP', 'VARCHAR']",
  ];
  if (dialect.delimiter !== undefined) given.push(`delim = ${literal(dialect.delimiter)}`);
  if (dialect.decimal !== undefined) given.push(`decimal_separator = ${literal(dialect.decimal)}`);
  // The empty cell stays one of them, as it is without the option.
  if (dialect.nulls !== undefined) given.push(`nullstr = [${['', ...dialect.nulls].map(literal).join(', ')}]`);
  if (dialect.encoding !== undefined) given.push(`encoding = ${literal(dialect.encoding)}`);
  return given.join(', ');
}
