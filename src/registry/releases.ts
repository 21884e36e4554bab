import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AppError } from '../error.ts';
import { listArtifacts, saveArtifact } from '../github/artifacts.ts';
import type { Connect, Github } from '../github/connection.ts';
import { readBlob, readTree } from '../github/contents.ts';
import { createTag, listTagNames } from '../github/own-refs.ts';
import { proposeRelease } from '../github/release-branch.ts';
import type { Repository } from '../intent.ts';
import { makeFolder } from '../make-folder.ts';
import type { AppIdentity } from '../observe.ts';
import type { ReleaseWriter } from '../ports/release-writer.ts';
import {
  type CandidateFiles,
  candidateIn,
  candidateLimits,
  refuseCode,
  temporaryFolder,
  unpackedCandidate,
} from './candidate-files.ts';
import type { ReleaseArtifact } from './manifest.ts';
import type { ReleaseRequest } from './release-request.ts';
import type { ArtifactStore } from './stores/artifact-store.ts';
import { publishRelease } from './stores/github-release.ts';
import { versionTag } from './version-tag.ts';

/** The stores of a repository: its own where no connection is named. */
export type OpenStore = (
  repository: Repository,
  options: {
    readonly github: Github;
    readonly connection: string | null;
    /** The address that is to be read; absent where something is to be kept. */
    readonly uri?: string;
  },
) => ArtifactStore;

/** Writes releases: bytes to a store, the pull request, the tag. `connect` may write to the repository. */
export function releaseWriter(options: {
  readonly connect: Connect;
  readonly app: () => Promise<AppIdentity>;
  readonly openStore: OpenStore;
  /** The one source of time. */
  readonly now: () => Date;
}): ReleaseWriter {
  const { connect, app, openStore, now } = options;
  return {
    async storeArtifact(repository, request, { store: connection, waivers }) {
      const github = await connect(repository);
      using folder = temporaryFolder();
      const candidate = await fetchCandidate(github, repository, { request, folder: folder.path });
      refuseCode(candidate, waivers);
      const { model, version, digest } = request;
      const stored = { model, version, digest, files: candidate.stored };
      const uri = await openStore(repository, { github, connection }).put(stored, candidate.pathOf);
      return artifactOf(request, { uri, candidate });
    },
    proposeRelease: async (repository, proposal) =>
      proposeRelease(await connect(repository), repository, { app: await app(), proposal }),
    async registerRelease(repository, { model, version, digest, sha }) {
      const github = await connect(repository);
      const name = versionTag(model, version);
      // Whoever registered a version first did: its tag is never moved.
      if (!(await listTagNames(github, repository, name)).includes(name)) {
        const tag = { name, sha, message: `${model} ${version}\n\n${digest}`, at: now().toISOString() };
        await createTag(github, repository, { app: await app(), tag });
      }
      await publishRelease(github, repository, name);
    },
  };
}

function artifactOf(
  request: ReleaseRequest,
  { uri, candidate }: { readonly uri: string; readonly candidate: CandidateFiles },
): ReleaseArtifact {
  const { digest, format } = request;
  const bytes = candidate.files.reduce((sum, file) => sum + file.bytes, 0);
  const files = candidate.files.map(({ path, digest: own, bytes: size }) => ({ path, digest: own, bytes: size }));
  return { uri, digest, bytes, format, ...(files.length === 1 ? {} : { files }) };
}

async function fetchCandidate(
  github: Github,
  repository: Repository,
  { request, folder }: { readonly request: ReleaseRequest; readonly folder: string },
): Promise<CandidateFiles> {
  const { source } = request;
  switch (source.kind) {
    case 'run':
      return await fromRun(github, repository, { request, source, folder });
    case 'committed':
      return await fromCommit(github, repository, { request, source, folder });
    default:
      return source satisfies never;
  }
}

type SourceOf<Kind extends ReleaseRequest['source']['kind']> = Extract<
  ReleaseRequest['source'],
  { readonly kind: Kind }
>;

async function fromRun(
  github: Github,
  repository: Repository,
  options: { readonly request: ReleaseRequest; readonly source: SourceOf<'run'>; readonly folder: string },
): Promise<CandidateFiles> {
  const { request, source, folder } = options;
  const artifacts = await listArtifacts(github, repository, source.runId);
  const named = artifacts.filter(({ name, expired }) => name === source.artifact && !expired);
  const newest = named.reduce((best, one) => Math.max(best, one.id), 0);
  if (newest === 0) {
    throw new AppError(
      'not-found',
      `expected the artifact ${source.artifact} of run ${source.runId}, found none that is still kept; train it again with \`/train -m ${request.model}\``,
    );
  }
  const zip = join(folder, 'candidate.zip');
  // What a zip adds to bytes that do not compress is little.
  const limitBytes = candidateLimits.totalBytes + 2 ** 26;
  await saveArtifact(github, repository, { artifactId: newest, path: zip, limitBytes });
  return await unpackedCandidate(zip, { folder: join(folder, 'unpacked'), request });
}

async function fromCommit(
  github: Github,
  repository: Repository,
  options: { readonly request: ReleaseRequest; readonly source: SourceOf<'committed'>; readonly folder: string },
): Promise<CandidateFiles> {
  const { request, source, folder } = options;
  const tree = await readTree(github, repository, source.commit);
  const below = `${source.path.replace(/\/*$/, '')}/`;
  const entries = (tree ?? []).filter(({ path }) => path === source.path || path.startsWith(below));
  if (entries.length === 0) {
    throw new AppError(
      'not-found',
      `expected \`${source.path}\` at ${source.commit}, found nothing there that git itself holds; release a model that a run trained`,
    );
  }
  const root = join(folder, 'unpacked', 'model');
  for (const { path, sha } of entries) {
    const target = join(root, path === source.path ? (path.split('/').at(-1) ?? 'model') : path.slice(below.length));
    makeFolder(dirname(target));
    writeFileSync(target, await readBlob(github, repository, sha));
  }
  return candidateIn(root, request);
}
