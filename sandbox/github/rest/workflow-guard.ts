import { holds } from '../identity.ts';
import type { RepositoryCall } from '../routes.ts';
import { notAccessible } from '../server/authorize.ts';

/** Throws 403 when an App or a job without the `workflows` permission writes one of these paths and it is a workflow. */
export function guardWorkflowPaths(call: RepositoryCall, paths: readonly string[]): void {
  if (!mayWriteWorkflows(call) && paths.some((path) => /^\.github\/workflows(\/|$)/.test(path))) {
    throw notAccessible(['workflows:write']);
  }
}

/** As `guardWorkflowPaths`, for what changes between two commits; `before` null stands for where the default branch was left. */
export async function guardWorkflowChanges(
  call: RepositoryCall,
  change: { readonly before: string | null; readonly after: string },
): Promise<void> {
  const { git, defaultBranch } = call.repository;
  if (mayWriteWorkflows(call) || (await git.commit(change.after)) === null) {
    return;
  }
  const main = await git.ref(`refs/heads/${defaultBranch}`);
  const before = change.before ?? (main === null ? null : await git.mergeBase(main.sha, change.after));
  if (before !== null) {
    const changed = await git.ask(['diff', '--name-only', before, change.after, '--', '.github/workflows']);
    guardWorkflowPaths(call, changed.toString('utf8').split('\n'));
  }
}

function mayWriteWorkflows(call: RepositoryCall): boolean {
  const { identity } = call;
  const bound = identity.kind === 'installation' || identity.kind === 'job';
  return !bound || holds(identity.permissions, 'workflows:write');
}
