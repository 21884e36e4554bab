import { existsSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Dataset } from '../src/data/dataset.ts';
import { inferSchema } from '../src/data/infer-schema.ts';
import { parseSchema } from '../src/data/schema.ts';
import { validateDataset } from '../src/data/validate.ts';
import type { ValidationReport } from '../src/data/validation-report.ts';
import { AppError } from '../src/error.ts';
import { type Command, type ExitCode, exitCodes, flag, type Invocation, textOption } from './command.ts';
import { openFiles, readText } from './open-files.ts';
import { profileWithProgress } from './profile.ts';
import { grouped } from './progress.ts';
import { shownText } from './shown-text.ts';

export const validateCommand: Command = {
  usage: 'validate DATA… --schema FILE [--json]   or   validate DATA… --init [--schema FILE]',
  options: {
    schema: { type: 'string', value: 'FILE', help: 'the YAML file that says what the data must look like' },
    init: { type: 'boolean', help: 'write a first schema from these data, to --schema or to the terminal' },
  },
  async run(invocation) {
    const { positionals, folder, stdout } = invocation;
    const path = textOption(invocation, 'schema');
    if (positionals.length === 0 || (path === undefined && !flag(invocation, 'init'))) {
      const missing = positionals.length === 0 ? 'data files' : '--schema FILE or --init';
      throw new AppError('bad-input', `expected ${missing}, found none; type \`siskin validate DATA… --schema FILE\``);
    }
    if (flag(invocation, 'init')) {
      await using dataset = await openFiles({ folder, paths: positionals });
      return await writeFirstSchema({ invocation, dataset, path });
    }
    const file = path ?? '';
    const schema = parseSchema({ text: readText({ folder, path: file, what: 'a schema' }), file });
    // Cells of CSV as they are written: a guessed type would hide what does not fit, and cut leading zeros.
    await using dataset = await openFiles({ folder, paths: positionals, csvTypes: 'text' });
    const report = await validateDataset({ now: new Date(), dataset, schema });
    stdout.write(flag(invocation, 'json') ? `${JSON.stringify(report)}\n` : `${rendered(report)}\n`);
    return report.verdict === 'pass' ? exitCodes.pass : exitCodes.gateFailed;
  },
};

async function writeFirstSchema(options: {
  readonly invocation: Invocation;
  readonly dataset: Dataset;
  readonly path: string | undefined;
}): Promise<ExitCode> {
  const { invocation, dataset, path } = options;
  const profile = await profileWithProgress(dataset, invocation);
  const text = inferSchema({ profile, columns: dataset.columns });
  if (path === undefined) {
    invocation.stdout.write(text);
    return exitCodes.pass;
  }
  const target = resolve(invocation.folder, path);
  if (existsSync(target)) {
    throw new AppError('conflict', `expected no file at ${path}, found one; name another or remove it first`);
  }
  writeFileSync(target, text, { flag: 'wx' });
  invocation.stdout.write(
    `  wrote ${path}: ${dataset.columns.length} columns, from ${grouped(dataset.rows)} rows; review it\n`,
  );
  return exitCodes.pass;
}

function rendered(report: ValidationReport): string {
  const lines = report.problems.map((problem) => {
    const where = problem.line === null ? '' : `  (${problem.file}:${problem.line})`;
    const column = problem.column === '' ? 'the data' : shownText(problem.column, 40);
    return `  ${column}: ${problem.check}: expected ${problem.expected}; found ${shownText(problem.found, 120)}${where}`;
  });
  const scans = report.checks === 0 ? '' : ' in one scan';
  return [
    `  read     ${grouped(report.rows)} rows, ${report.checks} checks${scans}`,
    ...lines,
    `  ${report.problems.length} of ${report.checks} checks failed · verdict: ${report.verdict}`,
  ].join('\n');
}
