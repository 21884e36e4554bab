import type { z } from 'zod';
import { AppError } from '../../error.ts';
import { type Ask, answerTo, askJson } from '../../rollout/connections/ask.ts';
import { type Authorization, authorization } from '../../rollout/connections/authorization.ts';
import type { Opening } from '../../rollout/connections/opening.ts';
import { transferMs } from './transfer.ts';

/** The calls of the distribution specification that a store needs: https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md. */
export interface RegistryClient {
  hasBlob(name: string, digest: string): Promise<boolean>;
  /** The registry refuses a body that has not the digest. */
  putBlob(name: string, digest: string, body: Blob): Promise<void>;
  getBlob(name: string, digest: string): Promise<Response | null>;
  getManifest(name: string, wanted: { readonly tag: string; readonly type: string }): Promise<unknown>;
  putManifest(
    name: string,
    manifest: { readonly tag: string; readonly type: string; readonly text: string },
  ): Promise<void>;
}

const redirects: readonly number[] = [301, 302, 303, 307, 308];

/** A client of one registry, which gets the tokens that the registry asks for (https://distribution.github.io/distribution/spec/auth/token/). */
export function registryClient(
  settings: z.output<typeof Authorization> & { readonly url: string },
  place: Opening,
): RegistryClient {
  const own = () => authorization(settings, place);
  const tokens = new Map<string, string>();

  /** Asks as the registry wants to be asked; null where it says that there is no such thing. */
  async function ask(name: string, asked: Omit<Ask, 'name'>): Promise<Response | null> {
    const send = (headers: Readonly<Record<string, string>>, accepts: readonly number[]) =>
      answerTo({
        ...asked,
        name: place.name,
        timeoutMs: transferMs,
        headers: { ...asked.headers, ...headers },
        // Only bytes are fetched from elsewhere: a write that is sent away was not done.
        accepts: [404, ...(asked.method === undefined ? redirects : []), ...accepts],
      });
    const token = tokens.get(name);
    let answer = await send(token === undefined ? own() : { authorization: `Bearer ${token}` }, [401]);
    if (answer.status === 401) {
      const fresh = await newToken(challengeIn(answer, place.name));
      tokens.set(name, fresh);
      answer = await send({ authorization: `Bearer ${fresh}` }, []);
    }
    if (redirects.includes(answer.status)) return await elsewhere(answer, place.name);
    return answer.status === 404 ? null : answer;
  }

  async function newToken(challenge: Challenge): Promise<string> {
    const url = new URL(challenge.realm);
    if (challenge.service !== null) url.searchParams.set('service', challenge.service);
    if (challenge.scope !== null) url.searchParams.set('scope', challenge.scope);
    const answer = await askJson({ name: place.name, url: url.href, headers: own() });
    const token: unknown = Reflect.get(Object(answer), 'token') ?? Reflect.get(Object(answer), 'access_token');
    if (typeof token === 'string') return token;
    throw new AppError(
      'unavailable',
      `expected a token of \`${place.name}\`, found none in its answer; check its address`,
    );
  }

  const at = (name: string, rest: string) => `${settings.url}/v2/${name}/${rest}`;
  return {
    async hasBlob(name, digest) {
      return (await ask(name, { method: 'HEAD', url: at(name, `blobs/${digest}`) })) !== null;
    },
    async putBlob(name, digest, body) {
      const opened = await ask(name, { method: 'POST', url: at(name, 'blobs/uploads/') });
      const location = new URL(opened?.headers.get('location') ?? '', settings.url);
      if (location.origin !== new URL(settings.url).origin) {
        throw new AppError(
          'unavailable',
          `expected \`${place.name}\` to take the bytes itself, found another address; name the registry that does`,
        );
      }
      location.searchParams.set('digest', digest);
      const headers = { 'content-type': 'application/octet-stream' };
      await ask(name, { method: 'PUT', url: location.href, headers, body });
    },
    getBlob: async (name, digest) => ask(name, { url: at(name, `blobs/${digest}`) }),
    async getManifest(name, { tag, type }) {
      const answer = await ask(name, { url: at(name, `manifests/${tag}`), headers: { accept: type } });
      return answer === null ? null : ((await answer.json()) as unknown);
    },
    async putManifest(name, { tag, type, text }) {
      const headers = { 'content-type': type };
      await ask(name, { method: 'PUT', url: at(name, `manifests/${tag}`), headers, body: text });
    },
  };
}

interface Challenge {
  readonly realm: string;
  readonly service: string | null;
  readonly scope: string | null;
}

/** https://www.rfc-editor.org/rfc/rfc6750#section-3. Throws `not-permitted` when the registry asks for something else. */
function challengeIn(answer: Response, name: string): Challenge {
  const text = answer.headers.get('www-authenticate') ?? '';
  const value = (key: string) => new RegExp(`[ ,]${key}="([^"]*)"`, 'i').exec(` ${text}`)?.[1] ?? null;
  const realm = /^bearer /i.test(text) ? value('realm') : null;
  if (realm !== null && /^https?:\/\//.test(realm) && URL.canParse(realm)) {
    return { realm, service: value('service'), scope: value('scope') };
  }
  throw new AppError(
    'not-permitted',
    `expected \`${name}\` to accept the credential, found that it does not; check the credential of the connection and what it may write`,
  );
}

/** Registries keep bytes elsewhere and send there for them. Nobody there gets our credential, and what comes is hashed. */
async function elsewhere(answer: Response, name: string): Promise<Response> {
  const url = answer.headers.get('location') ?? '';
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
    throw new AppError(
      'unavailable',
      `expected \`${name}\` to say where the bytes are, found no address; ask its operator`,
    );
  }
  return await answerTo({ name, url, timeoutMs: transferMs });
}
