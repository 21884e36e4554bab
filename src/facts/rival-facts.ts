import { candidateAt, measuredHeads } from '../decide/rivals.ts';
import type { Repository } from '../intent.ts';
import type { GithubReader, StoreReader } from '../ports.ts';
import { modelArtifact } from '../run-plan.ts';
import type { RunRecord } from '../store/run-record.ts';
import type { PullFacts } from './pull-facts.ts';

/** What a comparison of candidates needs to know beside the pull request. */
export interface RivalFacts {
  /** Runs, perhaps of others, that trained what runs of this pull request measured. */
  readonly trainings: readonly RunRecord[];
  /** Artifacts that can still be fetched, as `<run id>/<name>`. */
  readonly artifacts: ReadonlySet<string>;
}

/** Candidates are offered from this many commits back; older ones are found when they are named. */
const commitsBack = 2;

/** Looks up where the candidates of the newest commits, and of those that are named, were trained, and whether they are kept. */
export async function gatherRivals(
  repository: Repository,
  { pull, runs }: PullFacts,
  {
    named,
    github,
    store,
  }: { readonly named: readonly string[]; readonly github: GithubReader; readonly store: StoreReader },
): Promise<RivalFacts> {
  const borrowed = runs.flatMap((run) =>
    run.purpose.kind === 'check' ? run.models.filter(({ trains, trainingKey }) => !trains && trainingKey !== null) : [],
  );
  const wanted = new Map(
    borrowed.map(({ model, trainingKey }) => [`${model}/${trainingKey}`, { model, trainingKey: trainingKey ?? '' }]),
  );
  const trained = await Promise.all(
    [...wanted.values()].map((one) => store.findByTrainingKey(repository.id, one.model, one.trainingKey)),
  );
  const trainings = trained.filter((run) => run !== null);
  const models = [...new Set(runs.flatMap((run) => run.models.map(({ model }) => model)))];
  const runIds = models.flatMap((model) => {
    const earlier = measuredHeads(runs, model, pull.head.sha);
    const heads = [
      pull.head.sha,
      ...earlier.slice(0, commitsBack),
      ...earlier.filter((head) => named.some((sha) => head.startsWith(sha))),
    ];
    return heads.flatMap((head) => {
      const at = candidateAt(head, { model, runs, trainings });
      return at.kind === 'found' ? [at.candidate.runId] : [];
    });
  });
  const listed = await Promise.all(
    [...new Set(runIds)].map(async (runId) => ({ runId, artifacts: await github.listArtifacts(repository, runId) })),
  );
  const artifacts = listed.flatMap(({ runId, artifacts: all }) =>
    all.flatMap(({ name, expired }) => (expired ? [] : [artifactAt(runId, name)])),
  );
  return { trainings, artifacts: new Set(artifacts) };
}

/** Whether the model that a run trained can still be fetched. */
export function isKept(
  { artifacts }: RivalFacts,
  { runId, model }: { readonly runId: number; readonly model: string },
): boolean {
  return artifacts.has(artifactAt(runId, modelArtifact(model)));
}

function artifactAt(runId: number, name: string): string {
  return `${runId}/${name}`;
}
