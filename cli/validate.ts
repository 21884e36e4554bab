import { type Dataset, openDataset } from '../src/data/dataset.ts';
import { parseSchema, type SchemaDocument } from '../src/data/schema.ts';
import { validateDataset } from '../src/data/validate.ts';
import { relatedData } from '../src/data/validation/related-data.ts';
import { secondsOfTime } from '../src/data/validation/time-text.ts';
import { AppError } from '../src/error.ts';
import { type Command, exitCodes, flag, type Invocation, listOption, textOption } from './command.ts';
import { readingOf, readingOptions } from './data-options.ts';
import { dataPlace, readText } from './open-files.ts';
import { evolve, writeFirstSchema } from './validate-schema.ts';
import { validationLines } from './validation-lines.ts';

// Cells are judged as they are written, each column by itself: decimals are not rewritten, vectors not put together.
const { decimal: _decimal, embedding: _embedding, ...writtenOptions } = readingOptions;

export const validateCommand: Command = {
  usage:
    'validate DATA… --schema FILE [--json]   or   … --init [--target COLUMN] [--holdout FILE]   or   … --update   or   … --accept COLUMN.CHECK',
  options: {
    schema: { type: 'string', value: 'FILE', help: 'the YAML file that says what the data must look like' },
    init: { type: 'boolean', help: 'write a first schema from these data, to --schema or to the terminal' },
    target: { type: 'string', value: 'COLUMN', help: 'with --init: no column may give this one away' },
    holdout: {
      type: 'string',
      multiple: true,
      value: 'FILE',
      help: 'with --init: no row of these files may be in the data (may be repeated)',
    },
    update: {
      type: 'boolean',
      help: 'change the schema so that these data fit, and add new columns; says each change',
    },
    accept: {
      type: 'string',
      multiple: true,
      value: 'COLUMN.CHECK',
      help: 'change only this broken rule so that these data fit (may be repeated)',
    },
    now: { type: 'string', value: 'TIME', help: 'the time of the check, as ISO 8601 (default: now)' },
    ...writtenOptions,
  },
  async run(invocation) {
    const { positionals, folder, stdout } = invocation;
    const path = textOption(invocation, 'schema');
    const isInit = flag(invocation, 'init');
    if (positionals.length === 0 || (path === undefined && !isInit)) {
      const missing = positionals.length === 0 ? 'data files' : '--schema FILE or --init';
      throw new AppError('bad-input', `expected ${missing}, found none; type \`siskin validate DATA… --schema FILE\``);
    }
    const accepted = listOption(invocation, 'accept');
    const isUpdate = flag(invocation, 'update');
    if ([isInit, isUpdate, accepted.length > 0].filter(Boolean).length > 1) {
      throw new AppError('bad-input', 'expected one of --init, --update and --accept, found several; choose one');
    }
    if (isInit) return await writeFirstSchema({ invocation, path });
    const file = path ?? '';
    const text = readText({ folder, path: file, what: 'a schema' });
    const schema = parseSchema({ text, file });
    await using dataset = await openAsWritten({ invocation, schema });
    const report = await validateDataset({
      dataset,
      schema,
      now: timeOfCheck(invocation),
      csv: readingOf(invocation).csv,
    });
    if (isUpdate || accepted.length > 0) {
      return await evolve({ invocation, file, text, schema, dataset, report, accepted: isUpdate ? null : accepted });
    }
    stdout.write(flag(invocation, 'json') ? `${JSON.stringify(report)}\n` : `${validationLines(report)}\n`);
    return report.verdict === 'pass' ? exitCodes.pass : exitCodes.gateFailed;
  },
};

/** Cells of CSV as they are written: a guessed type would hide what does not fit, and cut leading zeros. */
function openAsWritten(options: {
  readonly invocation: Invocation;
  readonly schema: SchemaDocument;
}): Promise<Dataset> {
  const { folder, positionals } = options.invocation;
  const related = relatedData(options.schema.schema).map(({ table, paths }) => [table, dataPlace({ folder, paths })]);
  return openDataset({
    ...dataPlace({ folder, paths: positionals }),
    ...readingOf(options.invocation),
    csvTypes: 'text',
    related: Object.fromEntries(related),
  });
}

function timeOfCheck(invocation: Invocation): Date {
  const text = textOption(invocation, 'now');
  if (text === undefined) return new Date();
  const seconds = secondsOfTime(text);
  if (seconds !== null) return new Date(seconds * 1000);
  throw new AppError(
    'bad-input',
    `expected a time such as 2026-01-31T12:00:00Z after --now, found ${text}; correct it`,
  );
}
