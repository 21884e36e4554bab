import { commandsIn } from '../command/parse.ts';
import { rightTo } from '../decide/access.ts';
import type { Intent, Repository } from '../intent.ts';
import { parsePolicy } from '../policy/parse.ts';
import { type Policy, policyPath } from '../policy/policy.ts';
import type { Review } from '../ports/release-reader.ts';
import type { PullRequest } from '../ports.ts';
import { manifestPath, modelOfManifest } from '../registry/manifest.ts';
import { modelOfReleaseBranch } from '../registry/release-branch.ts';
import { gatherAccess } from './access-facts.ts';
import { gatherHolds } from './hold-facts.ts';
import { gatherSubject, type ReleaseHolds, type ReleasePorts, type ReleaseSubject } from './release-facts.ts';

/** What a commit that is to be merged releases. */
export interface ReleaseCheckFacts {
  readonly head: string;
  /** Null for the commit of a merge queue. */
  readonly pull: PullRequest | null;
  /** By model and environment, who approved this very head and may release it there; null where nobody is asked. */
  readonly approvedBy: ReadonlyMap<string, Readonly<Record<string, readonly string[]>>> | null;
  /** The models whose manifests it edits. */
  readonly changed: readonly string[];
  /** Those that the policy can judge. */
  readonly subjects: readonly ReleaseSubject[];
  /** Whether it is said also where nothing is released: the policy has environments, or nobody can tell. */
  readonly isWanted: boolean;
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
  const reviews = await ports.releases.listReviews(repository, number);
  const range = { branch: pull.base.ref, base: mergeBase, tip: base, head, now };
  const checked = await gatherChecked(repository, range, ports);
  const approving = reviews.filter(({ state, commit }) => state === 'approved' && commit === head);
  const approvedBy = await approversOf(repository, { subjects: checked.subjects, approving, commit: base }, ports);
  return { ...checked, pull, approvedBy };
}

/** Reads the commit on which a merge queue tries what it is to merge. */
export async function gatherQueueCheck(
  { repository, branch, base, head }: Extract<Intent, { readonly kind: 'check-queue' }>,
  now: string,
  ports: ReleasePorts,
): Promise<ReleaseCheckFacts> {
  return {
    ...(await gatherChecked(repository, { branch, base, tip: base, head, now }, ports)),
    pull: null,
    approvedBy: null,
  };
}

async function gatherChecked(
  repository: Repository,
  range: {
    readonly branch: string;
    readonly base: string;
    readonly tip: string;
    readonly head: string;
    readonly now: string;
  },
  ports: ReleasePorts,
): Promise<Omit<ReleaseCheckFacts, 'pull' | 'approvedBy'>> {
  const { base, head, tip, now } = range;
  const [holds, read] = await Promise.all([gatherHolds(repository, ports.store), readPolicy(repository, tip, ports)]);
  const nothing = { head, changed: [], subjects: [], isWanted: read !== 'absent', holds, now };
  if (read === 'absent') return { ...nothing, policy: read };
  const policy = read === 'invalid' ? null : read;
  const changed = await changedManifests(repository, { from: base, to: head, policy }, ports);
  if (policy === null) return { ...nothing, policy: 'invalid', changed };
  const subjects = changed.map((model) => gatherSubject(repository, { ...range, model, policy }, ports));
  const isWanted = Object.keys(policy.environments).length > 0;
  return { ...nothing, policy: 'valid', changed, isWanted, subjects: await Promise.all(subjects) };
}

/**
 * Who of those that approved may release to each environment that asks for approvals. GitHub lets whoever can read a
 * public repository approve, so that an approval is worth what its giver's right to `/promote` there is.
 */
async function approversOf(
  repository: Repository,
  of: {
    readonly subjects: readonly ReleaseSubject[];
    readonly approving: readonly Review[];
    readonly commit: string;
  },
  { github }: Pick<ReleasePorts, 'github'>,
): Promise<ReadonlyMap<string, Readonly<Record<string, readonly string[]>>>> {
  const approversOfModels = new Map<string, Readonly<Record<string, readonly string[]>>>();
  for (const { model, policy, changes } of of.subjects) {
    // Somebody who owns one model of a pull request need not own the other.
    const approvers: Record<string, readonly string[]> = {};
    const rules = { kind: 'valid', policy, commit: of.commit } as const;
    for (const { environment, policy: own } of changes) {
      if (own === null || own.approvals === 0) continue;
      const command = commandsIn(`/promote ${environment} -m ${model}`);
      const asked = of.approving.map(async ({ login, id }) => {
        const actor = { login, kind: 'person', ...(id === null ? {} : { id }) } as const;
        const access = await gatherAccess(repository, { actor, commands: command, rules }, github);
        const demand = { verb: 'promote', environment, model, reach: 'repository', actor } as const;
        return rightTo({ ...demand, owner: repository.owner, author: null }, access).kind === 'granted' ? [login] : [];
      });
      approvers[environment] = (await Promise.all(asked)).flat();
    }
    approversOfModels.set(model, approvers);
  }
  return approversOfModels;
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

/**
 * The models whose manifest differs between two commits. Where GitHub cuts a tree, those of the policy are read one by
 * one: a model that it does not know is never released.
 */
export async function changedManifests(
  repository: Repository,
  { from, to, policy }: { readonly from: string; readonly to: string; readonly policy: Policy | null },
  { github }: Pick<ReleasePorts, 'github'>,
): Promise<readonly string[]> {
  if (from === to) return [];
  const [before, after] = await Promise.all([github.readTree(repository, from), github.readTree(repository, to)]);
  if (before === null || after === null) {
    const models = Object.keys(policy?.models ?? {});
    const texts = await Promise.all(
      models.map((model) =>
        Promise.all([from, to].map((commit) => github.readFile(repository, manifestPath(model), commit))),
      ),
    );
    return models.filter((_, at) => texts[at]?.[0] !== texts[at]?.[1]);
  }
  const shas = (tree: typeof after) => {
    const entries = tree.filter(({ path }) => modelOfManifest(path) !== null);
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
