import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError, messageOf } from '../src/error.ts';

/** The largest model that is uploaded and unpacked, in bytes of its files together. */
export const modelBytesLimit = 4 * 2 ** 30;

/** The largest artifact that is fetched, in bytes of zip: a model that does not compress, and what the zip adds to it. */
const artifactBytesLimit = modelBytesLimit + 2 ** 26;

/** Uploads files below `folder` as one artifact; returns the page that serves it as a zip, to who may read the repository. */
export async function uploadArtifact(options: {
  readonly name: string;
  readonly folder: string;
  readonly files: readonly string[];
}): Promise<string | null> {
  const { DefaultArtifactClient } = await import('@actions/artifact');
  try {
    const { id } = await new DefaultArtifactClient().uploadArtifact(options.name, [...options.files], options.folder, {
      compressionLevel: 1,
    });
    return id === undefined ? null : artifactAddress(id);
  } catch (cause) {
    throw new AppError(
      'world-broken',
      `expected GitHub to take the artifact ${options.name}, found: ${messageOf(cause)}; run the job again`,
      { cause },
    );
  }
}

function artifactAddress(id: number): string {
  const { GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_RUN_ID } = process.env;
  return `${GITHUB_SERVER_URL ?? 'https://github.com'}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID}/artifacts/${id}`;
}

/**
 * Fetches an artifact of this run, or of an earlier one, as the path of its zip: unpacking is the caller's, since what a
 * training job uploaded is not to be trusted. Null when there is no artifact of this name. Disposing it deletes the zip.
 */
export async function fetchArtifact(options: {
  readonly name: string;
  readonly earlierRun: { readonly runId: number; readonly token: string; readonly repository: string } | null;
}): Promise<({ readonly zip: string } & Disposable) | null> {
  const { DefaultArtifactClient, ArtifactNotFoundError } = await import('@actions/artifact');
  const client = new DefaultArtifactClient();
  const scope = options.earlierRun === null ? {} : { findBy: findBy(options.earlierRun) };
  const folder = mkdtempSync(join(process.env['RUNNER_TEMP'] ?? tmpdir(), 'siskin-artifact-'));
  const dispose = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const { artifact } = await client.getArtifact(options.name, scope);
    if (artifact.size > artifactBytesLimit) {
      throw new AppError(
        'too-large',
        `expected the artifact ${options.name} to have at most ${artifactBytesLimit} bytes, found ${artifact.size}; write only the model to train.output`,
      );
    }
    await client.downloadArtifact(artifact.id, { path: folder, skipDecompress: true, ...scope });
    const [file] = readdirSync(folder);
    if (file === undefined || statSync(join(folder, file)).size === 0)
      throw new AppError(
        'world-broken',
        `expected the artifact ${options.name} to hold bytes, found none; run the job again`,
      );
    return { zip: join(folder, file), [Symbol.dispose]: dispose };
  } catch (cause) {
    dispose();
    if (cause instanceof ArtifactNotFoundError) return null;
    if (cause instanceof AppError) throw cause;
    throw new AppError(
      'unavailable',
      `expected to download the artifact ${options.name}, found: ${messageOf(cause)}; run the job again`,
      { cause },
    );
  }
}

function findBy(run: { readonly runId: number; readonly token: string; readonly repository: string }) {
  const [repositoryOwner = '', repositoryName = ''] = run.repository.split('/');
  return { token: run.token, workflowRunId: run.runId, repositoryOwner, repositoryName };
}
