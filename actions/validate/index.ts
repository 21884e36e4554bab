import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as core from '@actions/core';
import { openDataset } from '../../src/data/dataset.ts';
import { parseSchema } from '../../src/data/schema.ts';
import { validateDataset } from '../../src/data/validate.ts';
import { runAction } from '../door.ts';
import { linesInput } from '../lines-input.ts';
import { provideNatives } from '../natives.ts';

await runAction(async () => {
  const root = core.getInput('path');
  const file = core.getInput('schema', { required: true });
  const schema = parseSchema({ text: readFileSync(join(root, file), 'utf8'), file });
  await provideNatives();
  // Cells of CSV as they are written: a guessed type would hide what does not fit the schema.
  await using dataset = await openDataset({ root, paths: linesInput('data'), csvTypes: 'text' });
  const report = await validateDataset({ dataset, schema });
  for (const { column, check, expected, found, file: place, line } of report.problems) {
    const properties = place === null ? {} : { file: join(root, place), ...(line === null ? {} : { startLine: line }) };
    core.error(`${column === '' ? 'the data' : column}: ${check}: expected ${expected}; found ${found}`, properties);
  }
  core.setOutput('verdict', report.verdict);
  const words = `${report.rows} rows, ${report.checks} checks, ${report.problems.length} that do not hold`;
  if (report.verdict === 'pass') core.info(words);
  else core.setFailed(`expected the data to be as ${file} says, found ${words}; correct the data or the schema`);
});
