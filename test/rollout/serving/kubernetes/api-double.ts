import { type DoubleAnswer, type DoubleRequest, type HttpDouble, startHttpDouble } from '../http-double.ts';
import { isObject, jsonPatched, mergePatched } from './json-patch.ts';

/** An object as the double keeps it. */
export interface Kept {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace: string;
    resourceVersion: string;
    generation: number;
    deletionTimestamp?: string;
    annotations?: Record<string, string>;
  };
  spec: Record<string, unknown>;
  status: Record<string, unknown>;
}

/** One kind of object that a double serves. */
export interface ServedKind {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  /** What is wrong with a spec by the schema of the kind; nothing when it holds. */
  readonly problems?: (object: Kept) => readonly string[];
}

/** An API server that keeps objects, with what Kubernetes documents of versions, patches, status and refusals. */
export interface ApiDouble extends HttpDouble {
  readonly objects: Map<string, Kept>;
  /** `verb resource` that the credential may not. */
  readonly denied: Set<string>;
  /** Called before a patch is looked at: somebody else is quicker. */
  onPatch: (() => void) | null;
  put(kind: ServedKind, name: string, spec: Record<string, unknown>): Kept;
  /** What a controller does: writes a status, or the spec. */
  write(object: Kept, change: Partial<Pick<Kept, 'spec' | 'status'>>): void;
}

export const namespace = 'models';

export async function startApiDouble(kinds: readonly ServedKind[]): Promise<ApiDouble> {
  const objects = new Map<string, Kept>();
  const denied = new Set<string>();
  let version = 100;
  const http = await startHttpDouble({
    answer,
    isWrite: ({ method }) => method === 'PATCH',
    idle: ({ path }) => ({ json: objects.get(path.replace(/\/status$/, '')) ?? null }),
    denied: status(403, 'Forbidden', 'User "siskin" cannot do this: no RBAC policy matched'),
  });
  const double: ApiDouble = {
    url: http.url,
    faults: http.faults,
    seen: http.seen,
    objects,
    denied,
    onPatch: null,
    put: (kind, name, spec) => {
      version += 1;
      const kept: Kept = {
        apiVersion: `${kind.group}/${kind.version}`,
        kind: kind.kind,
        metadata: { name, namespace, resourceVersion: String(version), generation: 1 },
        spec,
        status: {},
      };
      objects.set(`${root(kind)}/${name}`, kept);
      return kept;
    },
    write: (object, change) => {
      const before = JSON.stringify([object.spec, object.status]);
      if (change.spec !== undefined && JSON.stringify(change.spec) !== JSON.stringify(object.spec)) {
        object.metadata.generation += 1;
      }
      Object.assign(object, change);
      if (JSON.stringify([object.spec, object.status]) === before) return;
      version += 1;
      object.metadata.resourceVersion = String(version);
    },
    [Symbol.asyncDispose]: () => http[Symbol.asyncDispose](),
  };
  return double;

  function answer(request: DoubleRequest): DoubleAnswer {
    const { method, path, headers } = request;
    if (headers.authorization !== 'Bearer the token') return status(401, 'Unauthorized', 'Unauthorized');
    if (path === '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews') return review(request);
    const kind = kinds.find((one) => path.startsWith(`${root(one)}/`));
    if (kind === undefined) return { status: 404, text: '404 page not found\n' };
    const [, name = '', below = ''] = path.slice(root(kind).length).split('/');
    const resource = below === '' ? kind.plural : `${kind.plural}/${below}`;
    const verb = method === 'GET' ? 'get' : 'patch';
    if (denied.has(`${verb} ${resource}`)) {
      const text = `${resource}.${kind.group} "${name}" is forbidden: User "siskin" cannot ${verb} resource "${resource}" in API group "${kind.group}" in the namespace "${namespace}"`;
      return status(403, 'Forbidden', text);
    }
    const kept = objects.get(`${root(kind)}/${name}`);
    if (kept === undefined) return status(404, 'NotFound', `${kind.plural}.${kind.group} "${name}" not found`);
    if (method === 'GET') return { json: kept };
    double.onPatch?.();
    return patched(kind, { kept, request, below });
  }

  function patched(
    kind: ServedKind,
    { kept, request, below }: { readonly kept: Kept; readonly request: DoubleRequest; readonly below: string },
  ): DoubleAnswer {
    const type = request.headers['content-type'];
    const isJsonPatch = type === 'application/json-patch+json';
    if (!isJsonPatch && type !== 'application/merge-patch+json') return status(415, 'UnsupportedMediaType', 'no');
    const next = (isJsonPatch ? jsonPatched : mergePatched)(structuredClone(kept), request.body);
    if (!isObject(next)) {
      return status(422, 'Invalid', 'the server rejected our request due to an error in our request');
    }
    // What has been patched has the form of what was patched, or is refused by the schema below.
    const wanted = next as unknown as Kept;
    if (wanted.metadata.resourceVersion !== kept.metadata.resourceVersion) {
      const text = `Operation cannot be fulfilled on ${kind.plural}.${kind.group} "${kept.metadata.name}": the object has been modified; please apply your changes to the latest version and try again`;
      return status(409, 'Conflict', text);
    }
    // One endpoint writes all but the status, the other nothing else.
    const result: Kept = below === 'status' ? { ...kept, status: wanted.status } : { ...wanted, status: kept.status };
    const problems = kind.problems?.(result) ?? [];
    const unknown = problems.filter((problem) => problem.startsWith('unknown field'));
    if (unknown.length > 0 && request.query.get('fieldValidation') === 'Strict') {
      const text = `"" is invalid: patch: Invalid value: ${JSON.stringify(JSON.stringify(result))}: strict decoding error: ${unknown.join(', ')}`;
      return status(422, 'Invalid', text, { causes: [{ reason: 'FieldValueInvalid', message: text, field: 'patch' }] });
    }
    if (problems.length > unknown.length) {
      const causes = problems.map((message) => ({ reason: 'FieldValueInvalid', message, field: 'spec' }));
      return status(422, 'Invalid', `${kind.kind} "${kept.metadata.name}" is invalid: ${problems.join(', ')}`, {
        causes,
      });
    }
    if (request.query.get('dryRun') === 'All') return { json: result };
    const isSame = JSON.stringify(result) === JSON.stringify(kept);
    if (!isSame) {
      version += 1;
      const moved = JSON.stringify(result.spec) !== JSON.stringify(kept.spec);
      const { resourceVersion: _, generation, ...metadata } = result.metadata;
      kept.metadata = { ...metadata, resourceVersion: String(version), generation: generation + (moved ? 1 : 0) };
      kept.spec = result.spec;
      kept.status = result.status;
    }
    return { json: kept };
  }

  function review({ body }: DoubleRequest): DoubleAnswer {
    const spec = isObject(body) && isObject(body['spec']) ? body['spec'] : {};
    const wanted = isObject(spec['resourceAttributes']) ? spec['resourceAttributes'] : {};
    const { verb, resource, subresource } = wanted;
    const what = `${String(verb)} ${String(resource)}${subresource === undefined ? '' : `/${String(subresource)}`}`;
    return { status: 201, json: { kind: 'SelfSubjectAccessReview', status: { allowed: !denied.has(what) } } };
  }
}

function root({ group, version, plural }: ServedKind): string {
  return `/apis/${group}/${version}/namespaces/${namespace}/${plural}`;
}

function status(code: number, reason: string, message: string, details: object = {}): DoubleAnswer {
  return {
    status: code,
    json: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, details, code },
  };
}
