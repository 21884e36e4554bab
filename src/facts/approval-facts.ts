import { approvalsOf } from '../decide/approval.ts';
import type { Repository } from '../intent.ts';
import type { GithubReader, StoreReader } from '../ports.ts';
import type { Result } from '../result.ts';
import type { Approval } from '../store/approval-record.ts';

interface Ports {
  readonly github: Pick<GithubReader, 'readTreeId' | 'readPullRequest'>;
  readonly store: Pick<StoreReader, 'listApprovals' | 'listOverrides'>;
}

/** The approvals that hold for a head of a pull request. Its tree is asked for only where one could hold by it. */
export async function gatherApprovals(
  repository: Repository,
  { number, head }: { readonly number: number; readonly head: string },
  { github, store }: Ports,
): Promise<readonly Approval[]> {
  const given = await store.listApprovals(repository.id, number);
  const isOfAnother = given.some((approval) => approval.kind !== 'run' && approval.head !== head);
  const tree = isOfAnother ? await github.readTreeId(repository, head) : null;
  return approvalsOf({ sha: head, tree }, given);
}

/** The overrides of the candidates of results that hold on the default branch: of pull requests merged with them in force. */
export async function gatherMergedOverrides(
  repository: Repository,
  results: readonly Result[],
  ports: Ports,
): Promise<readonly Approval[]> {
  const digests = new Set(results.flatMap(({ evaluation }) => evaluation?.candidate.digest ?? []));
  const found = await Promise.all([...digests].map((digest) => ports.store.listOverrides(repository.id, digest)));
  const numbers = new Set(found.flat().map(({ number }) => number));
  const held = [...numbers].map(async (number) => {
    const pull = await ports.github.readPullRequest(repository, number);
    if (pull?.isMerged !== true) return [];
    return await gatherApprovals(repository, { number, head: pull.head.sha }, ports);
  });
  return (await Promise.all(held)).flat().filter(({ kind }) => kind === 'override-gate');
}
