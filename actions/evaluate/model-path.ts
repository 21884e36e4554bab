import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { AppError } from '../../src/error.ts';
import type { ModelSource } from '../../src/run-plan.ts';
import { TrainingReport } from '../../src/training-report.ts';
import { unpackZip } from '../../src/zip.ts';
import { fetchArtifact, modelBytesLimit } from '../artifact.ts';

/** A model made available as a path; null when there is none to be had. What job `train` reported comes with it. */
export interface FoundModel {
  readonly path: string | null;
  readonly training: TrainingReport | null;
}

/** A report has at most 50 lines of log and 10 000 files in it; what is longer is none. */
const reportBytesLimit = 10_000_000;
const unpackLimits = { entries: 10_001, totalBytes: modelBytesLimit + reportBytesLimit };

/** Brings a model of the plan to disk. Throws AppError when it should be there and is not, or is not to be trusted. */
export async function findModel(
  source: ModelSource,
  where: { readonly checkout: string; readonly repository: string; readonly token: string },
): Promise<FoundModel> {
  switch (source.kind) {
    case 'none':
      return { path: null, training: null };
    case 'file':
      return { path: fileInside(where.checkout, source.path), training: null };
    case 'trained':
      return await unpacked(source.artifact, null);
    case 'artifact':
      return await unpacked(source.artifact, { runId: source.runId, token: where.token, repository: where.repository });
    default:
      return source satisfies never;
  }
}

function fileInside(checkout: string, path: string): string {
  const found = join(checkout, path);
  const stat = lstatSync(found, { throwIfNoEntry: false });
  if (stat === undefined)
    throw new AppError(
      'not-found',
      `expected the model at \`${path}\`, found nothing there; commit it, or correct \`model\` in the policy`,
    );
  if (relative(realpathSync(checkout), realpathSync(found)).startsWith('..')) {
    throw new AppError(
      'not-permitted',
      `expected the model at \`${path}\` inside the repository, found a link that leaves it; commit the file itself`,
    );
  }
  return found;
}

async function unpacked(
  name: string,
  earlierRun: Parameters<typeof fetchArtifact>[0]['earlierRun'],
): Promise<FoundModel> {
  using artifact = await fetchArtifact({ name, earlierRun });
  if (artifact === null) {
    const place = earlierRun === null ? 'this run' : `run ${earlierRun.runId}`;
    throw new AppError(
      'not-found',
      `expected the artifact ${name} of ${place}, found none; ${earlierRun === null ? 'read the log of job train' : 'it expired or was deleted: push to the default branch, so that a champion is trained again'}`,
    );
  }
  const folder = mkdtempSync(join(process.env['RUNNER_TEMP'] ?? tmpdir(), 'siskin-model-'));
  await unpackZip(artifact.zip, { folder, limits: unpackLimits });
  const training = readTraining(join(folder, 'training.json'));
  if (training.outcome !== 'succeeded') return { path: null, training };
  const model = join(folder, 'model');
  const entries = existsSync(model) ? readdirSync(model) : [];
  if (entries.length === 0)
    throw new AppError(
      'bad-input',
      `expected a model in the artifact ${name}, found that it holds no model although its training succeeded; train again`,
    );
  const [only] = entries;
  const single = entries.length === 1 && only !== undefined && !lstatSync(join(model, only)).isDirectory();
  return { path: single ? join(model, only) : model, training };
}

function readTraining(path: string): TrainingReport {
  const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (bytes > reportBytesLimit)
    throw new AppError(
      'too-large',
      `expected training.json of at most ${reportBytesLimit} bytes, found ${bytes}; use one version of Siskin in the workflow`,
    );
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new AppError(
      'bad-input',
      'expected training.json in the artifact of job train, found none that can be read; update the workflow file with `siskin init`',
      { cause },
    );
  }
  const parsed = TrainingReport.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new AppError(
    'bad-input',
    `expected training.json of schema siskin.training/v1, found ${parsed.error.issues
      .map((issue) => `${issue.path.join('.')}: ${issue.message}`)
      .join('; ')
      .slice(0, 500)}; use one version of Siskin in the workflow`,
  );
}
