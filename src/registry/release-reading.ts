import type { TrustedRoot } from '@sigstore/protobuf-specs';
import { AppError, messageOf } from '../error.ts';
import type { Connect, Github } from '../github/connection.ts';
import { routeOf } from '../github/connection.ts';
import { asking, askingFor } from '../github/failure.ts';
import type { Repository } from '../intent.ts';
import type { RegisteredVersion, ReleaseReader, Review } from '../ports/release-reader.ts';
import type { Connections } from '../rollout/connections.ts';
import { examine } from '../rollout/examine.ts';
import type { OpenStore } from './releases.ts';
import { signatureProblems } from './signature/signature-problems.ts';
import { type StoredFile, verify } from './stores/artifact-store.ts';
import { versionTag } from './version-tag.ts';

/** So many verified addresses are remembered; one more takes the place of the oldest. */
const mostRemembered = 1000;

/**
 * Reads what planning wants to know of releases. `connect` may only read; `connectToDrafts` may write, because GitHub
 * shows a draft to nobody else, and is used to read the bytes of what is not merged yet.
 */
export function releaseReader(options: {
  readonly connect: Connect;
  readonly connectToDrafts: Connect;
  readonly openStore: OpenStore;
  readonly connections: Connections;
  /** What identities are verified against. */
  readonly trustedRoot: () => Promise<TrustedRoot>;
}): ReleaseReader {
  const { connect, connectToDrafts, openStore, connections, trustedRoot } = options;
  const remembered = new Set<string>();

  return {
    readVersion: async (repository, model, version) =>
      readVersion(await connect(repository), repository, versionTag(model, version)),
    findMergedPull: async (repository, commit) => findMergedPull(await connect(repository), repository, commit),
    listReviews: async (repository, number) => listReviews(await connect(repository), repository, number),
    verifySignature: async (asked) => signatureProblems({ ...asked, trustedRoot }),
    examine: (repository, asked) =>
      examine(connections, { ...asked, repository: `${repository.owner}/${repository.name}` }),

    async verifyArtifact(repository, { uri, digest, bytes, files, store: connection }) {
      const key = `${repository.id} ${uri} ${digest}`;
      if (remembered.has(key)) return [];
      try {
        const store = openStore(repository, { github: await connectToDrafts(repository), connection, uri });
        const main = { path: 'model', digest: digest as StoredFile['digest'], bytes };
        for (const file of [main, ...files]) await verify(await store.open(uri, file), file);
      } catch (error) {
        // A store that is away says nothing about the bytes: it is asked again later.
        if (!(error instanceof AppError) || error.code === 'unavailable' || error.code === 'timed-out') throw error;
        return [messageOf(error)];
      }
      remembered.add(key);
      for (const oldest of remembered) {
        if (remembered.size <= mostRemembered) break;
        remembered.delete(oldest);
      }
      return [];
    },
  };
}

async function readVersion(github: Github, repository: Repository, tag: string): Promise<RegisteredVersion | null> {
  const route = routeOf(repository);
  const answer = await askingFor(`read the tag ${tag}`, () =>
    github.request('GET /repos/{owner}/{repo}/git/ref/{ref}', { ...route, ref: `tags/${tag}` }),
  );
  if (answer === null) return null;
  const { object } = answer.data;
  // A tag without a message registers nothing, as GTO has it.
  if (object.type !== 'tag') return null;
  const { data } = await asking(`read the tag ${tag}`, () =>
    github.request('GET /repos/{owner}/{repo}/git/tags/{tag_sha}', { ...route, tag_sha: object.sha }),
  );
  return { sha: data.object.sha, digest: /\bsha256:[0-9a-f]{64}\b/.exec(data.message)?.[0] ?? null };
}

/** Of several pull requests that contain a commit the one that it is the merge of. */
async function findMergedPull(github: Github, repository: Repository, commit: string): Promise<number | null> {
  const { data } = await asking(`find the pull request of ${commit}`, () =>
    github.request('GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls', {
      ...routeOf(repository),
      commit_sha: commit,
    }),
  );
  const merged = data.filter((pull) => pull.merged_at !== null);
  return merged.find((pull) => pull.merge_commit_sha === commit)?.number ?? merged[0]?.number ?? null;
}

/** The newest review of each person that says yes or no; what was dismissed says nothing. */
async function listReviews(github: Github, repository: Repository, number: number): Promise<readonly Review[]> {
  const reviews = await asking(`list the reviews of #${number}`, () =>
    github.paginate('GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews', {
      ...routeOf(repository),
      pull_number: number,
      per_page: 100,
    }),
  );
  const newest = new Map<string, Review>();
  for (const { user, state, commit_id } of reviews) {
    if (user === null) continue;
    const { login } = user;
    if (state === 'APPROVED' || state === 'CHANGES_REQUESTED') {
      const said = state === 'APPROVED' ? ('approved' as const) : ('changes-requested' as const);
      newest.set(login, { login, id: Number(user.id), state: said, commit: commit_id ?? '' });
    } else if (state === 'DISMISSED') newest.delete(login);
  }
  return [...newest.values()];
}
