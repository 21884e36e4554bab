import type { Freeze } from '../decide/freeze.ts';
import type { LockRecord } from '../decide/lock.ts';
import { changedEnvironments } from '../decide/release/changed-environments.ts';
import { servedBy } from '../decide/release/served.ts';
import { AppError, type Problem } from '../error.ts';
import type { Repository } from '../intent.ts';
import type { EnvironmentPolicy } from '../policy/access-policy.ts';
import type { Policy } from '../policy/policy.ts';
import type { Examination, RegisteredVersion, ReleaseReader } from '../ports/release-reader.ts';
import type { GithubReader, StoreReader } from '../ports.ts';
import {
  type EnvironmentRelease,
  manifestPath,
  parseManifest,
  type ReleaseManifest,
  signaturePath,
} from '../registry/manifest.ts';
import type { RolloutRecord } from '../rollout/rollout-record.ts';
import type { Approval } from '../store/approval-record.ts';
import type { Champion, RunRecord } from '../store/run-record.ts';
import { gatherApprovals } from './approval-facts.ts';

/** What gathering about releases reads. */
export interface ReleasePorts {
  readonly github: GithubReader;
  readonly releases: ReleaseReader;
  readonly store: StoreReader;
}

/** A manifest at a commit: none, one that cannot be used, or a valid one with its text. */
export type ManifestAt =
  | { readonly kind: 'absent' }
  | { readonly kind: 'invalid'; readonly text: string; readonly problems: readonly Problem[] }
  | { readonly kind: 'valid'; readonly text: string; readonly manifest: ReleaseManifest };

/** One environment whose version a manifest changes. */
export interface EnvironmentChange {
  readonly environment: string;
  /** Null when the policy names no such environment. */
  readonly policy: EnvironmentPolicy | null;
  readonly before: EnvironmentRelease | null;
  /** Null when nothing is to serve there any more. */
  readonly after: EnvironmentRelease | null;
  /** Null where nothing was asked. */
  readonly examination: Examination | null;
  /** Why the bytes are not those of the digest. */
  readonly bytes: readonly string[];
  /** The rollouts of the model there, newest first, and those of the environment that must serve it first. */
  readonly rollouts: readonly RolloutRecord[];
  readonly upstream: readonly RolloutRecord[];
}

/** All that is known of one model whose manifest a commit changes. */
export interface ReleaseSubject {
  readonly model: string;
  readonly path: string;
  readonly policy: Policy;
  readonly base: ManifestAt;
  readonly head: ManifestAt;
  /** Whether the default branch edited this manifest since the commit left it, so that nobody knows what a merge makes of both. */
  readonly isBehind: boolean;
  /** What the default branch says was rejected. */
  readonly rejected: ReleaseManifest['rejected'];
  /** Whether the commit makes another version the newest one. */
  readonly isNewVersion: boolean;
  readonly registered: RegisteredVersion | null;
  /** Why the bytes of a new version that no environment gets yet are not those of its digest. */
  readonly bytes: readonly string[];
  readonly signature: readonly string[];
  /** Whether the commit that the version was made from is on the default branch. */
  readonly isOnBranch: boolean;
  readonly champion: Champion | null;
  /** The run that measured the version, and what was overridden for it. */
  readonly run: RunRecord | null;
  readonly approvals: readonly Approval[];
  readonly changes: readonly EnvironmentChange[];
}

/** What is stopped or held in a repository. */
export interface ReleaseHolds {
  readonly locks: readonly LockRecord[];
  readonly freezes: readonly Freeze[];
}

/** Reads and parses the manifest of a model at a commit. */
export async function readManifest(
  repository: Repository,
  { model, ref }: { readonly model: string; readonly ref: string },
  github: Pick<GithubReader, 'readFile'>,
): Promise<ManifestAt> {
  const path = manifestPath(model);
  const text = await github.readFile(repository, path, ref);
  if (text === null) return { kind: 'absent' };
  const parsed = parseManifest(text, path);
  return parsed.kind === 'valid'
    ? { kind: 'valid', text, manifest: parsed.value }
    : { kind: 'invalid', text, problems: parsed.problems };
}

/** Reads what one changed manifest means: bytes, tag, lineage, verdict, and each environment that it changes. */
export async function gatherSubject(
  repository: Repository,
  asked: {
    readonly model: string;
    readonly policy: Policy;
    /** The default branch, and the commit that the change is made on. */
    readonly branch: string;
    readonly base: string;
    readonly head: string;
    /** The newest commit of the default branch; that on which the change is made unless it moved on. */
    readonly tip?: string;
    readonly now: string;
  },
  ports: ReleasePorts,
): Promise<ReleaseSubject> {
  const { model, policy, branch } = asked;
  const { github, store } = ports;
  const [base, head] = await Promise.all([
    readManifest(repository, { model, ref: asked.base }, github),
    readManifest(repository, { model, ref: asked.head }, github),
  ]);
  const path = manifestPath(model);
  const isMoved = asked.tip !== undefined && asked.tip !== asked.base;
  const present = isMoved ? await readManifest(repository, { model, ref: asked.tip ?? asked.base }, github) : base;
  const isBehind = (present.kind === 'absent' ? null : present.text) !== (base.kind === 'absent' ? null : base.text);
  const rejected = present.kind === 'valid' ? present.manifest.rejected : [];
  const nothing = {
    ...{
      isBehind,
      rejected,
      model,
      path,
      policy,
      base,
      head,
      isNewVersion: false,
      registered: null,
      bytes: [],
      signature: [],
      isOnBranch: true,
    },
    ...{ champion: null, run: null, approvals: [], changes: [] },
  };
  if (head.kind !== 'valid') return nothing;
  const { manifest } = head;
  const before = base.kind === 'valid' ? base.manifest : null;
  const isNewVersion = before?.version !== manifest.version || before.artifact.digest !== manifest.artifact.digest;
  const changed = changedEnvironments(before, manifest);
  const changes = changed.map(async (change) => gatherChange(repository, { ...asked, ...change, manifest }, ports));
  // A promotion brings the newest version elsewhere: it must be signed then, too, also when nobody asked for that before.
  const isServed = changed.some(({ after }) => after?.digest === manifest.artifact.digest);
  if (!isNewVersion) {
    const signature = isServed ? await gatherSignature(repository, { ...asked, manifest }, ports) : [];
    return { ...nothing, signature, changes: await Promise.all(changes) };
  }
  const runId = Number(manifest.lineage.run);
  const [registered, bytes, signature, isOnBranch, champion, run] = await Promise.all([
    registeredVersion(repository, manifest, ports),
    ownBytes(repository, { policy, manifest }, ports),
    gatherSignature(repository, { ...asked, manifest }, ports),
    isWithin(repository, { commit: manifest.lineage.commit, branch }, github),
    store.readChampion(repository.id, model),
    Number.isSafeInteger(runId) ? store.readRunById(repository.id, runId) : null,
  ]);
  const approvals = await approvalsOf(repository, { run, digest: manifest.artifact.digest }, ports);
  return {
    ...nothing,
    ...{ isNewVersion, registered, bytes, signature, isOnBranch, champion, run, approvals },
    changes: await Promise.all(changes),
  };
}

/** Those of an environment that gets them are looked at with it. */
async function ownBytes(
  repository: Repository,
  { policy, manifest }: { readonly policy: Policy; readonly manifest: ReleaseManifest },
  { releases }: ReleasePorts,
): Promise<readonly string[]> {
  const { uri, digest, bytes, files = [] } = manifest.artifact;
  const isThere = Object.entries(manifest.environments).some(
    ([name, entry]) => Object.hasOwn(policy.environments, name) && entry.digest === digest && entry.uri === uri,
  );
  if (isThere) return [];
  const store = policy.release?.store ?? null;
  const size = files.length === 0 ? bytes : null;
  return await releases.verifyArtifact(repository, { uri, digest, bytes: size, files, store });
}

/** Why the signature beside a manifest does not hold; nothing where the policy asks for none. */
async function gatherSignature(
  repository: Repository,
  asked: { readonly model: string; readonly policy: Policy; readonly head: string; readonly manifest: ReleaseManifest },
  { github, releases }: ReleasePorts,
): Promise<readonly string[]> {
  const { model, manifest } = asked;
  const policy = asked.policy.release?.signature;
  if (policy === undefined) return [];
  const text = await github.readFile(repository, signaturePath(model), asked.head);
  return await releases.verifySignature({ model, text, artifact: manifest.artifact, policy });
}

/** A tag that somebody else made may name no bytes: then its commit's own manifest tells which it stands for. */
async function registeredVersion(
  repository: Repository,
  { model, version }: ReleaseManifest,
  { github, releases }: ReleasePorts,
): Promise<RegisteredVersion | null> {
  const found = await releases.readVersion(repository, model, version);
  if (found === null || found.digest !== null) return found;
  const then = await readManifest(repository, { model, ref: found.sha }, github);
  const isThat = then.kind === 'valid' && then.manifest.version === version;
  return { ...found, digest: isThat ? then.manifest.artifact.digest : null };
}

async function gatherChange(
  repository: Repository,
  asked: {
    readonly model: string;
    readonly policy: Policy;
    readonly environment: string;
    readonly before: EnvironmentRelease | null;
    readonly after: EnvironmentRelease | null;
    readonly manifest: ReleaseManifest;
    readonly now: string;
  },
  { releases, store }: ReleasePorts,
): Promise<EnvironmentChange> {
  const { model, environment, before, after, manifest, now } = asked;
  const { environments } = asked.policy;
  const policy = Object.hasOwn(environments, environment) ? (environments[environment] ?? null) : null;
  const [rollouts, upstream] = await Promise.all([
    store.listRollouts(repository.id, { model, environment }),
    policy?.after === undefined ? [] : store.listRollouts(repository.id, { model, environment: policy.after }),
  ]);
  const change = { environment, policy, before, after, rollouts, upstream };
  // Of environments that nobody knows a manifest may name thousands, and each would be a download.
  if (after === null || policy === null) return { ...change, examination: null, bytes: [] };
  const { artifact } = manifest;
  const isNewest = artifact.digest === after.digest;
  // After a rollback it is not what git still names.
  const champion = servedBy(rollouts) ?? before;
  const [bytes, examination] = await Promise.all([
    releases.verifyArtifact(repository, {
      uri: after.uri,
      digest: after.digest,
      bytes: isNewest && artifact.files === undefined ? artifact.bytes : null,
      files: isNewest ? (artifact.files ?? []) : [],
      store: asked.policy.release?.store ?? null,
    }),
    releases.examine(repository, { model, environment, policy, champion, candidate: after, now }),
  ]);
  return { ...change, examination, bytes };
}

async function isWithin(
  repository: Repository,
  { commit, branch }: { readonly commit: string; readonly branch: string },
  github: GithubReader,
): Promise<boolean> {
  try {
    return (await github.compare(repository, branch, commit)).mergeBase === commit;
  } catch (error) {
    // A commit that is not there is on no branch.
    if (error instanceof AppError && (error.code === 'not-found' || error.code === 'github-refused')) return false;
    throw error;
  }
}

/** What was overridden for these very bytes, in the pull request that the run was of. */
async function approvalsOf(
  repository: Repository,
  { run, digest }: { readonly run: RunRecord | null; readonly digest: string },
  { github, store }: ReleasePorts,
): Promise<readonly Approval[]> {
  if (run === null) return [];
  const given = await store.listOverrides(repository.id, digest);
  const numbers = [...new Set(given.map(({ number }) => number))];
  const held = numbers.map((number) => gatherApprovals(repository, { number, head: run.head }, { github, store }));
  return (await Promise.all(held)).flat();
}
