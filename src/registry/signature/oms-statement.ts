import { createHash } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '../../error.ts';

/** The in-toto predicate of OpenSSF Model Signing 1.0 (https://github.com/ossf/model-signing-spec). */
export const omsPredicate = 'https://model_signing/signature/v1.0';

/** What the signature of a model says that it is over. */
export const omsPayloadType = 'application/vnd.in-toto+json';

const hex = z.string().regex(/^[0-9a-f]{64}$/);

const Statement = z.object({
  _type: z.literal('https://in-toto.io/Statement/v1'),
  subject: z.tuple([z.object({ name: z.string().max(1000), digest: z.object({ sha256: hex }) })]),
  predicateType: z.literal(omsPredicate),
  predicate: z.object({
    serialization: z.object({ method: z.string(), hash_type: z.string() }),
    resources: z
      .array(z.object({ name: z.string().min(1).max(2000), algorithm: z.string(), digest: z.string() }))
      .min(1)
      .max(100_000),
  }),
});

/** One signed file. The only file of a model that is one file is called `.`. */
export interface SignedFile {
  readonly path: string;
  /** SHA-256, 64 hexadecimal digits. */
  readonly sha256: string;
}

/** What a model's signature is over. */
export interface SignedModel {
  readonly name: string;
  /** SHA-256 of the digests of all files in the order of their paths: one value that names the model everywhere. */
  readonly root: string;
  readonly files: readonly SignedFile[];
}

/** Reads the payload of a signature, and checks that it is consistent. Throws `bad-input` or `unsupported`. */
export function readSignedModel(payload: Uint8Array): SignedModel {
  const parsed = Statement.safeParse(parseJson(payload));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new AppError(
      'bad-input',
      `expected a statement of OpenSSF Model Signing 1.0, found another at \`${issue?.path.join('.') ?? ''}\`; sign the model with model-signing 1.0 or later, or with \`siskin sign\``,
    );
  }
  const { subject, predicate } = parsed.data;
  const { method, hash_type: hashType } = predicate.serialization;
  const isPlain = predicate.resources.every(
    ({ algorithm, digest }) => algorithm === 'sha256' && hex.safeParse(digest).success,
  );
  if (method !== 'files' || hashType !== 'sha256' || !isPlain) {
    throw new AppError(
      'unsupported',
      `expected one SHA-256 per file, found \`${method}\` with \`${hashType}\`; sign by files and with sha256`,
    );
  }
  const files = predicate.resources.map(({ name, digest }) => ({ path: name, sha256: digest }));
  const root = rootOf(files);
  const [{ name, digest }] = subject;
  if (root !== digest.sha256) {
    throw new AppError(
      'bad-input',
      `expected the digests of the files to make ${digest.sha256.slice(0, 12)}…, found that they make ${root.slice(0, 12)}…; sign the model again`,
    );
  }
  return { name, root, files };
}

/** The statement of a model, as the payload of a signature. */
export function signedModelText(name: string, files: readonly SignedFile[]): string {
  // Code points, as Python sorts.
  const sorted = [...files].sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
  return JSON.stringify({
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name, digest: { sha256: rootOf(sorted) } }],
    predicateType: omsPredicate,
    predicate: {
      serialization: { method: 'files', hash_type: 'sha256', allow_symlinks: false, ignore_paths: [] },
      resources: sorted.map(({ path, sha256 }) => ({ name: path, algorithm: 'sha256', digest: sha256 })),
    },
  });
}

function rootOf(files: readonly SignedFile[]): string {
  const hash = createHash('sha256');
  for (const { sha256 } of files) hash.update(Buffer.from(sha256, 'hex'));
  return hash.digest('hex');
}

function parseJson(payload: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(payload).toString('utf8'));
  } catch {
    return null;
  }
}
