import { cpSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TrainingReport } from '../../src/training-report.ts';

/** Copies the files that a report lists from the output to `folder`, so that one artifact holds them beside the report. */
export function stageModel(options: {
  readonly root: string;
  readonly output: string;
  readonly report: TrainingReport;
  readonly folder: string;
}): readonly string[] {
  if (options.report.outcome !== 'succeeded') return [];
  const output = join(options.root, options.output);
  const single = !statSync(output).isDirectory();
  return options.report.files.map(({ path }) => {
    const target = join(options.folder, path);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(single ? output : join(output, path), target);
    return target;
  });
}
