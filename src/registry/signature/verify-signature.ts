import { createPublicKey } from 'node:crypto';
import {
  type Bundle,
  type BundleWithDsseEnvelope,
  type BundleWithPublicKey,
  bundleFromJSON,
  isBundleWithDsseEnvelope,
  isBundleWithPublicKey,
} from '@sigstore/bundle';
import type { TrustedRoot } from '@sigstore/protobuf-specs';
import { type Signer, toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';
import { AppError, messageOf } from '../../error.ts';
import type { SignaturePolicy } from '../../policy/signature-policy.ts';
import { omsPayloadType, readSignedModel, type SignedModel } from './oms-statement.ts';
import { isSignedWith, keyHint } from './sign-model.ts';

/** The most that a signature may be. */
export const longestSignature = 5_000_000;

/** A signature that holds, and whose it is. */
export interface VerifiedSignature {
  readonly model: SignedModel;
  /** A name for people: the identity and who vouched for it, or the beginning of the key's digest. */
  readonly signer: string;
}

/**
 * Verifies a signature of OpenSSF Model Signing against those who may sign: by a key, or by a Sigstore identity, whose certificate,
 * transparency log and time are checked against the trusted root. Throws `bad-input` for what is no signature, `not-permitted` for one
 * that does not hold or is a stranger's, and what `trustedRoot` throws when it cannot be had.
 */
export async function verifySignature(options: {
  readonly text: string;
  readonly policy: SignaturePolicy;
  /** Sigstore's, or that of an instance of one's own; asked only for identities. */
  readonly trustedRoot: () => Promise<TrustedRoot>;
}): Promise<VerifiedSignature> {
  const { text, policy, trustedRoot } = options;
  const bundle = readBundle(text);
  if (!isBundleWithDsseEnvelope(bundle)) throw notSigned('a bundle without an envelope');
  const signer = isBundleWithPublicKey(bundle)
    ? verifyByKey(bundle, policy)
    : verifyByIdentity(bundle, { policy, root: await trustedRoot() });
  return { model: readSignedModel(bundle.content.dsseEnvelope.payload), signer };
}

function readBundle(text: string): Bundle {
  if (text.length > longestSignature) throw notSigned(`${text.length} characters`);
  try {
    return bundleFromJSON(JSON.parse(text));
  } catch (thrown) {
    throw notSigned(messageOf(thrown).slice(0, 200));
  }
}

function verifyByKey(bundle: BundleWithDsseEnvelope & BundleWithPublicKey, policy: SignaturePolicy): string {
  const { hint } = bundle.verificationMaterial.content.publicKey;
  const key = policy.keys.map((pem) => createPublicKey(pem)).find((one) => keyHint(one) === hint);
  const name = `the key ${hint.slice(0, 12) || 'without a name'}…`;
  if (key === undefined) throw stranger(name);
  const { payload, payloadType, signatures } = bundle.content.dsseEnvelope;
  const [one] = signatures;
  const isWhole = payloadType === omsPayloadType && signatures.length === 1 && one !== undefined;
  // The library checks SHA-256 only; a longer curve has a longer hash.
  if (!isWhole || !isSignedWith(key, { payload, signature: one.sig })) throw broken('it is over other bytes');
  return name;
}

function verifyByIdentity(
  bundle: Bundle,
  { policy, root }: { readonly policy: SignaturePolicy; readonly root: TrustedRoot },
): string {
  const { identity } = verified(bundle, new Verifier(toTrustMaterial(root)));
  const subject = identity?.subjectAlternativeName ?? '';
  const issuer = identity?.extensions?.issuer ?? '';
  const isKnown = policy.identities.some((one) => one.subject === subject && one.issuer === issuer);
  const name = `${subject || 'nobody'} by ${issuer || 'nobody'}`;
  if (!isKnown) throw stranger(name);
  return name;
}

function verified(bundle: Bundle, verifier: Verifier): Signer {
  try {
    return verifier.verify(toSignedEntity(bundle));
  } catch (thrown) {
    throw broken(messageOf(thrown).slice(0, 200), thrown);
  }
}

function broken(found: string, cause?: unknown): AppError {
  return new AppError(
    'not-permitted',
    `expected a signature that holds, found that it does not (${found}); sign the model again`,
    { cause },
  );
}

function stranger(found: string): AppError {
  return new AppError(
    'not-permitted',
    `expected a signature of somebody whom the policy names under \`signature\`, found one of ${found}; have one of them sign it, or add this one to the policy`,
  );
}

function notSigned(found: string): AppError {
  return new AppError(
    'bad-input',
    `expected a signature of OpenSSF Model Signing (a Sigstore bundle), found ${found}; write it with model-signing or \`siskin sign\``,
  );
}
