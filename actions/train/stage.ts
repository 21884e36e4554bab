import { constants, copyFileSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AppError } from '../../src/error.ts';
import { digestOfFile } from '../../src/file-digest.ts';
import type { TrainingReport } from '../../src/training-report.ts';
import { modelBytesLimit } from '../artifact.ts';

/**
 * Copies the files that a report lists from the output to `folder`, so that one artifact holds them beside the report.
 * Each copy must have the digest that was listed: what a process of the training left behind may exchange files, or put
 * links in their place, after the listing. Throws `conflict` then, and `too-large` when no artifact would be taken.
 */
export function stageModel(options: {
  readonly root: string;
  readonly output: string;
  readonly report: TrainingReport;
  readonly folder: string;
}): readonly string[] {
  const { report, folder } = options;
  if (report.outcome !== 'succeeded') return [];
  const bytes = report.files.reduce((sum, file) => sum + file.bytes, 0);
  if (bytes > modelBytesLimit) {
    throw new AppError(
      'too-large',
      `expected a model of at most ${modelBytesLimit} bytes in \`${options.output}\`, found ${bytes}; write only the model there`,
    );
  }
  const output = join(options.root, options.output);
  const single = !statSync(output).isDirectory();
  return report.files.map(({ path, digest }) => {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(single ? output : join(output, path), target, constants.COPYFILE_FICLONE);
    if (digestOfFile(target) === digest) return target;
    throw new AppError(
      'conflict',
      `expected \`${path}\` to be as the training left it, found that it changed after it was listed; let nothing of the command go on when it ends`,
    );
  });
}
