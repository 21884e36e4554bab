import { isPull, type PullIssue, pullShape } from '../shape/pull.ts';
import type { JsonObject, Repository, World } from '../state.ts';
import type { By } from './push.ts';

/** Sends a `pull_request` webhook with the pull request as it is now. */
export async function sendPull(
  world: World,
  issue: PullIssue,
  options: { readonly action: string; readonly by: By; readonly more?: JsonObject },
): Promise<void> {
  world.sendWebhook({
    event: 'pull_request',
    action: options.action,
    repository: issue.repository,
    sender: options.by.account,
    cause: options.by.cause,
    payload: { number: issue.number, pull_request: await pullShape(world, issue), ...options.more },
  });
}

/** Brings pull requests up to a branch that moved (`after` null: it was deleted), as their head or as their base. */
export async function syncPulls(
  world: World,
  repository: Repository,
  options: { readonly branch: string; readonly before: string; readonly after: string | null; readonly by: By },
): Promise<void> {
  const open = [...world.repositories.values()]
    .flatMap((other) => [...other.issues.values()])
    .filter(isPull)
    .filter((issue) => issue.state === 'open');
  for (const issue of open) {
    const { head, base } = issue.pull;
    if (head.repository === repository && head.ref === options.branch) {
      await syncHead(world, issue, options);
    } else if (base.repository === repository && base.ref === options.branch && options.after !== null) {
      issue.pull.mergeability = null;
      if (await repository.git.isAncestor(head.sha, options.after)) {
        await finish(world, issue, { by: options.by, merge: options.after });
      }
    }
  }
}

/** Closes a pull request; `merge` is the commit that brought it into the base. */
export async function finish(
  world: World,
  issue: PullIssue,
  options: { readonly by: By; readonly merge: string | null },
): Promise<void> {
  const now = world.clock();
  issue.state = 'closed';
  issue.closedAt = now;
  issue.closedBy = options.by.account;
  issue.updatedAt = now;
  if (options.merge !== null) {
    issue.pull.mergedAt = now;
    issue.pull.mergedBy = options.by.account;
    issue.pull.mergeCommit = options.merge;
  }
  await sendPull(world, issue, { action: 'closed', by: options.by });
}

/** Opens a closed pull request again, at the head that its branch has by now. */
export async function reopen(world: World, issue: PullIssue, by: By): Promise<void> {
  const { head } = issue.pull;
  const tip = await head.repository?.git.ref(`refs/heads/${head.ref}`);
  if (tip !== null && tip !== undefined && tip.sha !== head.sha) {
    head.sha = tip.sha;
    issue.pull.mergeability = null;
    await bringHead(issue);
  }
  issue.state = 'open';
  issue.closedAt = null;
  issue.closedBy = null;
  issue.updatedAt = world.clock();
  await sendPull(world, issue, { action: 'reopened', by });
}

/** Fetches the head from its repository into `refs/pull/N/head`. */
export async function bringHead(issue: PullIssue): Promise<void> {
  const { head } = issue.pull;
  const ref = `refs/pull/${issue.number}/head`;
  if (head.repository !== null && head.repository !== issue.repository) {
    await issue.repository.git.ask(['fetch', '-q', '--no-tags', head.repository.git.folder, `+${head.sha}:${ref}`]);
  } else {
    await issue.repository.git.updateRef(ref, head.sha);
  }
}

async function syncHead(
  world: World,
  issue: PullIssue,
  options: { readonly before: string; readonly after: string | null; readonly by: By },
): Promise<void> {
  if (options.after === null) {
    await finish(world, issue, { by: options.by, merge: null });
    return;
  }
  const { pull, repository } = issue;
  pull.head.sha = options.after;
  pull.base.sha = (await repository.git.ref(`refs/heads/${pull.base.ref}`))?.sha ?? pull.base.sha;
  pull.mergeability = null;
  issue.updatedAt = world.clock();
  await bringHead(issue);
  const more = { before: options.before, after: options.after };
  await sendPull(world, issue, { action: 'synchronize', by: options.by, more });
}
