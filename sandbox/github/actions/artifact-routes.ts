import { rm } from 'node:fs/promises';
import { notFound, Refusal } from '../refusal.ts';
import { type Answer, type RepositoryCall, type Route, repositoryRoute } from '../routes.ts';
import { page } from '../server/paging.ts';
import type { ActionsState } from './actions-state.ts';
import { blobUrl } from './blob-store.ts';
import { artifactShape } from './run-shape.ts';
import type { Artifact } from './run-state.ts';
import type { UrlSigner } from './signed-url.ts';

const base = '/repos/{owner}/{repo}/actions';

/** Artifacts: lists, get, download and delete. */
export function artifactRoutes(state: ActionsState, signer: UrlSigner): readonly Route[] {
  const { world } = state;
  const finished = (call: RepositoryCall) =>
    [...state.of(call.repository).artifacts.values()].filter((artifact) => artifact.digest !== null);
  const list = (call: RepositoryCall, all: readonly Artifact[]): Answer => {
    const name = call.query.get('name');
    const fitting = all.filter((artifact) => name === null || artifact.name === name);
    const { items, headers } = page(call, fitting.toReversed());
    const artifacts = items.map((artifact) => artifactShape(world, artifact));
    return { status: 200, json: { total_count: fitting.length, artifacts }, headers };
  };
  const artifactOf = (call: RepositoryCall): Artifact => {
    const artifact = finished(call).find((candidate) => candidate.id === Number(call.params['artifact_id']));
    if (artifact === undefined) {
      throw notFound();
    }
    return artifact;
  };
  return [
    repositoryRoute(`GET ${base}/artifacts`, {
      permissions: 'actions:read',
      handle: (call) => list(call, finished(call)),
    }),
    repositoryRoute(`GET ${base}/runs/{run_id}/artifacts`, {
      permissions: 'actions:read',
      handle: (call) => {
        const run = state.of(call.repository).runs.get(Number(call.params['run_id']));
        if (run === undefined) {
          throw notFound();
        }
        return list(
          call,
          finished(call).filter((artifact) => artifact.run === run),
        );
      },
    }),
    repositoryRoute(`GET ${base}/artifacts/{artifact_id}`, {
      permissions: 'actions:read',
      handle: (call) => ({ status: 200, json: artifactShape(world, artifactOf(call)) }),
    }),
    repositoryRoute(`GET ${base}/artifacts/{artifact_id}/{archive_format}`, {
      permissions: 'actions:read',
      handle: (call) => {
        const artifact = artifactOf(call);
        if (call.params['archive_format'] !== 'zip') {
          throw notFound();
        }
        if (artifact.expiresAt <= world.clock()) {
          throw new Refusal(410, 'Artifact has expired');
        }
        return { status: 302, headers: { location: signer.sign(blobUrl(world, artifact), 'read') } };
      },
    }),
    repositoryRoute(`DELETE ${base}/artifacts/{artifact_id}`, {
      permissions: 'actions:write',
      handle: async (call) => {
        const artifact = artifactOf(call);
        state.of(call.repository).artifacts.delete(artifact.id);
        await rm(artifact.file, { force: true });
        return { status: 204 };
      },
    }),
  ];
}
