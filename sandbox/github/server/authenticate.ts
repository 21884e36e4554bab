import { createPublicKey } from 'node:crypto';
import { decodeJwt, errors, jwtVerify } from 'jose';
import type { Identity, Tokens } from '../identity.ts';
import { Refusal } from '../refusal.ts';
import type { App, World } from '../state.ts';

const maxLifetimeSeconds = 600;
const toleranceSeconds = 60;

/**
 * Who makes a request, by its Authorization header: an App's JWT, a token (as `Bearer`, `token` or Basic password), or
 * nobody. Throws 401 as GitHub does when credentials are wrong, never treats wrong ones as none.
 */
export async function authenticate(world: World, tokens: Tokens, header: string | undefined): Promise<Identity> {
  if (header === undefined || header === '') {
    return { kind: 'anonymous' };
  }
  const [scheme = '', value = ''] = header.split(/\s+/, 2);
  const secret = /^basic$/i.test(scheme) ? passwordOf(value) : value;
  if (!/^(basic|bearer|token)$/i.test(scheme) || secret === '') {
    throw new Refusal(401, 'Bad credentials');
  }
  if (/^[\w-]+\.[\w-]+\.[\w-]+$/.test(secret)) {
    return { kind: 'app', app: await verifyJwt(world, secret) };
  }
  const identity = tokens.identify(secret);
  if (identity === null) {
    throw new Refusal(401, 'Bad credentials');
  }
  return identity;
}

/** How logs name an identity: `user:ada`, `app:siskin`, `installation:1007`, `job:1012`, `anonymous`. */
export function identityText(identity: Identity): string {
  switch (identity.kind) {
    case 'anonymous':
      return 'anonymous';
    case 'user':
      return `user:${identity.account.login}`;
    case 'app':
      return `app:${identity.app.slug}`;
    case 'installation':
      return `installation:${identity.installation.id}`;
    case 'job':
      return `job:${identity.jobId}`;
  }
}

/** Git and curl send the token as password, some as user name with the password `x-oauth-basic`. */
function passwordOf(encoded: string): string {
  const [user = '', password = ''] = Buffer.from(encoded, 'base64').toString('utf8').split(':', 2);
  return password === '' || password === 'x-oauth-basic' ? user : password;
}

async function verifyJwt(world: World, jwt: string): Promise<App> {
  const undecodable = new Refusal(401, 'A JSON web token could not be decoded');
  let claims: ReturnType<typeof decodeJwt>;
  try {
    claims = decodeJwt(jwt);
  } catch {
    throw undecodable;
  }
  const app = [...world.apps.values()].find(
    (candidate) =>
      candidate.publicKeyPem !== '' &&
      (String(candidate.id) === String(claims.iss) || candidate.clientId === claims.iss),
  );
  if (app === undefined) {
    throw new Refusal(404, 'Integration not found');
  }
  const now = world.clock().getTime() / 1000;
  try {
    await jwtVerify(jwt, createPublicKey(app.publicKeyPem), {
      algorithms: ['RS256'],
      currentDate: world.clock(),
      clockTolerance: toleranceSeconds,
    });
  } catch (error) {
    if (error instanceof errors.JWTExpired) {
      throw new Refusal(
        401,
        "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
      );
    }
    throw undecodable;
  }
  if (typeof claims.iat !== 'number' || claims.iat > now + toleranceSeconds) {
    throw new Refusal(
      401,
      "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
    );
  }
  if (typeof claims.exp !== 'number') {
    throw new Refusal(401, "Missing 'expiration time' claim ('exp') in assertion");
  }
  if (claims.exp > now + maxLifetimeSeconds + toleranceSeconds) {
    throw new Refusal(401, "'Expiration time' claim ('exp') is too far in the future");
  }
  return app;
}
