import { z } from 'zod';
import { oneLine } from '../../../policy/quoted.ts';
import type { ServedModel, Traffic } from '../../../ports/serving.ts';
import { conditionOf, saidBy } from '../kubernetes/conditions.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import {
  bare,
  type DeploymentMode,
  failureIn,
  type Predictor,
  predictorOf,
  type State,
  type Wanted,
} from './inference-service.ts';

const Target = z.looseObject({
  revisionName: z.string().default(''),
  percent: z.number().default(0),
  tag: z.string().default(''),
});

const Component = z.looseObject({
  latestCreatedRevision: z.string().default(''),
  latestReadyRevision: z.string().default(''),
  latestRolledoutRevision: z.string().default(''),
  previousRolledoutRevision: z.string().default(''),
  traffic: z.array(Target).default([]),
});
type Component = z.output<typeof Component>;

/**
 * A service on Knative: `canaryTrafficPercent` goes to the newest revision, the rest to the one that KServe takes for the
 * last that had everything. Which that is is never assumed: revisions are known by the model they were made for.
 */
export const knative: DeploymentMode = {
  // With a hundred KServe takes the candidate for rolled out, and forgets where to go back.
  mostWeight: 99,
  change,
  observed,
};

/** Whether KServe keeps revisions for this service. */
export function hasRevisions(object: KubernetesObject): boolean {
  return componentOf(object).traffic.length > 0;
}

function change(object: KubernetesObject, state: State | null, { champion, candidate, weight }: Traffic): Wanted {
  const component = componentOf(object);
  const predictor = predictorOf(object);
  const revisions = revisionsOf(object, state, champion);
  const now: State = {
    champion: champion === null ? null : bare(champion),
    candidate: candidate === null ? null : bare(candidate),
    latest: state?.latest ?? null,
    created: state?.created ?? '',
    revisions: lastOf(revisions, [champion, candidate, state?.champion ?? null, state?.latest ?? null]),
  };
  if (champion === null) return { spec: null, state: now };
  const holds = (model: ServedModel): boolean =>
    predictor?.model.storageUri === model.uri && (now.latest === null || now.latest.digest === model.digest);
  const load = (model: ServedModel, percent: number | null): Wanted => ({
    spec: { predictor: { canaryTrafficPercent: percent, model: { storageUri: model.uri } } },
    state: { ...now, latest: bare(model), created: component.latestCreatedRevision },
  });
  const share = (model: ServedModel, percent: number | null): Wanted => ({
    spec: isShared(predictor, percent) ? null : { predictor: { canaryTrafficPercent: percent } },
    state: { ...now, latest: now.latest ?? bare(model) },
  });
  if (candidate === null) {
    if (holds(champion)) return share(champion, null);
    // The revision that served before still runs: nothing has to start for a way back.
    const isBehind = revisions[champion.digest] !== undefined && revisions[champion.digest] === restOf(component);
    return isBehind ? share(champion, 0) : load(champion, null);
  }
  // Until it is ready the newest that is ready may be one that was rolled back: it is given nothing.
  if (holds(candidate)) return share(candidate, revisions[candidate.digest] === undefined ? 0 : weight);
  const isBase =
    revisions[champion.digest] === component.latestRolledoutRevision && component.latestRolledoutRevision !== '';
  if (isBase) return load(candidate, 0);
  return holds(champion) ? share(champion, null) : load(champion, null);
}

function isShared(predictor: Predictor | null, percent: number | null): boolean {
  return (predictor?.canaryTrafficPercent ?? null) === percent;
}

/** Which revision gets what the newest does not, by KServe's own rule. */
function restOf({ latestRolledoutRevision, latestReadyRevision, previousRolledoutRevision }: Component): string {
  return latestRolledoutRevision === latestReadyRevision ? previousRolledoutRevision : latestRolledoutRevision;
}

/** By digest the revision that serves it: the newest one is what was last asked for, once it is newer than before that and ready. */
function revisionsOf(object: KubernetesObject, state: State | null, assumed: ServedModel | null): State['revisions'] {
  const { latestCreatedRevision, latestReadyRevision } = componentOf(object);
  const uri = predictorOf(object)?.model.storageUri;
  const latest = state?.latest ?? (assumed?.uri === uri ? assumed : null);
  const isNew = latestCreatedRevision !== (state?.created ?? '') && latestReadyRevision === latestCreatedRevision;
  if (latest === null || latest.uri !== uri || !isNew) return state?.revisions ?? {};
  return { ...state?.revisions, [latest.digest]: latestReadyRevision };
}

function lastOf(
  revisions: State['revisions'],
  models: readonly ({ readonly digest: string } | null)[],
): State['revisions'] {
  const kept = new Set(models.map((model) => model?.digest));
  return Object.fromEntries(Object.entries(revisions).filter(([digest]) => kept.has(digest)));
}

function observed(object: KubernetesObject, state: State | null): ReturnType<DeploymentMode['observed']> {
  const component = componentOf(object);
  const revisions = revisionsOf(object, state, null);
  const sum = (isCounted: (target: z.output<typeof Target>) => boolean): number =>
    component.traffic.filter(isCounted).reduce((total, { percent }) => total + percent, 0);
  if (state === null || state.champion === null) {
    const isSplit = component.traffic.some(({ tag }) => tag === 'prev');
    const champion = state === null ? { version: null, digest: null } : null;
    return {
      champion,
      candidate: null,
      weight: isSplit ? sum(({ tag }) => tag !== 'prev') : 0,
      shadow: 0,
      trouble: null,
    };
  }
  const { champion, candidate } = state;
  const [home, away] = [revisions[champion.digest], candidate === null ? undefined : revisions[candidate.digest]];
  const isServed = home !== undefined && sum(({ revisionName }) => revisionName === home) > 0;
  const strangers = component.traffic.filter(
    ({ revisionName, percent }) => percent > 0 && revisionName !== home && revisionName !== away,
  );
  const isReady = away !== undefined && component.latestReadyRevision === away;
  const troubles = [
    ...strangers.map(({ revisionName, percent }) => `${percent} % go to the revision ${oneLine(revisionName, 80)}`),
    ...(candidate !== null && !isReady ? [waitingFor(object, state)] : []),
  ];
  return {
    champion: isServed ? { version: champion.version, digest: champion.digest } : { version: null, digest: null },
    candidate: candidate === null ? null : { version: candidate.version, digest: candidate.digest, ready: isReady },
    weight: sum(({ revisionName }) => revisionName !== home),
    shadow: 0,
    trouble: troubles.length === 0 ? null : troubles.join('; ').slice(0, 500),
  };
}

function waitingFor({ status }: KubernetesObject, { latest, candidate }: State): string {
  if (latest?.digest !== candidate?.digest) return 'the champion is brought back before the candidate is loaded';
  const failure = failureIn(status['modelStatus']);
  if (failure !== null) return `the candidate: ${oneLine(failure, 200)}`;
  const ready = conditionOf(status['conditions'], 'PredictorReady');
  return ready?.status === 'False' ? `the candidate: ${saidBy(ready)}` : 'the candidate is still being loaded';
}

function componentOf({ status }: KubernetesObject): Component {
  const parsed = z.looseObject({ components: z.looseObject({ predictor: Component }) }).safeParse(status);
  return parsed.success ? parsed.data.components.predictor : Component.parse({});
}
