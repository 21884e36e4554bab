import { createPublicKey } from 'node:crypto';
import { z } from 'zod';

/** Curves that OpenSSF Model Signing takes. */
const curves: readonly (string | undefined)[] = ['prime256v1', 'secp384r1', 'secp521r1'];

const PublicKey = z
  .string()
  .max(2000)
  .refine(isPublicKey, 'a public key of the curve P-256, P-384 or P-521 as PEM; write `-----BEGIN PUBLIC KEY-----` …');

/** Whose signature a release must carry: OpenSSF Model Signing, beside the manifest as `model.sig`. */
export const SignaturePolicy = z
  .strictObject({
    keys: z.array(PublicKey).max(20).default([]).describe('Public keys (PEM): whoever holds the private one may sign.'),
    identities: z
      .array(
        z.strictObject({
          issuer: z
            .url()
            .max(300)
            .describe('Who vouched for the signer, e.g. `https://token.actions.githubusercontent.com`.'),
          subject: z
            .string()
            .min(1)
            .max(500)
            .describe('Who signed, to the letter: an e-mail address, or the address of a workflow with its ref.'),
        }),
      )
      .max(20)
      .default([])
      .describe('Identities that may sign without a key of their own, by Sigstore.'),
  })
  .refine(({ keys, identities }) => keys.length + identities.length > 0, {
    message: 'at least one key or identity; add one to `keys` or `identities`, or remove `signature`',
  });
export type SignaturePolicy = z.infer<typeof SignaturePolicy>;

function isPublicKey(pem: string): boolean {
  try {
    return pem.includes('PUBLIC KEY') && curves.includes(createPublicKey(pem).asymmetricKeyDetails?.namedCurve);
  } catch {
    return false;
  }
}
