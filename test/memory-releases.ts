import type { Examination, RegisteredVersion, ReleaseReader, Review } from '../src/ports/release-reader.ts';
import type { ProposedRelease, ReleaseProposal, ReleaseWriter } from '../src/ports/release-writer.ts';
import type { ReleaseRequest } from '../src/registry/release-request.ts';

/** Stores, tags, reviews and platforms that a test writes; what is proposed and registered is kept in order. */
export interface MemoryReleases extends ReleaseReader, ReleaseWriter {
  readonly versions: Map<string, RegisteredVersion>;
  readonly reviews: Review[];
  /** What is wrong with the bytes at an address. */
  readonly broken: Map<string, readonly string[]>;
  /** Why signatures do not hold. */
  readonly forged: string[];
  readonly examinations: Map<string, Examination>;
  readonly merged: Map<string, number>;
  readonly stored: ReleaseRequest[];
  readonly proposals: ReleaseProposal[];
  readonly registered: { readonly model: string; readonly version: string; readonly sha: string }[];
  /** What the next proposal comes to. */
  next: ProposedRelease;
}

/** Where nothing is wrong, and nothing is known. */
export const unexamined: Examination = { capability: null, problems: [], metrics: {}, traffic: null };

/** Begins empty. */
export function memoryReleases(): MemoryReleases {
  const releases: MemoryReleases = {
    versions: new Map(),
    reviews: [],
    broken: new Map(),
    forged: [],
    examinations: new Map(),
    merged: new Map(),
    stored: [],
    proposals: [],
    registered: [],
    next: { kind: 'opened', number: 77 },
    readVersion: async (_, model, version) => releases.versions.get(`${model}@v${version}`) ?? null,
    findMergedPull: async (_, commit) => releases.merged.get(commit) ?? null,
    listReviews: async () => releases.reviews,
    verifyArtifact: async (_, { uri }) => releases.broken.get(uri) ?? [],
    verifySignature: async () => releases.forged,
    examine: async (_, { environment }) => releases.examinations.get(environment) ?? unexamined,
    async storeArtifact(_, request) {
      releases.stored.push(request);
      const { digest, bytes, format, model, version } = request;
      return { uri: `https://store.test/${model}/${version}`, digest, bytes, format };
    },
    async proposeRelease(_, proposal) {
      releases.proposals.push(proposal);
      return releases.next;
    },
    async registerRelease(_, { model, version, sha }) {
      releases.registered.push({ model, version, sha });
    },
  };
  return releases;
}
