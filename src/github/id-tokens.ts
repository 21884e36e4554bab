import { type CompactVerifyGetKey, compactVerify, createRemoteJWKSet, errors } from 'jose';
import { z } from 'zod';
import { AppError, messageOf } from '../error.ts';
import type { TokenReader } from '../ports.ts';

/**
 * Whose tokens jobs get, by the API of their GitHub. An enterprise can choose an issuer of its own, which is then to be
 * configured: https://docs.github.com/enterprise-cloud@latest/actions/reference/security/oidc
 */
export function issuerOf(apiUrl: string): string {
  const url = new URL(apiUrl);
  if (url.hostname === 'api.github.com') return 'https://token.actions.githubusercontent.com';
  // GitHub Enterprise Cloud with data residency: https://docs.github.com/enterprise-cloud@latest/admin/data-residency
  const tenant = /^api\.(.+\.ghe\.com)$/.exec(url.hostname)?.[1];
  return tenant === undefined ? `${url.origin}/_services/token` : `https://token.actions.${tenant}`;
}

/** Verifies the tokens of an issuer with the keys that it publishes; they are kept, and fetched anew when one is unknown. */
export function tokenReader(issuer: string): TokenReader {
  const findKey = keysOf(issuer);
  return {
    async verifyToken(token) {
      try {
        // The algorithm is ours to choose: a token that names another one, or none, is refused whatever its key.
        const { payload } = await compactVerify(token, findKey, { algorithms: ['RS256'] });
        const claims = ClaimSet.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload)));
        if (claims['iss'] === issuer) return { kind: 'signed', claims };
        const found = String(claims['iss']).slice(0, 200);
        return { kind: 'refused', reason: `expected a token of the issuer ${issuer}, found one of ${found}` };
      } catch (error) {
        if (!tokenErrors.some((kind) => error instanceof kind)) throw error;
        const found = messageOf(error).slice(0, 200);
        return { kind: 'refused', reason: `expected a token that ${issuer} signed, found: ${found}` };
      }
    },
  };
}

const ClaimSet = z.record(z.string(), z.unknown());
const Configuration = z.object({ issuer: z.string(), jwks_uri: z.url() });

/** What becomes of a token that is no token, or is none of the issuer's. */
const tokenErrors = [errors.JOSEError, SyntaxError, TypeError, z.ZodError];

/** Longest that the provider may take to answer. */
const requestMilliseconds = 10_000;

/** That the keys cannot be had is not the token's fault: it must not make a result be refused for good. */
function keysOf(issuer: string): CompactVerifyGetKey {
  let known: Promise<CompactVerifyGetKey> | null = null;
  return async (header, token) => {
    known ??= openKeys(issuer);
    try {
      const keys = await known;
      return await keys(header, token);
    } catch (cause) {
      if (noSuchKey.some((kind) => cause instanceof kind)) throw cause;
      known = null;
      throw new AppError(
        'unavailable',
        `expected the keys of ${issuer}, which signs the tokens of jobs, found: ${messageOf(cause).slice(0, 300)}; let the App reach it, it is tried again`,
        { cause },
      );
    }
  };
}

const noSuchKey = [errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys, errors.JOSENotSupported];

async function openKeys(issuer: string): Promise<CompactVerifyGetKey> {
  const response = await fetch(`${issuer}/.well-known/openid-configuration`, {
    redirect: 'error',
    signal: AbortSignal.timeout(requestMilliseconds),
  });
  if (!response.ok) throw new Error(`${response.status} for its openid-configuration`);
  const configuration = Configuration.parse(await response.json());
  if (configuration.issuer !== issuer) throw new Error(`the openid-configuration of ${configuration.issuer}`);
  return createRemoteJWKSet(new URL(configuration.jwks_uri), { timeoutDuration: requestMilliseconds });
}
