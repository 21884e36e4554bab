import { z } from 'zod';
import { oneLine } from '../../../policy/quoted.ts';
import type { ServedModel, Traffic } from '../../../ports/serving.ts';
import { conditionOf, saidBy } from '../kubernetes/conditions.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { bare, type DeploymentMode, failureIn, predictorOf, type State, type Wanted } from './inference-service.ts';

/** A service without Knative, from KServe 0.20 on: `spec.canary` deploys predictors beside the first one. */
export const standard: DeploymentMode = { mostWeight: 100, change, observed };

const Canary = z.looseObject({
  trafficPercent: z.number(),
  predictor: z.looseObject({ name: z.string().default(''), model: z.looseObject({ storageUri: z.string() }) }),
});
const Status = z.looseObject({
  name: z.string(),
  ready: z.boolean().default(false),
  trafficPercent: z.number().default(0),
  modelStatus: z.unknown().optional(),
});

/** What a canary may not have, or has of its own. */
const notInherited = [
  'name',
  'canaryTrafficPercent',
  'minReplicas',
  'maxReplicas',
  'scaleTarget',
  'scaleMetric',
  'scaleMetricType',
  'autoScaling',
  'workerSpec',
  'deploymentStrategy',
];

function change(object: KubernetesObject, _: State | null, { champion, candidate, weight }: Traffic): Wanted {
  const now: State = {
    champion: champion === null ? null : bare(champion),
    candidate: candidate === null ? null : bare(candidate),
    latest: null,
    created: '',
    revisions: {},
  };
  const predictor = predictorOf(object);
  if (champion === null || predictor === null) return { spec: null, state: now };
  const canaries = canariesOf(object);
  // The name decides which pods serve: with that of the candidate, they stay when it becomes the champion.
  const promoted = canaries.find(({ predictor: { model } }) => model.storageUri === champion.uri);
  const isHome = predictor.model.storageUri === champion.uri;
  const home = isHome
    ? {}
    : { name: promoted?.predictor.name || nameOf(champion), model: { storageUri: champion.uri } };
  const inherited = Object.entries(predictor).filter(([key]) => !notInherited.includes(key));
  const entry = (model: ServedModel) => ({
    trafficPercent: weight,
    predictor: {
      ...Object.fromEntries(inherited),
      name: nameOf(model),
      model: { ...predictor.model, storageUri: model.uri },
    },
  });
  const wanted = candidate === null ? [] : [entry(candidate)];
  const isSplit = JSON.stringify(splitOf(canaries)) === JSON.stringify(splitOf(wanted));
  if (isHome && isSplit) return { spec: null, state: now };
  return {
    spec: {
      predictor: { ...home, canaryTrafficPercent: null },
      canary: wanted.length === 0 ? null : isSplit ? canaries : wanted,
    },
    state: now,
  };
}

function splitOf(canaries: readonly z.output<typeof Canary>[]): readonly unknown[] {
  return canaries.map(({ trafficPercent, predictor: { name, model } }) => [trafficPercent, name, model.storageUri]);
}

function nameOf({ digest }: Pick<ServedModel, 'digest'>): string {
  return `v${digest.replace(/^sha256:/, '').slice(0, 12)}`;
}

function canariesOf({ spec }: KubernetesObject): readonly z.output<typeof Canary>[] {
  const parsed = z.array(Canary).safeParse(spec['canary']);
  return parsed.success ? parsed.data : [];
}

function observed(object: KubernetesObject, state: State | null): ReturnType<DeploymentMode['observed']> {
  const { status } = object;
  const statuses = z.array(Status).catch([]).parse(status['canaryStatuses']);
  const candidate = state?.candidate ?? null;
  const own = candidate === null ? undefined : statuses.find(({ name }) => name === nameOf(candidate));
  const isHome = predictorOf(object)?.model.storageUri === state?.champion?.uri;
  const home = conditionOf(status['conditions'], 'PredictorReady');
  const failure = failureIn(own?.modelStatus);
  const strangers = statuses.filter((one) => one !== own && one.ready && one.trafficPercent > 0);
  const troubles = [
    ...(home?.status === 'False' ? [`the champion: ${saidBy(home)}`] : []),
    ...(candidate !== null && own?.ready !== true
      ? [failure === null ? 'the candidate is still being loaded' : `the candidate: ${oneLine(failure, 200)}`]
      : []),
    ...strangers.map(({ name, trafficPercent }) => `${trafficPercent} % go to ${oneLine(name, 80)}`),
  ];
  const champion = state?.champion ?? null;
  return {
    champion:
      state !== null && champion === null
        ? null
        : { version: isHome ? (champion?.version ?? null) : null, digest: isHome ? (champion?.digest ?? null) : null },
    candidate:
      candidate === null ? null : { version: candidate.version, digest: candidate.digest, ready: own?.ready === true },
    // Only what is ready gets its share.
    weight: statuses.filter(({ ready }) => ready).reduce((sum, { trafficPercent }) => sum + trafficPercent, 0),
    shadow: 0,
    trouble: troubles.length === 0 ? null : troubles.join('; ').slice(0, 500),
  };
}
