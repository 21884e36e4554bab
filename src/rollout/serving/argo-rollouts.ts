import { z } from 'zod';
import { AppError } from '../../error.ts';
import { oneLine } from '../../policy/quoted.ts';
import type { Capability, Observed, ServedModel, ServingPlatform, Traffic } from '../../ports/serving.ts';
import { type ArgoRollout, rolloutIn, type Setting, stepOf } from './argo/rollout.ts';
import { servingKind } from './kind.ts';
import { accessProblems } from './kubernetes/access.ts';
import { ClusterConnection, clusterOf } from './kubernetes/cluster.ts';
import { annotationsOf, isMarked, markOf, refuseWrite } from './kubernetes/mark.ts';
import { nameOf } from './kubernetes/names.ts';
import { changeObject, describeObject, type KubernetesObject, type Place, readObject } from './kubernetes/object.ts';

const Target = z.strictObject({
  rollout: z.string().min(1).max(253).default('{model}').describe('The Rollout.'),
  container: z.string().max(63).default('').describe('The container that loads the model. Default: the first.'),
  env: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'the name of a variable')
    .default('MODEL_URI')
    .describe('Its variable that says which model to load; Siskin writes the `uri` of a version into it.'),
});

/** Argo Rollouts, driven from outside: its steps are the weights, and it waits at a `pause` after each. */
export const argoRollouts = servingKind({
  Connection: ClusterConnection,
  Target,
  open: ({ connection, target, place: { model, name, secret } }) =>
    openArgo({
      place: {
        cluster: clusterOf(connection, { name, secret }),
        resource: { group: 'argoproj.io', version: 'v1alpha1', plural: 'rollouts', kind: 'Rollout' },
        name: nameOf(target.rollout, 'rollout', model),
      },
      setting: target,
    }),
});

const Model = z.object({ version: z.string(), digest: z.string(), uri: z.string() });
const State = z.object({
  champion: Model.nullable(),
  candidate: Model.nullable(),
  /** What the template was last told to load. */
  latest: Model.nullable(),
  /** By digest, the hash of the pods that load it. */
  hashes: z.record(z.string(), z.string()),
});
type State = z.output<typeof State>;

interface Driven {
  readonly place: Place;
  readonly setting: Setting;
}

function openArgo(driven: Driven): ServingPlatform {
  return {
    probe: () => probe(driven),
    apply: (traffic) => apply(driven, traffic),
    observe: async () => observed(driven, await readObject(driven.place)),
  };
}

async function probe({ place, setting }: Driven): Promise<Capability> {
  const capability = {
    weights: 'whole-percents',
    mostWeight: 100,
    shadow: false,
    header: false,
    sticky: false,
    fence: true,
  } as const;
  try {
    const denied = [
      ...(await accessProblems(place, ['get', 'patch'])),
      ...(await accessProblems(place, ['patch'], 'status')),
    ];
    if (denied.length > 0) return { ...capability, problems: denied };
    const rollout = rolloutIn(await readObject(place), describeObject(place), setting);
    // A candidate begins at the first weight, whatever that is.
    const first = rollout.steps.findIndex(({ setWeight }) => setWeight !== undefined);
    const isQuiet = stepOf(rollout, 0, describeObject(place)) === first;
    const problem = `expected \`setWeight: 0\` and \`pause: {}\` before any other weight in ${describeObject(place)}, found ${rollout.steps[first]?.setWeight}; a candidate would get requests before it is asked for`;
    return { ...capability, problems: isQuiet ? [] : [problem] };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { ...capability, problems: [error.message] };
  }
}

async function apply({ place, setting }: Driven, traffic: Traffic): Promise<void> {
  refuseImpossible(place, traffic);
  const what = describeObject(place);
  const { fence } = traffic;
  // The template and the marks are the object's; weights are of its status, which only another endpoint writes.
  await changeObject(place, (object) => {
    const mark = markOf(object, State);
    refuseWrite(place, { object, fence, standing: mark?.fence ?? null });
    const rollout = rolloutIn(object, what, setting);
    if (traffic.candidate !== null) stepOf(rollout, traffic.weight, what);
    const { model, state } = wantedOf(rollout, mark?.state ?? null, traffic);
    const annotations = annotationsOf({ ...traffic, state });
    const isThere = model === null || model.uri === rollout.uri;
    if (isThere && isMarked(object, annotations)) return null;
    return {
      kind: 'json-patch',
      operations: [
        { op: 'add', path: '/metadata/annotations', value: { ...object.metadata.annotations, ...annotations } },
        ...(isThere ? [] : ([{ op: 'replace', path: rollout.pointer, value: model.uri }] as const)),
      ],
    };
  });
  await changeObject(place, (object) => {
    refuseWrite(place, { object, fence, standing: markOf(object, State)?.fence ?? null });
    const status = statusOf(rolloutIn(object, what, setting), traffic, what);
    return status === null ? null : { kind: 'merge-patch', subresource: 'status', patch: { status } };
  });
}

/** What the template has to load, and what is to be remembered. */
function wantedOf(
  rollout: ArgoRollout,
  before: State | null,
  { champion, candidate }: Traffic,
): { readonly model: ServedModel | null; readonly state: State } {
  const { uri, status } = rollout;
  const hashes = hashesOf(rollout, before, champion);
  const isStable = champion !== null && hashes[champion.digest] === status.stableRS && status.stableRS !== '';
  // A candidate has its place beside the champion only; a way back leaves the template, and takes the traffic.
  const model =
    candidate === null ? (isStable && champion.uri !== uri ? null : champion) : isStable ? candidate : champion;
  const latest =
    model === null || (model.uri === uri && before?.latest != null) ? (before?.latest ?? null) : bare(model);
  const kept = new Set([champion, candidate, latest, before?.champion].map((one) => one?.digest));
  return {
    model,
    state: {
      champion: champion === null ? null : bare(champion),
      candidate: candidate === null ? null : bare(candidate),
      latest,
      hashes: Object.fromEntries(Object.entries(hashes).filter(([digest]) => kept.has(digest))),
    },
  };
}

function bare({ version, digest, uri }: ServedModel): ServedModel {
  return { version, digest, uri };
}

/** Which pods load what: those of the current template load what was last written into it. */
function hashesOf(
  { uri, status, isCurrent }: ArgoRollout,
  state: State | null,
  assumed: ServedModel | null,
): State['hashes'] {
  const latest = state?.latest ?? assumed;
  if (!isCurrent || latest === null || latest.uri !== uri || status.currentPodHash === '') return state?.hashes ?? {};
  return { ...state?.hashes, [latest.digest]: status.currentPodHash };
}

/** What has to be patched into the status for a wish; null when nothing, or when the controller is not as far. */
function statusOf(
  { uri, status, steps, isCurrent }: ArgoRollout,
  { champion, candidate, weight }: Traffic,
  what: string,
): Readonly<Record<string, unknown>> | null {
  const isMoving = status.currentPodHash !== status.stableRS;
  if (candidate === null) {
    if (uri !== champion?.uri) return isMoving && !status.abort ? { abort: true } : null;
    return isCurrent && isMoving && !status.promoteFull ? { promoteFull: true } : null;
  }
  if (!isCurrent || !isMoving || uri !== candidate.uri) {
    return isCurrent && isMoving && uri === champion?.uri && !status.promoteFull ? { promoteFull: true } : null;
  }
  if (status.abort) return { abort: false };
  const step = stepOf({ steps }, weight, what);
  const at = status.currentStepIndex ?? 0;
  if (at === step || at === step + 1) return null;
  return { pauseConditions: null, controllerPause: false, currentStepIndex: step };
}

function observed({ place, setting }: Driven, object: KubernetesObject): Observed {
  const mark = markOf(object, State);
  const state = mark?.state ?? null;
  const rollout = rolloutIn(object, describeObject(place), setting);
  const { status, isCurrent } = rollout;
  const hashes = hashesOf(rollout, state, null);
  const [champion, candidate] = [state?.champion ?? null, state?.candidate ?? null];
  const home = champion === null ? status.stableRS : (hashes[champion.digest] ?? '');
  const weights = status.canary.weights;
  const shares =
    weights == null ? [{ weight: 100, podTemplateHash: status.stableRS }] : [weights.canary, weights.stable];
  const isOurs = candidate !== null && hashes[candidate.digest] === status.currentPodHash && isCurrent;
  const isReady = isOurs && !status.abort && ['Paused', 'Healthy'].includes(status.phase);
  const isHome = home !== '' && status.stableRS === home;
  const troubles = [
    object.metadata.deletionTimestamp === undefined ? null : `${describeObject(place)} is being deleted`,
    weights?.verified === false ? 'the router has not taken the weights' : null,
    candidate === null || isReady
      ? null
      : `the candidate: ${oneLine(status.message || status.phase, 200) || 'it is not there'}`,
  ].filter((one) => one !== null);
  return {
    fence: mark?.fence ?? null,
    champion:
      state !== null && champion === null
        ? null
        : { version: isHome ? (champion?.version ?? null) : null, digest: isHome ? (champion?.digest ?? null) : null },
    candidate: candidate === null ? null : { version: candidate.version, digest: candidate.digest, ready: isReady },
    weight: shares.filter((one) => one.podTemplateHash !== home).reduce((sum, { weight }) => sum + weight, 0),
    shadow: 0,
    trouble: troubles.length === 0 ? null : troubles.join('; ').slice(0, 500),
  };
}

function refuseImpossible(place: Place, { champion, candidate, weight, shadow, audience }: Traffic): void {
  const refuse = (expected: string, found: string): never => {
    const text = `expected ${expected} at ${describeObject(place)}, found ${found}; change the plan of the rollout`;
    throw new AppError('unsupported', text);
  };
  if (!Number.isInteger(weight)) refuse('a whole percent', String(weight));
  if (shadow > 0) refuse('no shadow traffic', `${shadow} percent`);
  if (audience !== null) refuse('no audience', 'one');
  if (candidate === null) return;
  if (champion === null) refuse('a champion beside the candidate', 'none');
  if (champion?.uri === candidate.uri) refuse('two addresses of two models', 'one');
}
