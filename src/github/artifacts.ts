import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Repository } from '../intent.ts';
import type { Artifact } from '../ports.ts';
import { type Github, idOf, routeOf } from './connection.ts';
import { asking } from './failure.ts';
import { bodyChunks, limited, readLimited } from './limited-body.ts';
import { slowly } from './slow-request.ts';

/** The artifacts of a run. */
export async function listArtifacts(
  github: Github,
  repository: Repository,
  runId: number,
): Promise<readonly Artifact[]> {
  const artifacts = await asking(`list the artifacts of run ${runId}`, () =>
    github.paginate('GET /repos/{owner}/{repo}/actions/runs/{run_id}/artifacts', {
      ...routeOf(repository),
      run_id: runId,
      per_page: 100,
    }),
  );
  return artifacts.map((artifact) => ({
    id: idOf(artifact.id),
    name: artifact.name,
    bytes: artifact.size_in_bytes,
    expired: artifact.expired,
  }));
}

/** The zip of an artifact, which GitHub serves from a storage by redirect; reading stops at the limit. */
export async function downloadArtifact(
  github: Github,
  repository: Repository,
  { artifactId, limitBytes }: { artifactId: number; limitBytes: number },
): Promise<Uint8Array> {
  return await asking(`download artifact ${artifactId}`, async () => {
    const { data } = await github.request(
      'GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}',
      {
        ...routeOf(repository),
        artifact_id: artifactId,
        archive_format: 'zip',
        request: { parseSuccessResponseBody: false },
      },
    );
    return await readLimited(data, limitBytes, `artifact ${artifactId}`);
  });
}

/** The same into a file on this disk, for those that do not fit into memory. */
export async function saveArtifact(
  github: Github,
  repository: Repository,
  { artifactId, path, limitBytes }: { artifactId: number; path: string; limitBytes: number },
): Promise<void> {
  await asking(`download artifact ${artifactId}`, async () => {
    const { data } = await github.request(
      'GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}',
      {
        ...routeOf(repository),
        artifact_id: artifactId,
        archive_format: 'zip',
        request: { parseSuccessResponseBody: false, fetch: slowly },
      },
    );
    await pipeline(limited(bodyChunks(data), limitBytes, `artifact ${artifactId}`), createWriteStream(path));
  });
}
