import { existsSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Dataset } from '../src/data/dataset.ts';
import { inferSchema, isNameable } from '../src/data/infer-schema.ts';
import { profileDataset } from '../src/data/profile.ts';
import { parseSchema, type SchemaDocument } from '../src/data/schema.ts';
import { type EvolvedSchema, evolveSchema } from '../src/data/validation/evolve-schema.ts';
import type { SchemaProblem, ValidationReport } from '../src/data/validation-report.ts';
import { AppError } from '../src/error.ts';
import { nearest } from '../src/policy/nearest.ts';
import { type ExitCode, exitCodes, flag, type Invocation, listOption, textOption } from './command.ts';
import { readingOf } from './data-options.ts';
import { openFiles } from './open-files.ts';
import { profileWithProgress } from './profile.ts';
import { grouped } from './progress.ts';
import { shownText } from './shown-text.ts';

/** `validate --init`: a first schema, to a new file or to the terminal. */
export async function writeFirstSchema(options: {
  readonly invocation: Invocation;
  readonly path: string | undefined;
}): Promise<ExitCode> {
  const { invocation, path } = options;
  const { folder, positionals, stdout } = invocation;
  const target = textOption(invocation, 'target');
  const file = path === undefined ? null : resolve(folder, path);
  if (file !== null && existsSync(file)) {
    throw new AppError(
      'conflict',
      `expected no file at ${path}, found one; \`--update\` changes it, or name another file`,
    );
  }
  await using dataset = await openFiles({ folder, paths: positionals, reading: readingOf(invocation) });
  const names = dataset.columns.map(({ name }) => name);
  if (target !== undefined && !names.includes(target)) {
    const near = nearest(target, names);
    const fix = near === null ? `choose one of ${names.slice(0, 20).join(', ')}` : `did you mean \`${near}\`?`;
    throw new AppError('bad-input', `expected a column after --target, found ${target}; ${fix}`);
  }
  const profile = await profileWithProgress(dataset, invocation);
  const text = inferSchema({
    profile,
    columns: dataset.columns,
    ...(target !== undefined && { target }),
    holdout: listOption(invocation, 'holdout'),
  });
  const isJson = flag(invocation, 'json');
  const document = `${JSON.stringify({ schema: path ?? null, rows: dataset.rows, columns: names.length, text })}\n`;
  if (file === null) {
    stdout.write(isJson ? document : text);
    return exitCodes.pass;
  }
  writeFileSync(file, text, { flag: 'wx' });
  if (isJson) stdout.write(document);
  else stdout.write(`  wrote ${path}: ${names.length} columns, from ${grouped(dataset.rows)} rows; review it\n`);
  return exitCodes.pass;
}

/** `validate --update` and `--accept`: the schema, changed so that the data fit. `accepted` null means every broken rule. */
export async function evolve(options: {
  readonly invocation: Invocation;
  readonly file: string;
  readonly text: string;
  readonly schema: SchemaDocument;
  readonly dataset: Dataset;
  readonly report: ValidationReport;
  readonly accepted: readonly string[] | null;
}): Promise<ExitCode> {
  const { invocation, file, text, schema, dataset, report, accepted } = options;
  const all = [...report.problems, ...(report.warnings ?? [])];
  const broken = accepted === null ? all : accepted.map((one) => named(one, all));
  const isWanted = (name: string) =>
    accepted === null
      ? isNameable(name) && !Object.hasOwn(schema.schema.columns, name)
      : broken.some(({ column, check }) => column === name && check === 'other-columns');
  const added = await profilesOf(invocation, dataset.columns.map(({ name }) => name).filter(isWanted));
  const evolved = await evolveSchema({ text, document: schema, dataset, broken, ...added });
  // What this command writes is read like what a person writes, before it takes the place of it.
  parseSchema({ text: evolved.text, file });
  if (evolved.changes.length > 0) writeFileSync(resolve(invocation.folder, file), evolved.text);
  const { changes, left } = evolved;
  invocation.stdout.write(
    flag(invocation, 'json') ? `${JSON.stringify({ schema: file, changes, left })}\n` : `${said(file, evolved)}\n`,
  );
  return left.length === 0 ? exitCodes.pass : exitCodes.gateFailed;
}

function named(wanted: string, all: readonly SchemaProblem[]): SchemaProblem {
  const names = all.map(({ column, check }) => (column === '' ? check : `${column}.${check}`));
  const found = all[names.indexOf(wanted)];
  if (found !== undefined) return found;
  const near = nearest(wanted, names);
  const known = names.length === 0 ? 'no rule is broken' : `broken are ${names.slice(0, 20).join(', ')}`;
  throw new AppError(
    'bad-input',
    `expected a broken rule as COLUMN.CHECK after --accept, found ${wanted}; ${near === null ? known : `did you mean \`${near}\`?`}`,
  );
}

/** New columns are looked at as `--init` looks at them: with the types that their values suggest. */
async function profilesOf(invocation: Invocation, names: readonly string[]) {
  if (names.length === 0) return { added: [], columns: [] };
  await using dataset = await openFiles({
    folder: invocation.folder,
    paths: invocation.positionals,
    reading: readingOf(invocation),
  });
  const profile = await profileDataset(dataset);
  return { added: profile.columns.filter(({ name }) => names.includes(name)), columns: dataset.columns };
}

function said(file: string, { changes, left }: EvolvedSchema): string {
  const lines = changes.map(
    ({ what, before, after }) => `  ${shownText(what, 60)}: ${shownText(before, 80)} → ${shownText(after, 80)}`,
  );
  const count = changes.length === 1 ? 'one change' : `${changes.length} changes`;
  const first =
    changes.length === 0
      ? `  ${file}: nothing to change`
      : `  ${file}: ${count}; review ${changes.length === 1 ? 'it' : 'them'}`;
  const rest = left.map((what) => `  ${shownText(what, 60)}: still broken; only a person can say what it should be`);
  return [first, ...lines, ...rest].join('\n');
}
