import type { Intent } from '../intent.ts';
import type { GateRun } from '../ports/gate.ts';
import type { GithubReader, StoreReader } from '../ports.ts';
import { gateWorkflow, rolloutOfGate } from '../rollout/rollout-effect.ts';
import type { RolloutRecord } from '../rollout/rollout-record.ts';

/** A run that says that it let a rollout begin, with what it takes to believe it. */
export interface GateFacts {
  readonly rollout: RolloutRecord;
  /** The run that we started for it; null where GitHub did not tell its number. */
  readonly known: number | null;
  readonly run: GateRun;
  /** Our own login, and the branch whose workflows we start. */
  readonly ours: { readonly login: string; readonly branch: string };
  /** The workflow's file as it ran; null when it is gone. */
  readonly workflow: string | null;
}

/** Reads the run from GitHub itself, whatever the event said of it; null when it is about no rollout. */
export async function gatherGate(
  {
    repository,
    runId,
    name,
  }: Pick<Extract<Intent, { readonly kind: 'observe-gate' }>, 'repository' | 'runId' | 'name'>,
  { github, store }: { readonly github: GithubReader; readonly store: StoreReader },
): Promise<GateFacts | null> {
  const id = rolloutOfGate(name);
  const rollout = id === null ? null : await store.readRollout(id);
  if (rollout === null || rollout.repositoryId !== repository.id) return null;
  const run = await github.readGateRun(repository, runId);
  if (run === null) return null;
  const [traces, login, { name: branch }, workflow] = await Promise.all([
    store.readTraces(rollout.id),
    github.readOwnLogin(),
    github.readDefaultBranch(repository),
    github.readFile(repository, `.github/workflows/${gateWorkflow}`, run.sha),
  ]);
  return { rollout, known: traces.gate ?? null, run, ours: { login, branch }, workflow };
}
