import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { AppError } from '../../error.ts';
import { omsPayloadType, type SignedFile, signedModelText } from './oms-statement.ts';

/** The hash that belongs to a curve, as Sigstore's protobuf specifications pair them. */
const hashes = { prime256v1: 'sha256', secp384r1: 'sha384', secp521r1: 'sha512' } as const;

/**
 * Signs a model with a private key: an OpenSSF Model Signing bundle (Sigstore bundle 0.3, DSSE, in-toto), as model-signing writes it.
 * Throws `bad-input` when the key is none of an elliptic curve that the format takes.
 */
export function signModel(options: {
  readonly name: string;
  readonly files: readonly SignedFile[];
  /** PEM. */
  readonly privateKey: string;
  readonly passphrase?: string | undefined;
}): string {
  const { name, files, privateKey, passphrase } = options;
  const key = readPrivateKey(privateKey, passphrase);
  const payload = Buffer.from(signedModelText(name, files));
  return `${JSON.stringify({
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: { publicKey: { hint: keyHint(createPublicKey(key)) }, tlogEntries: [] },
    dsseEnvelope: {
      payload: payload.toString('base64'),
      payloadType: omsPayloadType,
      signatures: [{ sig: sign(hashOf(key), preAuthentication(payload), key).toString('base64'), keyid: '' }],
    },
  })}\n`;
}

/** Whether a signature over a payload was made with the private half of a key. */
export function isSignedWith(
  key: KeyObject,
  { payload, signature }: { readonly payload: Buffer; readonly signature: Buffer },
): boolean {
  return verify(hashOf(key), preAuthentication(payload), key, signature);
}

/** How a bundle names the key that verifies it: SHA-256 of its PEM. */
export function keyHint(key: KeyObject): string {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'pem' }))
    .digest('hex');
}

/** What DSSE signs instead of the payload alone (https://github.com/secure-systems-lab/dsse/blob/master/protocol.md). */
function preAuthentication(payload: Buffer): Buffer {
  const head = `DSSEv1 ${Buffer.byteLength(omsPayloadType)} ${omsPayloadType} ${payload.length} `;
  return Buffer.concat([Buffer.from(head), payload]);
}

function readPrivateKey(pem: string, passphrase: string | undefined): KeyObject {
  try {
    return createPrivateKey(passphrase === undefined ? pem : { key: pem, passphrase });
  } catch (cause) {
    throw new AppError(
      'bad-input',
      'expected a private key as PEM and its passphrase where it has one, found neither; make one with `openssl ecparam -name prime256v1 -genkey -noout`',
      { cause },
    );
  }
}

function hashOf(key: KeyObject): string {
  const curve = key.asymmetricKeyDetails?.namedCurve ?? '';
  const hash = Object.hasOwn(hashes, curve) ? hashes[curve as keyof typeof hashes] : undefined;
  if (hash !== undefined) return hash;
  throw new AppError(
    'bad-input',
    `expected a key of the curve P-256, P-384 or P-521, found ${key.asymmetricKeyType ?? 'another'} ${curve}; make one with \`openssl ecparam -name prime256v1 -genkey -noout\``,
  );
}
