import { z } from 'zod';
import { AppError } from '../../error.ts';
import type { Capability, Observed, ServingPlatform, Traffic } from '../../ports/serving.ts';
import { servingKind } from './kind.ts';
import { type DeploymentMode, patchOf, predictorOf, State } from './kserve/inference-service.ts';
import { hasRevisions, knative } from './kserve/knative.ts';
import { standard } from './kserve/standard.ts';
import { accessProblems } from './kubernetes/access.ts';
import { ClusterConnection, clusterOf } from './kubernetes/cluster.ts';
import { annotationsOf, isMarked, markOf, refuseWrite } from './kubernetes/mark.ts';
import { nameOf } from './kubernetes/names.ts';
import {
  changeObject,
  describeObject,
  type KubernetesObject,
  type Place,
  patchObject,
  readObject,
} from './kubernetes/object.ts';
import { refusalOf } from './kubernetes/refusal.ts';

const Target = z.strictObject({
  'inference-service': z.string().min(1).max(253).default('{model}').describe('The InferenceService.'),
});

/** KServe by its InferenceService: by revisions on Knative, by `spec.canary` without it. The `uri` of a model is what KServe loads. */
export const kserve = servingKind({
  Connection: ClusterConnection,
  Target,
  open: ({ connection, target, place: { model, name, secret } }) =>
    openKserve({
      cluster: clusterOf(connection, { name, secret }),
      resource: {
        group: 'serving.kserve.io',
        version: 'v1beta1',
        plural: 'inferenceservices',
        kind: 'InferenceService',
      },
      name: nameOf(target['inference-service'], 'inference-service', model),
    }),
});

function openKserve(place: Place): ServingPlatform {
  return {
    probe: () => probe(place),
    apply: async (traffic) => {
      await changeObject(place, (object) => {
        const mode = modeOf(place, object);
        const mark = markOf(object, State);
        refuseWrite(place, { object, fence: traffic.fence, standing: mark?.fence ?? null });
        refuseImpossible(place, mode, traffic);
        const wanted = mode.change(object, mark?.state ?? null, traffic);
        const annotations = annotationsOf({ ...traffic, state: wanted.state });
        return wanted.spec === null && isMarked(object, annotations) ? null : patchOf(wanted, annotations);
      });
    },
    observe: async () => observed(place, await readObject(place)),
  };
}

function observed(place: Place, object: KubernetesObject): Observed {
  const mark = markOf(object, State);
  const seen = modeOf(place, object).observed(object, mark?.state ?? null);
  const isGoing = object.metadata.deletionTimestamp !== undefined;
  const trouble = isGoing ? `${describeObject(place)} is being deleted` : seen.trouble;
  return { ...seen, trouble, fence: mark?.fence ?? null };
}

async function probe(place: Place): Promise<Capability> {
  const capability = { weights: 'whole-percents', shadow: false, header: false, sticky: false, fence: true } as const;
  try {
    const problems = await accessProblems(place, ['get', 'patch']);
    if (problems.length > 0) return { ...capability, mostWeight: 99, problems };
    const object = await readObject(place);
    const mode = modeOf(place, object);
    const missing = mode === standard ? await canaryProblems(place, object) : [];
    return { ...capability, mostWeight: mode.mostWeight, problems: [...formProblems(place, object), ...missing] };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { ...capability, mostWeight: 99, problems: [error.message] };
  }
}

function formProblems(place: Place, object: KubernetesObject): readonly string[] {
  if (predictorOf(object) !== null) return [];
  return [
    `expected \`spec.predictor.model.storageUri\` in ${describeObject(place)}, found none; let KServe load the model, so that there is something to exchange`,
  ];
}

/** A KServe before 0.20 drops `spec.canary` without a word; asked strictly, its API says so. */
async function canaryProblems(place: Place, object: KubernetesObject): Promise<readonly string[]> {
  const answer = await patchObject(place, object, {
    kind: 'merge-patch',
    patch: { spec: { canary: [] } },
    dryRun: true,
  });
  if (answer.status === 200 || answer.status === 409) return [];
  if (!/unknown field/.test(answer.said)) return [refusalOf(place, 'patch', answer).message];
  return [
    `expected KServe 0.20 or newer for ${describeObject(place)}, which is deployed without Knative, found one that ignores a canary; update it, or split by a connection of kind gateway-api`,
  ];
}

/** The status says how it is deployed; before there is one, the annotation does. */
function modeOf(place: Place, object: KubernetesObject): DeploymentMode {
  const said = z.string().safeParse(object.status['deploymentMode']);
  const named = said.success ? said.data : (object.metadata.annotations['serving.kserve.io/deploymentMode'] ?? '');
  switch (named) {
    case 'Knative':
    case 'Serverless':
      return knative;
    case 'Standard':
    case 'RawDeployment':
      return standard;
    default:
      if (named === '' && hasRevisions(object)) return knative;
      throw new AppError(
        'unsupported',
        `expected ${describeObject(place)} to be deployed as Knative or Standard, found ${JSON.stringify(named).slice(0, 60)}; set serving.kserve.io/deploymentMode`,
      );
  }
}

function refuseImpossible(
  place: Place,
  { mostWeight }: DeploymentMode,
  { champion, candidate, weight, shadow, audience }: Traffic,
): void {
  const refuse = (expected: string, found: string): never => {
    const text = `expected ${expected} at ${describeObject(place)}, found ${found}; change the plan of the rollout`;
    throw new AppError('unsupported', text);
  };
  if (!Number.isInteger(weight)) refuse('a whole percent', String(weight));
  if (candidate !== null && weight > mostWeight) refuse(`at most ${mostWeight} %`, String(weight));
  if (shadow > 0) refuse('no shadow traffic', `${shadow} percent`);
  if (audience !== null) refuse('no audience', 'one');
  if (candidate === null) return;
  if (champion === null) refuse('a champion beside the candidate', 'none');
  if (champion?.uri === candidate.uri) refuse('two addresses of two models', 'one');
}
