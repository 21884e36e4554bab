import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as core from '@actions/core';
import { openDataset } from '../../src/data/dataset.ts';
import { parseSchema } from '../../src/data/schema.ts';
import { validateDataset } from '../../src/data/validate.ts';
import { relatedPlaces } from '../../src/data/validation/related-data.ts';
import { runAction } from '../door.ts';
import { linesInput } from '../lines-input.ts';
import { provideNatives } from '../natives.ts';

await runAction(async () => {
  const root = core.getInput('path');
  const file = core.getInput('schema', { required: true });
  const schema = parseSchema({ text: readFileSync(join(root, file), 'utf8'), file });
  await provideNatives();
  // Cells of CSV as they are written: a guessed type would hide what does not fit the schema.
  await using dataset = await openDataset({
    root,
    paths: linesInput('data'),
    csvTypes: 'text',
    related: relatedPlaces(schema.schema, { references: root, overlap: root }),
  });
  const report = await validateDataset({ now: new Date(), dataset, schema });
  for (const [problems, annotate] of [
    [report.problems, core.error],
    [report.warnings ?? [], core.warning],
  ] as const) {
    for (const problem of problems) {
      const { column, check, expected, found, fix, file: place, line, examples } = problem;
      const text = `${column === '' ? 'the data' : column}: ${check}: expected ${expected}; found ${found}; ${fix ?? 'correct the data'}`;
      annotate(text, place === null ? {} : { file: join(root, place), ...(line !== null && { startLine: line }) });
      for (const { file: data, line: at } of examples ?? []) {
        if (at !== null) annotate(text, { file: join(root, data), startLine: at });
      }
    }
  }
  core.setOutput('verdict', report.verdict);
  const words = `${report.rows} rows, ${report.checks} checks, ${report.problems.length} that do not hold`;
  if (report.verdict === 'pass') core.info(words);
  else core.setFailed(`expected the data to be as ${file} says, found ${words}; correct the data or the schema`);
});
