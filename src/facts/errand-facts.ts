import { randomUUID } from 'node:crypto';
import { type CollectedErrands, collectErrands } from '../collect/accept-errands.ts';
import type { Intent } from '../intent.ts';
import type { GithubReader, StoreReader, TokenReader } from '../ports.ts';
import { errandRunName, errandWorkflow } from '../rollout/errands/errand-plan.ts';
import type { OpenJob, QueuedErrand } from '../rollout/errands/next-job.ts';

/** What waits for a job of an environment, and how its open job stands. */
export interface ErrandFacts {
  readonly repository: Extract<Intent, { readonly kind: 'run-errands' }>['repository'];
  readonly environment: string;
  readonly queued: readonly QueuedErrand[];
  readonly open: OpenJob | null;
  /** What came of the open job; null while it goes on. */
  readonly ended: CollectedErrands | null;
  /** Whether this is about the open job. */
  readonly isWatch: boolean;
  /** The branch whose workflow is started. */
  readonly branch: string;
  /** For a job that may be begun. */
  readonly freshClaim: string;
  /** ISO 8601. */
  readonly now: string;
}

/** Reads what waits, and of an open job from GitHub itself whether it is over; null when there is nothing to be done. */
export async function gatherErrands(
  { repository, of }: Extract<Intent, { readonly kind: 'run-errands' }>,
  now: string,
  ports: { readonly github: GithubReader; readonly tokens: TokenReader; readonly store: StoreReader },
): Promise<ErrandFacts | null> {
  const { github, store } = ports;
  const named = await store.readOpenJob(repository.id, of);
  const environment = 'environment' in of ? of.environment : (named?.environment ?? null);
  if (environment === null) return null;
  const queued = await store.listQueuedErrands(repository.id, environment);
  const isLookedAt =
    named !== null && ('claim' in of || Date.parse(now) - Date.parse(named.begunAt) > lookMilliseconds);
  if (queued.length === 0 && !isLookedAt) return null;
  const { name: branch } = await github.readDefaultBranch(repository);
  const ended = isLookedAt ? await endOf(named, { repository, environment, branch }, ports) : null;
  return {
    repository,
    environment,
    queued,
    open: named,
    ended,
    isWatch: 'claim' in of,
    branch,
    freshClaim: randomUUID(),
    now,
  };
}

/** A job whose end GitHub did not tell is looked at when something else waits. */
const lookMilliseconds = 30_000;

async function endOf(
  { claim, runId: known }: OpenJob,
  of: Pick<ErrandFacts, 'repository' | 'environment' | 'branch'>,
  { github, tokens }: { readonly github: GithubReader; readonly tokens: TokenReader },
): Promise<CollectedErrands | null> {
  const { repository, branch } = of;
  const found =
    known === null
      ? await github.findRun(repository, { workflow: errandWorkflow, branch, name: errandRunName(claim) })
      : null;
  const runId = known ?? found?.id ?? null;
  const run = runId === null ? null : await github.readRun(repository, runId);
  if (run === null || run.status !== 'completed') return null;
  return await collectErrands({ github, tokens }, { ...of, claim, runId: run.id });
}
