import { CsvDialect } from '../src/data/csv-dialect.ts';
import type { ReadingOptions } from '../src/data/open-table.ts';
import { AppError } from '../src/error.ts';
import { PrivacyPolicy } from '../src/policy/privacy-policy.ts';
import { type CommandOptions, type Invocation, listOption, textOption } from './command.ts';

/** Options that say how data files are written, where that is not found out rightly. */
export const readingOptions: CommandOptions = {
  delimiter: { type: 'string', value: 'TEXT', help: 'CSV: what stands between cells (default: what fits)' },
  quote: { type: 'string', value: 'TEXT', help: 'CSV: what stands around cells (default ")' },
  escape: { type: 'string', value: 'TEXT', help: 'CSV: what stands before a quote inside quotes' },
  decimal: { type: 'string', value: '.|,', help: 'CSV: what stands before decimals' },
  comment: { type: 'string', value: 'TEXT', help: 'CSV: what a line that is no data begins with' },
  'skip-lines': { type: 'string', value: 'N', help: 'CSV: lines before the header' },
  null: { type: 'string', multiple: true, value: 'TEXT', help: 'CSV: a text that stands for a missing value' },
  text: {
    type: 'string',
    multiple: true,
    value: 'COLUMN',
    help: 'CSV: a column of texts, whatever its values look like',
  },
  encoding: { type: 'string', value: 'NAME', help: 'CSV: utf-8, utf-16 or latin-1' },
  embedding: {
    type: 'string',
    multiple: true,
    value: 'NAME=COLUMNS',
    help: 'columns that are one vector, e.g. title=title_*',
  },
};

/** Options that say how little a profile may tell. */
export const privacyOptions: CommandOptions = {
  'fold-below': { type: 'string', value: 'N', help: 'count categories of fewer rows together, without names' },
  redact: { type: 'string', multiple: true, value: 'COLUMN', help: 'show no value of a column' },
  hash: { type: 'string', multiple: true, value: 'COLUMN', help: 'show hashes in place of the texts of a column' },
};

/** How to read data files. Throws `bad-input` naming the option. */
export function readingOf(invocation: Invocation): Pick<ReadingOptions, 'csv' | 'embeddings'> {
  const nulls = listOption(invocation, 'null');
  const texts = listOption(invocation, 'text');
  const written = {
    delimiter: tabbed(textOption(invocation, 'delimiter')),
    quote: textOption(invocation, 'quote'),
    escape: textOption(invocation, 'escape'),
    decimal: textOption(invocation, 'decimal'),
    comment: textOption(invocation, 'comment'),
    'skip-lines': wholeNumber(textOption(invocation, 'skip-lines')),
    nulls: nulls.length === 0 ? undefined : nulls,
    text: texts.length === 0 ? undefined : texts,
    encoding: textOption(invocation, 'encoding'),
  };
  const embeddings = listOption(invocation, 'embedding').map((text) => {
    const match = /^([^=]+)=(.+)$/s.exec(text);
    if (match === null) {
      throw new AppError(
        'bad-input',
        `expected --embedding NAME=COLUMNS, e.g. title=title_*, found ${JSON.stringify(text)}; correct it`,
      );
    }
    return [match[1] ?? '', (match[2] ?? '').split(',')] as const;
  });
  const given = entriesWithValues(written);
  return {
    ...(Object.keys(given).length > 0 && { csv: parsed(CsvDialect, given) }),
    ...(embeddings.length > 0 && { embeddings: Object.fromEntries(embeddings) }),
  };
}

/** What may be told of values; null when nothing was said. Throws `bad-input` naming the option. */
export function privacyOf(invocation: Invocation): PrivacyPolicy | null {
  const given = entriesWithValues({
    'fold-below': wholeNumber(textOption(invocation, 'fold-below')),
    redact: listOption(invocation, 'redact'),
    hash: listOption(invocation, 'hash'),
  });
  const policy = parsed(PrivacyPolicy, given);
  return policy['fold-below'] === 0 && policy.redact.length + policy.hash.length === 0 ? null : policy;
}

function parsed<Value>(
  schema: {
    safeParse(value: unknown): {
      data?: Value;
      error?: { issues: readonly { path: readonly PropertyKey[]; message: string }[] };
    };
  },
  given: Readonly<Record<string, unknown>>,
): Value {
  const { data, error } = schema.safeParse(given);
  if (data !== undefined) return data;
  const issue = error?.issues[0];
  const name = String(issue?.path[0]);
  throw new AppError(
    'bad-input',
    `expected --${name === 'nulls' ? 'null' : name} to be as --help says, found ${JSON.stringify(given[name])} (${issue?.message}); correct it`,
  );
}

function entriesWithValues(written: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(written).filter(([, value]) => value !== undefined));
}

/** A shell does not turn `\t` into a tab. */
function tabbed(text: string | undefined): string | undefined {
  return text === '\\t' ? '\t' : text;
}

/** Text that is no number stays what it is, for the schema to refuse. */
function wholeNumber(text: string | undefined): number | string | undefined {
  return text === undefined || !/^\d{1,9}$/.test(text) ? text : Number(text);
}
