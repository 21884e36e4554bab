import { z } from 'zod';
import { digestOf } from '../digest.ts';
import { EnvironmentName } from '../policy/access-policy.ts';
import { explainIssue, type Finding } from '../policy/explain-issue.ts';
import type { SchemaNode } from '../policy/json-schema.ts';
import { type ParsedDocument, parseDocument } from '../policy/parse-document.ts';
import { ModelName } from '../policy/policy.ts';
import { quoted } from '../policy/quoted.ts';
import { plainYamlProblems } from './plain-yaml.ts';
import { indexOf } from './stores/artifact-store.ts';
import { Version } from './version.ts';

const text = z.string().min(1).max(500);
const DigestText = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/, 'a digest; write `sha256:` and 64 lower-case hexadecimal digits')
  // The pattern is the type's.
  .transform((value) => value as `sha256:${string}`);
const Uri = z
  .string()
  .max(2000)
  .regex(
    /^(?!\w+:\/\/[^/]*@)[a-z][a-z0-9+.-]*:[^\s\p{Cc}]+$/u,
    'an address with its scheme and without credentials; write e.g. `https://…`, `s3://…` or `oci://…`',
  );
const FilePath = z
  .string()
  .regex(
    /^(?!\/)(?!(?:.*\/)?\.{1,2}(?:\/|$))[^\\\p{Cc}]{1,500}$/u,
    'a relative path; write it with `/`, without `..` and without a `/` before it',
  );
const Instant = z.iso.datetime({ message: 'an instant in UTC; write e.g. `2026-03-01T18:00:00Z`' });
const Bytes = z.number().int().nonnegative();

/** Where the bytes of a release are, and what they are. */
export const ReleaseArtifact = z.strictObject({
  uri: Uri.describe('Where the bytes are.'),
  digest: DigestText.describe('The digest of the bytes; of several files, that of their paths and digests.'),
  bytes: Bytes.describe('How many bytes.'),
  format: z.string().min(1).max(50).describe('The format of the model, e.g. onnx.'),
  files: z
    .array(
      z.strictObject({
        path: FilePath.describe('The file inside the artifact.'),
        digest: DigestText.describe('The digest of this file.'),
        bytes: Bytes.describe('How many bytes.'),
      }),
    )
    .min(1)
    .max(500)
    .optional()
    .describe('The files of an artifact that is more than one.'),
});
export type ReleaseArtifact = z.infer<typeof ReleaseArtifact>;

/** What a release was made from. */
export const ReleaseLineage = z.strictObject({
  commit: z
    .string()
    .regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/, 'a whole commit id; write all of its hexadecimal digits')
    .describe('The commit at which the model was trained.'),
  run: text.optional().describe('The run that trained and measured it.'),
  'training-key': z.string().min(1).max(100).optional().describe('The digest of all that determines the training.'),
  data: z
    .array(
      z.strictObject({
        path: FilePath.describe('The data in the repository.'),
        digest: DigestText.describe('The digest of the data.'),
      }),
    )
    .max(1000)
    .default([])
    .describe('The data that it was trained on.'),
  parameters: z
    .record(z.string().min(1).max(200), z.union([z.string().max(500), z.number(), z.boolean(), z.null()]))
    .default({})
    .describe('The parameters of the training.'),
  environment: z
    .record(z.string().min(1).max(100), z.string().max(500))
    .default({})
    .describe('The programs and packages of the training, with their versions in quotes.'),
});
export type ReleaseLineage = z.infer<typeof ReleaseLineage>;

/** One measurement of a release on the holdout. */
export const ReleaseMetric = z.strictObject({
  value: z.number().describe('What was measured.'),
  low: z.number().optional().describe('The lower end of its interval.'),
  high: z.number().optional().describe('The upper end of its interval.'),
});
export type ReleaseMetric = z.infer<typeof ReleaseMetric>;

/** The version that an environment serves. It stands here whole, because a newer release changes `artifact`. */
export const EnvironmentRelease = z.strictObject({
  version: Version.describe('The version that serves.'),
  digest: DigestText.describe('The digest of its artifact.'),
  uri: Uri.describe('Where the bytes of its artifact are.'),
});
export type EnvironmentRelease = z.infer<typeof EnvironmentRelease>;

/** A digest that an environment took back, and must not get again. */
export const Rejection = z.strictObject({
  digest: DigestText.describe('What was rejected.'),
  version: Version.describe('The version it was released as.'),
  environment: EnvironmentName.describe('Where it was rejected.'),
  reason: text.describe('Why, in one sentence.'),
  rollout: z.string().min(1).max(200).describe('The rollout that showed it.'),
  at: Instant.describe('When.'),
});
export type Rejection = z.infer<typeof Rejection>;

/** `models/<name>/release.yml`: the newest release of a model, and what each environment serves. Git is its history. */
export const ReleaseManifest = z.strictObject({
  format: z.literal(1).describe('The version of this format.'),
  model: ModelName.describe('The model, as the policy and the folder name it.'),
  version: Version.describe('The version of the newest release.'),
  artifact: ReleaseArtifact.describe('The bytes of that version.'),
  lineage: ReleaseLineage.describe('What they were made from.'),
  metrics: z
    .record(
      z
        .string()
        .regex(/^(?!constructor$)[a-z0-9][a-z0-9._-]{0,99}$/, 'lower-case letters, digits, dots, `_` and hyphens'),
      ReleaseMetric,
    )
    .default({})
    .describe('What was measured on the holdout, by metric.'),
  environments: z
    .record(EnvironmentName, EnvironmentRelease)
    .default({})
    .describe('What each environment serves. Merging a change here deploys it.'),
  rejected: z.array(Rejection).max(1000).default([]).describe('What environments took back.'),
});
export type ReleaseManifest = z.infer<typeof ReleaseManifest>;

// As that of the policy: what zod makes of this schema uses the keywords of SchemaNode only.
const schema = z.toJSONSchema(ReleaseManifest, { io: 'input', target: 'draft-7' }) as SchemaNode;

/** The most that a manifest may cost to read. */
export const manifestLimits = { bytes: 300_000, nodes: 20_000 } as const;

/** Where the manifest of a model is kept. */
export function manifestPath(model: string): string {
  return `models/${model}/release.yml`;
}

/** Where the signature of a model's newest release is kept, beside its manifest. */
export function signaturePath(model: string): string {
  return `models/${model}/model.sig`;
}

/** The model whose manifest a path is, or null when it is no manifest's. */
export function modelOfManifest(path: string): string | null {
  const model = /^models\/([^/]+)\/release\.yml$/.exec(path)?.[1];
  return model !== undefined && ModelName.safeParse(model).success ? model : null;
}

/** Reads a manifest. Never throws, whatever the text; all problems are found in one go, in the order of the lines. */
export function parseManifest(text: string, path: string): ParsedDocument<ReleaseManifest> {
  const parsed = parseDocument({
    text,
    file: path,
    document: ReleaseManifest,
    schema,
    limits: manifestLimits,
    words: {
      what: 'a release manifest',
      propose: 'let `/release` write it',
      begin: 'begin with `format: 1` and `model:`',
    },
    explain: (issue, written) => explainIssue(issue, written).map(withoutPassword),
    findings: (written) => ruleFindings(written, path),
  });
  const fancy = plainYamlProblems({ text, file: path, mostBytes: manifestLimits.bytes });
  if (fancy.length === 0) return parsed;
  const problems = [...(parsed.kind === 'invalid' ? parsed.problems : []), ...fancy];
  return { kind: 'invalid', problems: problems.sort((a, b) => a.line - b.line || a.column - b.column) };
}

/** What is said of a wrong address goes to places that more people read than the repository. */
function withoutPassword(finding: Finding): Finding {
  return { ...finding, found: finding.found.replace(/:\/\/[^/@]*@/, '://…@') };
}

/** Why an environment must not get a digest: it took it back. The newest reason, or null. */
export function rejectionOf(
  manifest: Pick<ReleaseManifest, 'rejected'>,
  { digest, environment }: Pick<Rejection, 'digest' | 'environment'>,
): Rejection | null {
  return manifest.rejected.findLast((entry) => entry.digest === digest && entry.environment === environment) ?? null;
}

/** Rules between entries. What the schema refuses already is passed over. */
function ruleFindings(written: unknown, path: string): readonly Finding[] {
  const root = mapping(written);
  return [
    ...nameFindings(root, path),
    ...digestFindings(root),
    ...indexFindings(root),
    ...metricFindings(root),
    ...rejectedFindings(root),
  ];
}

function nameFindings(root: Mapping, path: string): readonly Finding[] {
  const model = root['model'];
  if (typeof model !== 'string') return [];
  const at = { at: ['model'], part: 'value', found: quoted(model) } as const;
  const named = modelOfManifest(path);
  if (named !== null && named !== model) {
    return [{ ...at, expected: `${quoted(named)}, as the folder is called`, fix: 'write it, or move the file' }];
  }
  // Tags of releases follow a grammar in which a name ends in a letter or digit.
  if (!model.endsWith('-')) return [];
  return [{ ...at, expected: 'a name that ends in a letter or digit', fix: 'rename the model' }];
}

/** A version is one digest for ever: two of them under one version would make a rollback a guess. */
function digestFindings(root: Mapping): readonly Finding[] {
  const known = new Map<unknown, { readonly digest: unknown; readonly where: string }>();
  known.set(root['version'], { digest: mapping(root['artifact'])['digest'], where: 'artifact.digest' });
  return Object.entries(mapping(root['environments'])).flatMap(([environment, value]): readonly Finding[] => {
    const { version, digest } = mapping(value);
    if (typeof version !== 'string' || typeof digest !== 'string') return [];
    const first = known.get(version);
    if (first === undefined || typeof first.digest !== 'string') {
      known.set(version, { digest, where: `environments.${environment}.digest` });
      return [];
    }
    if (first.digest === digest) return [];
    const expected = `the digest of ${quoted(version)} as in \`${first.where}\``;
    const fix = 'correct the digest, or give the other bytes a version of their own';
    return [{ at: ['environments', environment, 'digest'], part: 'value', expected, found: quoted(digest), fix }];
  });
}

/** What is signed is the list of files, and what serves is the digest: the one must be that of the other. */
function indexFindings(root: Mapping): readonly Finding[] {
  const parsed = ReleaseArtifact.safeParse(root['artifact']);
  const files = parsed.data?.files;
  if (files === undefined || parsed.data === undefined) return [];
  const { digest } = parsed.data;
  const [only, ...others] = files;
  const isThat = digestOf(indexOf(files)) === digest || (others.length === 0 && only?.digest === digest);
  if (isThat) return [];
  const expected = 'the digest of the list under `files`';
  const fix = 'let `/release` write both';
  return [{ at: ['artifact', 'digest'], part: 'value', expected, found: quoted(digest), fix }];
}

function metricFindings(root: Mapping): readonly Finding[] {
  return Object.entries(mapping(root['metrics'])).flatMap(([name, value]): readonly Finding[] => {
    const { low, high } = mapping(value);
    if (typeof low !== 'number' || typeof high !== 'number' || low <= high) return [];
    const expected = `at most \`high\`, which is ${high}`;
    return [{ at: ['metrics', name, 'low'], part: 'value', expected, found: `the number ${low}`, fix: 'swap them' }];
  });
}

function rejectedFindings(root: Mapping): readonly Finding[] {
  const seen = new Set<string>();
  const rejected: readonly unknown[] = Array.isArray(root['rejected']) ? root['rejected'] : [];
  return rejected.flatMap((entry, index): readonly Finding[] => {
    const { digest, environment, rollout } = mapping(entry);
    const id = JSON.stringify([digest, environment, rollout]);
    if (typeof digest !== 'string' || !seen.has(id)) {
      seen.add(id);
      return [];
    }
    const expected = 'each rejection once';
    return [{ at: ['rejected', index], part: 'value', expected, found: 'one that stands above', fix: 'remove it' }];
  });
}

type Mapping = Readonly<Record<string, unknown>>;

function mapping(value: unknown): Mapping {
  // Values of a YAML document: an object that is no list is a mapping.
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Mapping) : {};
}
