import type { Repository } from '../intent.ts';
import type { GithubReader } from '../ports.ts';
import { checkpointIn } from '../run-plan.ts';
import type { RunRecord } from '../store/run-record.ts';

/** By model, the digests of the checkpoints that the attempts of a run found when they began, newest attempt first. */
export async function gatherCheckpoints(
  repository: Repository,
  { run, runId }: { readonly run: RunRecord; readonly runId: number },
  github: Pick<GithubReader, 'listArtifacts'>,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const artifacts = (await github.listArtifacts(repository, runId)).toSorted((a, b) => b.id - a.id);
  const found = run.models.map(({ model }) => {
    const digests = artifacts.flatMap(({ name }) => checkpointIn(name, model) ?? []);
    return [model, digests] as const;
  });
  return Object.fromEntries(found);
}
