import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Mount } from '../routes.ts';
import type { ActionsState } from './actions-state.ts';
import { blobUrl, measureBlob } from './blob-store.ts';
import type { JobGrants } from './job-grants.ts';
import type { Artifact, RunAttempt, WorkflowJob } from './run-state.ts';
import type { UrlSigner } from './signed-url.ts';

const prefix = '/twirp/';
const service = 'github.actions.results.api.v1.ArtifactService';
const retentionMs = 90 * 24 * 3_600_000;

/** An error as Twirp words it; the official client reads `msg`. */
class TwirpError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'TwirpError';
    this.status = status;
    this.code = code;
  }
}

interface Request {
  readonly job: WorkflowJob;
  readonly attempt: RunAttempt;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The artifact service that `@actions/artifact` talks to. Other services, as the cache, are refused by name. */
export function artifactServiceMount(options: {
  readonly state: ActionsState;
  readonly grants: JobGrants;
  readonly signer: UrlSigner;
}): Mount {
  const { state, grants, signer } = options;
  const { world } = state;
  const of = (request: Request) => state.of(request.job.run.repository).artifacts;
  const methods: Readonly<Record<string, (request: Request) => unknown>> = {
    CreateArtifact: (request) => {
      const name = String(request.body['name'] ?? '');
      if (!/^[^"<>:|*?\r\n\\/]+$/.test(name)) {
        throw new TwirpError(400, 'invalid_argument', `the artifact name '${name}' is not valid`);
      }
      const taken = [...of(request).values()].some(
        (artifact) => artifact.attempt === request.attempt && artifact.name === name,
      );
      if (taken) {
        throw new TwirpError(409, 'already_exists', 'an artifact with this name already exists on the workflow run');
      }
      const now = world.clock();
      const id = world.newId();
      const artifact: Artifact = {
        id,
        run: request.job.run,
        attempt: request.attempt,
        job: request.job,
        name,
        contentType: wrapped(request.body['mimeType'] ?? request.body['mime_type']) ?? 'application/zip',
        file: join(world.folder, 'artifacts', String(id)),
        size: 0,
        digest: null,
        createdAt: now,
        updatedAt: now,
        expiresAt: expiryOf(request.body, now),
      };
      of(request).set(id, artifact);
      return { ok: true, signed_upload_url: signer.sign(blobUrl(world, artifact), 'write') };
    },
    FinalizeArtifact: async (request) => {
      const artifact = find(request, { isFinal: false });
      const measured = await measureBlob(artifact);
      const hash = wrapped(request.body['hash']);
      if (measured === null || String(measured.size) !== String(request.body['size'])) {
        throw new TwirpError(
          400,
          'invalid_argument',
          `expected ${request.body['size']} bytes, found ${measured?.size ?? 0}`,
        );
      }
      if (hash !== null && hash !== measured.digest) {
        throw new TwirpError(400, 'invalid_argument', `expected ${hash}, found ${measured.digest}`);
      }
      artifact.size = measured.size;
      artifact.digest = measured.digest;
      artifact.updatedAt = world.clock();
      return { ok: true, artifact_id: String(artifact.id) };
    },
    ListArtifacts: (request) => {
      const name = wrapped(request.body['nameFilter'] ?? request.body['name_filter']);
      const id = wrapped(request.body['idFilter'] ?? request.body['id_filter']);
      const artifacts = [...of(request).values()].filter(
        (artifact) =>
          artifact.run === request.job.run &&
          artifact.digest !== null &&
          (name === null || artifact.name === name) &&
          (id === null || String(artifact.id) === id),
      );
      return { artifacts: artifacts.map(listed) };
    },
    GetSignedArtifactURL: (request) => ({
      signed_url: signer.sign(blobUrl(world, find(request, { isFinal: true })), 'read'),
    }),
    DeleteArtifact: async (request) => {
      const artifact = find(request, { isFinal: true });
      of(request).delete(artifact.id);
      await rm(artifact.file, { force: true });
      return { ok: true, artifact_id: String(artifact.id) };
    },
  };

  function find(request: Request, wanted: { readonly isFinal: boolean }): Artifact {
    const artifact = [...of(request).values()].find(
      (candidate) =>
        candidate.attempt === request.attempt &&
        candidate.name === request.body['name'] &&
        (candidate.digest !== null) === wanted.isFinal,
    );
    if (artifact === undefined) {
      throw new TwirpError(404, 'not_found', `artifact '${String(request.body['name'])}' not found`);
    }
    return artifact;
  }

  async function answer(request: IncomingMessage): Promise<unknown> {
    const { pathname } = new URL(request.url ?? '/', world.url);
    const [name, method = ''] = pathname.slice(prefix.length).split('/');
    const handle = methods[method];
    const job = grants.jobOfRuntimeToken(/^bearer\s+(.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '');
    if (job === null) {
      throw new TwirpError(401, 'unauthenticated', 'expected the ACTIONS_RUNTIME_TOKEN of a running job');
    }
    if (name !== service || handle === undefined) {
      throw new TwirpError(501, 'unimplemented', `the local GitHub has no ${name}/${method}`);
    }
    const body = await readJson(request);
    const backendId = body['workflowRunBackendId'] ?? body['workflow_run_backend_id'];
    const attempt = job.run.attempts.find((candidate) => candidate.backendId === backendId);
    if (attempt === undefined) {
      throw new TwirpError(403, 'permission_denied', 'the runtime token is of another workflow run');
    }
    return handle({ job, attempt, body });
  }

  return {
    matches: (pathname) => pathname.startsWith(prefix),
    handle: async (request, response) => {
      try {
        send(response, 200, await answer(request));
      } catch (error) {
        if (!(error instanceof TwirpError)) {
          throw error;
        }
        send(response, error.status, { code: error.code, msg: error.message });
      }
    },
  };
}

function listed(artifact: Artifact): Readonly<Record<string, unknown>> {
  return {
    workflow_run_backend_id: artifact.attempt.backendId,
    workflow_job_run_backend_id: artifact.job.backendId,
    database_id: String(artifact.id),
    name: artifact.name,
    size: String(artifact.size),
    created_at: artifact.createdAt.toISOString(),
    digest: artifact.digest,
  };
}

/** Wrapped values of protobuf are bare in JSON. */
function wrapped(value: unknown): string | null {
  return value === undefined || value === null ? null : String(value);
}

function expiryOf(body: Readonly<Record<string, unknown>>, now: Date): Date {
  const wanted = new Date(wrapped(body['expiresAt'] ?? body['expires_at']) ?? Number.NaN);
  const latest = new Date(now.getTime() + retentionMs);
  return Number.isNaN(wanted.getTime()) || wanted > latest ? latest : wanted;
}

async function readJson(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  try {
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    // Twirp messages are objects; anything else has none of the fields that are asked for.
    return value as Readonly<Record<string, unknown>>;
  } catch {
    throw new TwirpError(400, 'malformed', 'the body is not JSON');
  }
}

function send(response: ServerResponse, status: number, json: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'x-github-request-id': randomUUID() });
  response.end(JSON.stringify(json));
}
