import { z } from 'zod';
import { AppError } from '../../../error.ts';
import { type ApiAnswer, askApi } from './api.ts';
import type { Cluster } from './cluster.ts';
import { refusalOf } from './refusal.ts';

/** A kind of object in an API of Kubernetes. */
export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  /** For messages. */
  readonly kind: string;
}

/** One object in the namespace of a cluster. */
export interface Place {
  readonly cluster: Cluster;
  readonly resource: Resource;
  readonly name: string;
}

/** What every object has; what is between is the kind's own. */
export const KubernetesObject = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    resourceVersion: z.string(),
    generation: z.number().default(0),
    deletionTimestamp: z.string().optional(),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
  spec: z.looseObject({}).default({}),
  status: z.looseObject({}).default({}),
});
/** An object as it was read. */
export type KubernetesObject = z.output<typeof KubernetesObject>;

/** A change of an object that was read; it is only made while the object is as it was. */
export type Change =
  | { readonly kind: 'json-patch'; readonly operations: readonly JsonPatch[] }
  | {
      readonly kind: 'merge-patch';
      readonly patch: Readonly<Record<string, unknown>>;
      readonly subresource?: 'status';
    };

/** One operation of RFC 6902. */
export type JsonPatch =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string };

/** Reads an object. AppError `not-found` when there is none. */
export async function readObject(place: Place): Promise<KubernetesObject> {
  const answer = await askApi(place.cluster, { method: 'GET', path: pathOf(place) });
  if (answer.status !== 200) throw refusalOf(place, 'get', answer);
  return understood(place, answer);
}

/** Controllers write their status all the time, which counts as a change of the object. */
const mostAttempts = 5;

/**
 * Reads an object and changes it by compare-and-set on its resourceVersion; what somebody else changed in between is
 * read and decided again. Gives the object as it is after that. `change` may throw, or give null to leave it alone.
 */
export async function changeObject(
  place: Place,
  change: (object: KubernetesObject) => Change | null,
): Promise<KubernetesObject> {
  for (let attempt = 1; ; attempt += 1) {
    const object = await readObject(place);
    const wanted = change(object);
    if (wanted === null) return object;
    const answer = await patchObject(place, object, wanted);
    if (answer.status === 200) return understood(place, answer);
    const isLost = isOvertaken(answer);
    if (isLost && attempt < mostAttempts) continue;
    throw refusalOf(place, 'patch', isLost ? { ...answer, status: 409 } : answer);
  }
}

/** Patches an object that is still as it was read, once. With `dryRun` nothing is kept. */
export async function patchObject(
  place: Place,
  { metadata: { resourceVersion } }: KubernetesObject,
  change: Change & { readonly dryRun?: true },
): Promise<ApiAnswer> {
  const isMerge = change.kind === 'merge-patch';
  // A field that the server does not know is refused, not dropped in silence.
  const query = `fieldManager=siskin&fieldValidation=Strict${change.dryRun === true ? '&dryRun=All' : ''}`;
  const below = isMerge && change.subresource !== undefined ? `/${change.subresource}` : '';
  return await askApi(place.cluster, {
    method: 'PATCH',
    path: `${pathOf(place)}${below}?${query}`,
    type: isMerge ? 'application/merge-patch+json' : 'application/json-patch+json',
    body: isMerge
      ? { ...change.patch, metadata: { ...metadataOf(change.patch), resourceVersion } }
      : [{ op: 'test', path: '/metadata/resourceVersion', value: resourceVersion }, ...change.operations],
  });
}

function metadataOf({ metadata }: Readonly<Record<string, unknown>>): object {
  return metadata !== null && typeof metadata === 'object' ? metadata : {};
}

/** A merge patch of an old version is a conflict; a `test` that fails is said to be invalid, without causes. */
function isOvertaken({ status, json }: ApiAnswer): boolean {
  if (status === 409) return true;
  const causes = z.looseObject({ details: z.looseObject({ causes: z.array(z.unknown()).min(1) }) }).safeParse(json);
  return status === 422 && !causes.success;
}

function pathOf({ cluster, resource: { group, version, plural }, name }: Place): string {
  return `/apis/${group}/${version}/namespaces/${cluster.namespace}/${plural}/${encodeURIComponent(name)}`;
}

function understood(place: Place, { json }: ApiAnswer): KubernetesObject {
  const parsed = KubernetesObject.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new AppError(
    'unavailable',
    `expected ${describeObject(place)} from \`${place.cluster.name}\`, found something else; check its address (a proxy or a login page may stand in front)`,
  );
}

/** The object in words. */
export function describeObject({ cluster, resource, name }: Place): string {
  return `${resource.kind} ${cluster.namespace}/${name}`;
}
