import type { TrustedRoot } from '@sigstore/protobuf-specs';
import { AppError } from '../../error.ts';
import type { SignaturePolicy } from '../../policy/signature-policy.ts';
import { type ReleaseArtifact, signaturePath } from '../manifest.ts';
import { verifySignature } from './verify-signature.ts';

/**
 * Why the signature of a release does not do, in sentences of prose with names in back-ticks; none when it does, or when the policy
 * asks for none. It must be over exactly the files of the artifact.
 */
export async function signatureProblems(options: {
  readonly model: string;
  /** What stands in `signaturePath`; null when nothing does. */
  readonly text: string | null;
  readonly artifact: ReleaseArtifact;
  readonly policy: SignaturePolicy | undefined;
  readonly trustedRoot: () => Promise<TrustedRoot>;
}): Promise<readonly string[]> {
  const { model, text, artifact, policy, trustedRoot } = options;
  if (policy === undefined) return [];
  const path = signaturePath(model);
  if (text === null) {
    return [
      `expected a signature in \`${path}\`, found none; write it with \`siskin sign\` (or model-signing) and commit it to this pull request`,
    ];
  }
  try {
    const { model: signed } = await verifySignature({ text, policy, trustedRoot });
    return fileProblems(signed.files, { artifact, path });
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    if (thrown.code === 'unavailable' || thrown.code === 'timed-out') {
      return [`expected to verify \`${path}\`, found that it cannot be verified now (${thrown.message}); try again`];
    }
    return [`${thrown.message} (in \`${path}\`)`];
  }
}

function fileProblems(
  signed: readonly { readonly path: string; readonly sha256: string }[],
  { artifact, path }: { readonly artifact: ReleaseArtifact; readonly path: string },
): readonly string[] {
  const again = 'sign these bytes and no others';
  const expected = artifact.files ?? [{ path: '.', digest: artifact.digest }];
  if (artifact.files === undefined) {
    // A model of one file may have been signed as a file or as a folder with nothing else in it.
    const [only] = signed;
    if (signed.length === 1 && `sha256:${only?.sha256}` === artifact.digest) return [];
    return [
      `expected \`${path}\` to be over \`${artifact.digest.slice(0, 19)}…\`, found ${signed.length === 1 ? `\`sha256:${only?.sha256.slice(0, 12)}…\`` : `${signed.length} files`}; ${again}`,
    ];
  }
  const byPath = new Map(signed.map((file) => [file.path, `sha256:${file.sha256}`]));
  const others = expected.filter((file) => byPath.get(file.path) !== file.digest).map((file) => file.path);
  const known = new Set(expected.map((file) => file.path));
  const more = signed.filter((file) => !known.has(file.path)).map((file) => file.path);
  const found = [...others.map((name) => `not \`${name}\``), ...more.map((name) => `also \`${name}\``)];
  if (found.length === 0) return [];
  return [
    `expected \`${path}\` to be over the ${expected.length} files of the artifact, found ${found.slice(0, 5).join(', ')}; ${again}`,
  ];
}
