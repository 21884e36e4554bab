import type { Person, parseCommit } from '../git/git-object.ts';
import type { GitRepository, Ref } from '../git/git-repository.ts';
import { accountOfEmail, isoSeconds } from '../shape/commit.ts';
import { pageUrl } from '../shape/repository.ts';
import type { Account, GithubEvent, JsonObject, Repository, World } from '../state.ts';
import { requestSuites } from './checks.ts';
import { syncPulls } from './pull-sync.ts';

/** No object: what a ref pointed at before it was created, or after it was deleted. */
export const zeroSha = '0'.repeat(40);
/** More commits are left out of a push webhook. */
const maxCommits = 2048;

export interface RefMove {
  readonly ref: string;
  readonly before: string;
  readonly after: string;
}

/** On whose behalf something happens, as webhooks tell it. */
export interface By {
  readonly account: Account;
  readonly cause: GithubEvent['cause'];
}

/**
 * Moves one branch or tag and tells everybody: `create`, `delete` and `push` webhooks, new heads of pull requests, check
 * suites. False when the ref no longer stands at `expected`.
 */
export async function moveRef(
  world: World,
  repository: Repository,
  options: { readonly ref: string; readonly sha: string | null; readonly expected?: string; readonly by: By },
): Promise<boolean> {
  const { git } = repository;
  const move = await git.exclusive(async () => {
    const before = (await git.ref(options.ref))?.sha ?? zeroSha;
    if (options.expected !== undefined && options.expected !== before) {
      return null;
    }
    if (options.sha === null) {
      await git.deleteRef(options.ref);
    } else if (!(await git.updateRef(options.ref, options.sha, before))) {
      return null;
    }
    return { ref: options.ref, before, after: options.sha ?? zeroSha };
  });
  if (move === null) {
    return false;
  }
  await announceMoves(world, repository, { moves: [move], by: options.by });
  return true;
}

/** Tells everybody about refs that have moved already. */
export async function announceMoves(
  world: World,
  repository: Repository,
  options: { readonly moves: readonly RefMove[]; readonly by: By },
): Promise<void> {
  for (const move of options.moves) {
    if (move.before === move.after) {
      continue;
    }
    repository.pushedAt = world.clock();
    await announceMove(world, repository, { move, by: options.by });
  }
}

/** The refs that differ between two readings. */
export function movesBetween(before: readonly Ref[], after: readonly Ref[]): readonly RefMove[] {
  const old = new Map(before.map((ref) => [ref.name, ref.sha]));
  const now = new Map(after.map((ref) => [ref.name, ref.sha]));
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((name) => old.get(name) !== now.get(name))
    .map((ref) => ({ ref, before: old.get(ref) ?? zeroSha, after: now.get(ref) ?? zeroSha }));
}

async function announceMove(
  world: World,
  repository: Repository,
  options: { readonly move: RefMove; readonly by: By },
): Promise<void> {
  const { move, by } = options;
  const branch = move.ref.startsWith('refs/heads/') ? move.ref.slice('refs/heads/'.length) : null;
  const common = { repository, sender: by.account, cause: by.cause, action: null };
  const created = move.before === zeroSha;
  const deleted = move.after === zeroSha;
  const shortName = move.ref.replace(/^refs\/(heads|tags)\//, '');
  const refType = branch === null ? 'tag' : 'branch';
  if (created) {
    const payload = {
      ref: shortName,
      ref_type: refType,
      master_branch: repository.defaultBranch,
      description: repository.description,
      pusher_type: 'user',
    };
    world.sendWebhook({ ...common, event: 'create', payload });
  }
  world.sendWebhook({ ...common, event: 'push', payload: await pushPayload(world, repository, options) });
  if (deleted) {
    const payload = { ref: shortName, ref_type: refType, pusher_type: 'user' };
    world.sendWebhook({ ...common, event: 'delete', payload });
  }
  if (branch !== null) {
    await syncPulls(world, repository, { branch, before: move.before, after: deleted ? null : move.after, by });
    if (!deleted) {
      await requestSuites(world, repository, { branch, before: move.before, after: move.after, by });
    }
  }
}

async function pushPayload(
  world: World,
  repository: Repository,
  options: { readonly move: RefMove; readonly by: By },
): Promise<JsonObject> {
  const { git } = repository;
  const { ref, before, after } = options.move;
  const created = before === zeroSha;
  const deleted = after === zeroSha;
  const range = created ? `${after.slice(0, 12)}` : `${before.slice(0, 12)}...${after.slice(0, 12)}`;
  const commits = deleted ? [] : await pushedCommits(world, repository, options.move);
  const head = deleted ? undefined : await describeCommits(world, repository, [after]);
  return {
    ref,
    before,
    after,
    created,
    deleted,
    forced: !created && !deleted && !(await git.isAncestor(before, after)),
    base_ref: null,
    compare: `${pageUrl(world, repository)}/compare/${range}`,
    commits,
    head_commit: head?.[0] ?? null,
    pusher: { name: options.by.account.login, email: `${options.by.account.login}@users.noreply.github.com` },
  };
}

/** A new branch tells the commits that no other branch has. */
async function pushedCommits(world: World, repository: Repository, move: RefMove): Promise<readonly JsonObject[]> {
  const { git } = repository;
  const known =
    move.before === zeroSha
      ? (await git.refs('refs/heads')).filter((ref) => ref.name !== move.ref).map((ref) => `^${ref.sha}`)
      : [`^${move.before}`];
  const output = await git.ask([
    'rev-list',
    '--reverse',
    `--max-count=${maxCommits}`,
    `${move.after}^{commit}`,
    ...known,
  ]);
  return describeCommits(world, repository, output.toString('utf8').split('\n').filter(Boolean));
}

async function describeCommits(
  world: World,
  repository: Repository,
  shas: readonly string[],
): Promise<readonly JsonObject[]> {
  const { git } = repository;
  if (shas.length === 0) {
    return [];
  }
  const commits = await Promise.all(shas.map((sha) => git.commit(sha)));
  const present = commits.filter((commit) => commit !== null);
  const changes = await changedPaths(
    git,
    present.map((commit) => commit.sha),
  );
  return present.map((commit) => ({
    id: commit.sha,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message.replace(/\n+$/, ''),
    timestamp: isoSeconds(commit.committer.date),
    url: `${pageUrl(world, repository)}/commit/${commit.sha}`,
    author: pusherShape(world, commit.author),
    committer: pusherShape(world, commit.committer),
    ...(changes.get(commit.sha) ?? { added: [], removed: [], modified: [] }),
  }));
}

function pusherShape(world: World, person: Person): JsonObject {
  const account = accountOfEmail(world, person.email);
  return {
    name: person.name,
    email: person.email,
    ...(account === null ? {} : { username: account.login }),
  };
}

interface ChangedPaths {
  readonly added: string[];
  readonly removed: string[];
  readonly modified: string[];
}

async function changedPaths(git: GitRepository, shas: readonly string[]): Promise<ReadonlyMap<string, ChangedPaths>> {
  const output = await git.ask(
    ['diff-tree', '--stdin', '-z', '-r', '--root', '--name-status', '--no-renames'],
    `${shas.join('\n')}\n`,
  );
  const fields = output.toString('utf8').split('\0');
  const byCommit = new Map<string, ChangedPaths>();
  let current: ChangedPaths = { added: [], removed: [], modified: [] };
  for (let at = 0; at < fields.length; at += 1) {
    const field = fields[at] ?? '';
    if (/^[0-9a-f]{40}$/.test(field.trim())) {
      current = { added: [], removed: [], modified: [] };
      byCommit.set(field.trim(), current);
    } else if (/^[A-Z]$/.test(field)) {
      at += 1;
      const list = field === 'A' ? current.added : field === 'D' ? current.removed : current.modified;
      list.push(fields[at] ?? '');
    }
  }
  return byCommit;
}

/** The commits in `after` but not in `before`, oldest first. */
export async function commitsBetween(
  git: GitRepository,
  before: string,
  after: string,
): Promise<readonly ReturnType<typeof parseCommit>[]> {
  const output = await git.ask(['rev-list', '--reverse', '--topo-order', after, `^${before}`]);
  const commits = await Promise.all(
    output
      .toString('utf8')
      .split('\n')
      .filter(Boolean)
      .map((sha) => git.commit(sha)),
  );
  return commits.filter((commit) => commit !== null);
}
