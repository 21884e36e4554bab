import type { Intent, Repository } from '../intent.ts';
import { parsePolicy } from '../policy/parse.ts';
import { type Policy, policyPath } from '../policy/policy.ts';
import type { Review } from '../ports/release-reader.ts';
import type { PullRequest } from '../ports.ts';
import { modelOfManifest } from '../registry/manifest.ts';
import { modelOfReleaseBranch } from '../registry/release-branch.ts';
import { gatherHolds } from './hold-facts.ts';
import { gatherSubject, type ReleaseHolds, type ReleasePorts, type ReleaseSubject } from './release-facts.ts';

/** What a commit that is to be merged releases. */
export interface ReleaseCheckFacts {
  readonly head: string;
  /** Null for the commit of a merge queue. */
  readonly pull: PullRequest | null;
  readonly reviews: readonly Review[];
  readonly subjects: readonly ReleaseSubject[];
  /** Why nothing can be checked: there is no policy, or none that can be used. */
  readonly policy: 'valid' | 'absent' | 'invalid';
  readonly holds: ReleaseHolds;
  readonly now: string;
}

/** Reads a pull request that edits manifests; null when it is not at this head any more, or goes to another branch. */
export async function gatherReleaseCheck(
  { repository, number, head }: Extract<Intent, { readonly kind: 'check-release' }>,
  now: string,
  ports: ReleasePorts,
): Promise<ReleaseCheckFacts | null> {
  const pull = await ports.github.readPullRequest(repository, number);
  if (pull === null || pull.state !== 'open' || pull.head.sha !== head || pull.base.ref !== pull.defaultBranch)
    return null;
  const { base, mergeBase } = await ports.github.compare(repository, pull.base.ref, head);
  const [reviews, changed] = await Promise.all([
    ports.releases.listReviews(repository, number),
    changedManifests(repository, { from: mergeBase, to: head }, ports),
  ]);
  const range = { branch: pull.base.ref, base, head, models: changed, now };
  return { ...(await gatherChecked(repository, range, ports)), pull, reviews };
}

/** Reads the commit on which a merge queue tries what it is to merge. */
export async function gatherQueueCheck(
  { repository, branch, base, head }: Extract<Intent, { readonly kind: 'check-queue' }>,
  now: string,
  ports: ReleasePorts,
): Promise<ReleaseCheckFacts> {
  const models = await changedManifests(repository, { from: base, to: head }, ports);
  return { ...(await gatherChecked(repository, { branch, base, head, models, now }, ports)), pull: null, reviews: [] };
}

async function gatherChecked(
  repository: Repository,
  range: {
    readonly branch: string;
    readonly base: string;
    readonly head: string;
    readonly models: readonly string[];
    readonly now: string;
  },
  ports: ReleasePorts,
): Promise<Omit<ReleaseCheckFacts, 'pull' | 'reviews'>> {
  const { head, base, models, now } = range;
  const holds = await gatherHolds(repository, ports.store);
  const nothing = { head, subjects: [], holds, now };
  if (models.length === 0) return { ...nothing, policy: 'valid' };
  const read = await readPolicy(repository, base, ports);
  if (typeof read === 'string') return { ...nothing, policy: read };
  const subjects = models.map((model) => gatherSubject(repository, { ...range, model, policy: read }, ports));
  return { ...nothing, policy: 'valid', subjects: await Promise.all(subjects) };
}

/** The policy of a commit, or why there is none. */
export async function readPolicy(
  repository: Repository,
  commit: string,
  { github }: Pick<ReleasePorts, 'github'>,
): Promise<Policy | 'absent' | 'invalid'> {
  const text = await github.readFile(repository, policyPath, commit);
  if (text === null) return 'absent';
  const parsed = parsePolicy({ text, file: policyPath });
  return parsed.kind === 'valid' ? parsed.policy : 'invalid';
}

/** The models whose manifest differs between two commits. Where GitHub cuts a tree, all that either of both may have. */
export async function changedManifests(
  repository: Repository,
  { from, to }: { readonly from: string; readonly to: string },
  { github }: Pick<ReleasePorts, 'github'>,
): Promise<readonly string[]> {
  if (from === to) return [];
  const [before, after] = await Promise.all([github.readTree(repository, from), github.readTree(repository, to)]);
  const shas = (tree: typeof after) => {
    const entries = (tree ?? []).filter(({ path }) => modelOfManifest(path) !== null);
    return new Map(entries.map(({ path, sha }) => [path, sha]));
  };
  const [old, now] = [shas(before), shas(after)];
  const paths = [...new Set([...old.keys(), ...now.keys()])].sort();
  return paths.filter((path) => old.get(path) !== now.get(path)).flatMap((path) => modelOfManifest(path) ?? []);
}

/** The open release pull requests of a repository. */
export async function gatherReleasePulls(
  { repository }: Extract<Intent, { readonly kind: 'recheck-releases' }>,
  { github }: ReleasePorts,
): Promise<readonly { readonly number: number; readonly head: string; readonly model: string }[]> {
  const pulls = await github.listOpenPullRequests(repository);
  return pulls.flatMap(({ number, head }) => {
    const model = head.repositoryId === repository.id ? modelOfReleaseBranch(head.ref) : null;
    return model === null ? [] : [{ number, head: head.sha, model }];
  });
}
