import { z } from 'zod';
import type { Observed, ServedModel, Traffic } from '../../../ports/serving.ts';
import type { Change, KubernetesObject } from '../kubernetes/object.ts';

const Model = z.object({ version: z.string(), digest: z.string(), uri: z.string() });

/** What Siskin keeps on an InferenceService of what it does not hold itself. */
export const State = z.object({
  champion: Model.nullable(),
  candidate: Model.nullable(),
  /** What `spec.predictor` was last told to load. */
  latest: Model.nullable(),
  /** The newest revision before that. */
  created: z.string(),
  /** By digest, the revision that was seen to serve it. */
  revisions: z.record(z.string(), z.string()),
});
/** What Siskin keeps on an InferenceService. */
export type State = z.output<typeof State>;

/** What a service is, whichever way it is deployed. */
export interface DeploymentMode {
  readonly mostWeight: number;
  /** The change that leads to a wish, or one step towards it; null when there is nothing to do. */
  readonly change: (object: KubernetesObject, state: State | null, traffic: Traffic) => Wanted;
  readonly observed: (object: KubernetesObject, state: State | null) => Omit<Observed, 'fence'>;
}

/** What has to be written. */
export interface Wanted {
  readonly spec: Readonly<Record<string, unknown>> | null;
  readonly state: State;
}

/** The spec and the annotations in one merge patch, so that neither is ever seen without the other. */
export function patchOf({ spec }: Wanted, annotations: Readonly<Record<string, string>>): Change {
  return {
    kind: 'merge-patch',
    patch: { metadata: { annotations }, ...(spec === null ? {} : { spec }) },
  };
}

/** Without what else a caller knows of it. */
export function bare({ version, digest, uri }: ServedModel): ServedModel {
  return { version, digest, uri };
}

const Predictor = z.looseObject({
  name: z.string().optional(),
  canaryTrafficPercent: z.number().nullish(),
  model: z.looseObject({ storageUri: z.string() }),
});
/** The part of an InferenceService that loads a model. */
export type Predictor = z.output<typeof Predictor>;

/** The predictor; null where it does not load a model from an address. */
export function predictorOf({ spec }: KubernetesObject): Predictor | null {
  const parsed = Predictor.safeParse(spec['predictor']);
  return parsed.success ? parsed.data : null;
}

const Failure = z.looseObject({
  lastFailureInfo: z.looseObject({ message: z.string().default(''), reason: z.string().default('') }),
});

/** Why the last model could not be loaded, as KServe says it; null when it says nothing. */
export function failureIn(modelStatus: unknown): string | null {
  const parsed = Failure.safeParse(modelStatus);
  if (!parsed.success) return null;
  const { reason, message } = parsed.data.lastFailureInfo;
  return `${reason} ${message}`.trim() || null;
}
