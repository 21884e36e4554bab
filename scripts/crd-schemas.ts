import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseAllDocuments } from 'yaml';

// Cuts the schemas of the objects that Siskin patches out of the projects' own CustomResourceDefinitions, which come as Go
// modules: `node scripts/crd-schemas.ts` writes test/fixtures/crds/*.json again. Needs `go` and a module proxy.

interface Source {
  readonly module: string;
  readonly file: string;
  readonly plural: string;
  readonly version: string;
  /** Left open: large, and not Siskin's to write. */
  readonly open: readonly string[];
}

const sources: readonly Source[] = [
  {
    module: 'sigs.k8s.io/gateway-api@v1.6.3',
    file: 'config/crd/standard/gateway.networking.k8s.io_httproutes.yaml',
    plural: 'httproutes',
    version: 'v1',
    open: [],
  },
  {
    module: 'istio.io/api@v1.31.1',
    file: 'kubernetes/customresourcedefinitions.gen.yaml',
    plural: 'virtualservices',
    version: 'v1',
    open: ['tcp', 'tls', 'status'],
  },
  {
    module: 'github.com/argoproj/argo-rollouts@v1.8.3',
    file: 'manifests/crds/rollout-crd.yaml',
    plural: 'rollouts',
    version: 'v1alpha1',
    open: [
      'affinity',
      'volumes',
      'analysis',
      'experiment',
      'blueGreen',
      'initContainers',
      'ephemeralContainers',
      'lifecycle',
      'livenessProbe',
      'readinessProbe',
      'startupProbe',
      'securityContext',
      'resources',
      'tolerations',
      'topologySpreadConstraints',
      'envFrom',
      'valueFrom',
      'antiAffinity',
      'canaryMetadata',
      'stableMetadata',
      'ALBStatus',
      'albs',
    ],
  },
];

type Schema = Readonly<Record<string, unknown>>;

for (const source of sources) writeCut(source);

function writeCut({ module, file, plural, version, open }: Source): void {
  const found = JSON.parse(execFileSync('go', ['mod', 'download', '-json', module], { encoding: 'utf8' }));
  const text = readFileSync(join(found.Dir, file), 'utf8');
  const definitions = parseAllDocuments(text).map((document) => document.toJS());
  const definition = definitions.find((one) => one?.spec?.names?.plural === plural);
  const served = definition?.spec?.versions?.find((one: { name: string }) => one.name === version);
  if (served === undefined) throw new Error(`expected ${plural} ${version} in ${module}, found none; correct the list`);
  const { spec, status } = served.schema.openAPIV3Schema.properties;
  const schema = {
    $comment: `${file} of ${module} (Apache-2.0), cut by scripts/crd-schemas.ts`,
    type: 'object',
    properties: { spec: cut(spec, open), status: cut(status, open) },
  };
  const path = `test/fixtures/crds/${plural}.json`;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(schema)}\n`);
}

/** What a server drops without being asked for strictness is refused here; texts for people go. */
function cut(schema: Schema, open: readonly string[]): Schema {
  if (schema['x-kubernetes-preserve-unknown-fields'] === true) return {};
  if (schema['x-kubernetes-int-or-string'] === true) return { type: ['integer', 'string'] };
  const result: Record<string, unknown> = {};
  for (const key of [
    'type',
    'enum',
    'minimum',
    'maximum',
    'minLength',
    'maxLength',
    'pattern',
    'required',
    'minItems',
    'maxItems',
  ]) {
    if (schema[key] !== undefined) result[key] = schema[key];
  }
  for (const key of ['oneOf', 'anyOf', 'allOf', 'not'] as const) {
    if (schema[key] !== undefined) result[key] = schema[key];
  }
  // By the rules of a CustomResourceDefinition these are schemas.
  if (isSchema(schema['items'])) result['items'] = cut(schema['items'], open);
  if (isSchema(schema['additionalProperties']))
    result['additionalProperties'] = cut(schema['additionalProperties'], open);
  const properties = schema['properties'];
  if (isSchema(properties)) {
    const entries = Object.entries(properties).map(([name, value]) => [
      name,
      !isSchema(value) || open.includes(name) ? {} : cut(value, open),
    ]);
    result['properties'] = Object.fromEntries(entries);
    result['additionalProperties'] = false;
  }
  return result;
}

function isSchema(value: unknown): value is Schema {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
