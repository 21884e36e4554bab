import { createSign, generateKeyPairSync, type JsonWebKey, type KeyObject, randomUUID } from 'node:crypto';

/** One RSA key that signs tokens (RS256) and shows its public half. */
export interface TokenSigner {
  readonly publicKey: JsonWebKey & { readonly kid: string; readonly alg: string; readonly use: string };
  sign(claims: Readonly<Record<string, unknown>>): string;
}

/** A signer with a new key. */
export function createTokenSigner(): TokenSigner {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const kid = randomUUID();
  return {
    publicKey: { ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' },
    sign: (claims) => signToken(claims, { kid, privateKey }),
  };
}

function signToken(
  claims: Readonly<Record<string, unknown>>,
  key: { readonly kid: string; readonly privateKey: KeyObject },
): string {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const content = `${encode({ typ: 'JWT', alg: 'RS256', kid: key.kid })}.${encode(claims)}`;
  return `${content}.${createSign('RSA-SHA256').update(content).sign(key.privateKey, 'base64url')}`;
}
