import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { registerApp } from './apps.ts';
import { ensureAccount } from './domain/accounts.ts';
import { invalid, notFound } from './refusal.ts';
import { type Mount, type Route, route } from './routes.ts';
import { isObject } from './server/fields.ts';
import { appShape } from './shape/account.ts';
import type { JsonObject, Permissions, World } from './state.ts';

/** GitHub's way to make an App from a manifest: a form posts it, the browser comes back with a code, REST converts the code. */
export interface ManifestFlow {
  readonly mount: Mount;
  readonly routes: readonly Route[];
}

/** A code lives an hour and works once. */
const codeLifetimeMs = 3_600_000;
const pages = /^(\/organizations\/([^/]+))?\/settings\/apps\/new$/;

export function createManifestFlow(world: World): ManifestFlow {
  const codes = new Map<string, { readonly manifest: JsonObject; readonly owner: string; readonly expires: number }>();
  return {
    mount: {
      matches: (pathname) => pages.test(pathname),
      // Nobody is asked to confirm: whoever posts here sits at this machine.
      handle: async (request, response) => {
        const url = new URL(request.url ?? '/', world.url);
        const manifest = manifestIn(await readForm(request));
        const redirect = typeof manifest?.['redirect_url'] === 'string' ? manifest['redirect_url'] : null;
        if (manifest === null || redirect === null) {
          response.writeHead(422, { 'content-type': 'text/plain' });
          response.end('expected a POST with a manifest that has a redirect_url, found none\n');
          return;
        }
        const code = randomBytes(20).toString('hex');
        const owner = pages.exec(url.pathname)?.[2] ?? 'siskin-team';
        codes.set(code, { manifest, owner, expires: world.clock().getTime() + codeLifetimeMs });
        const back = new URL(redirect);
        back.searchParams.set('code', code);
        const state = url.searchParams.get('state');
        if (state !== null) {
          back.searchParams.set('state', state);
        }
        response.writeHead(302, { location: back.href }).end();
      },
    },
    routes: [
      route('POST /app-manifests/{code}/conversions', {
        access: 'anyone',
        handle: (call) => {
          const code = call.params['code'] ?? '';
          const found = codes.get(code);
          codes.delete(code);
          if (found === undefined || found.expires < world.clock().getTime()) {
            throw notFound();
          }
          return { status: 201, json: convert(world, found) };
        },
      }),
    ],
  };
}

function convert(world: World, found: { readonly manifest: JsonObject; readonly owner: string }): JsonObject {
  const { manifest } = found;
  const hook = isObject(manifest['hook_attributes']) ? manifest['hook_attributes'] : {};
  try {
    const { app, privateKey } = registerApp(world, {
      name: typeof manifest['name'] === 'string' ? manifest['name'] : 'app',
      owner: ensureAccount(world, found.owner),
      webhookUrl: typeof hook['url'] === 'string' ? hook['url'] : null,
      permissions: permissionsIn(manifest['default_permissions']),
      events: Array.isArray(manifest['default_events']) ? manifest['default_events'].map(String) : [],
    });
    return {
      ...appShape(world, app),
      client_id: app.clientId,
      client_secret: app.clientSecret,
      webhook_secret: app.webhookSecret,
      pem: privateKey,
    };
  } catch (error) {
    throw invalid('Integration', 'manifest', 'custom', error instanceof Error ? error.message : String(error));
  }
}

function permissionsIn(value: unknown): Permissions {
  const entries = isObject(value) ? Object.entries(value) : [];
  return Object.fromEntries(
    entries.flatMap(([name, level]) => (level === 'read' || level === 'write' ? [[name, level] as const] : [])),
  );
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk;
  }
  return new URLSearchParams(text);
}

function manifestIn(form: URLSearchParams): JsonObject | null {
  try {
    const parsed: unknown = JSON.parse(form.get('manifest') ?? '');
    return isObject(parsed) ? parsed : null;
  } catch {
    return null;
  }
}
