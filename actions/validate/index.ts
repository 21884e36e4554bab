import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as core from '@actions/core';
import { openDataset } from '../../src/data/dataset.ts';
import { parseSchema } from '../../src/data/schema.ts';
import { validateDataset } from '../../src/data/validate.ts';
import { relatedPlaces } from '../../src/data/validation/related-data.ts';
import type { SchemaProblem, ValidationReport } from '../../src/data/validation-report.ts';
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
  annotate({ report, root });
  core.setOutput('verdict', report.verdict);
  const words = `${report.rows} rows, ${report.checks} checks, ${report.problems.length} that do not hold`;
  if (report.verdict === 'pass') core.info(words);
  else core.setFailed(`expected the data to be as ${file} says, found ${words}; correct the data or the schema`);
});

/** Rules first: GitHub shows only the first annotations of a step, and of many rows the rule says enough. */
function annotate({ report, root }: { readonly report: ValidationReport; readonly root: string }): void {
  const levels = [
    ...report.problems.map((problem) => ({ problem, write: core.error })),
    ...(report.warnings ?? []).map((problem) => ({ problem, write: core.warning })),
  ];
  for (const { problem, write } of levels) {
    const { file, line } = problem;
    write(
      sentence(problem),
      file === null ? {} : { file: join(root, file), ...(line !== null && { startLine: line }) },
    );
  }
  for (const { problem, write } of levels) {
    for (const { file, line, value } of problem.examples ?? []) {
      const here = value === null ? '' : `here ${JSON.stringify(value)}: `;
      if (line !== null) write(`${here}${sentence(problem)}`, { file: join(root, file), startLine: line });
    }
  }
}

function sentence({ column, check, expected, found, fix }: SchemaProblem): string {
  const about = column === '' ? 'the data' : column;
  return `${about}: ${check}: expected ${expected}; found ${found}${fix === undefined ? '' : `; ${fix}`}`;
}
