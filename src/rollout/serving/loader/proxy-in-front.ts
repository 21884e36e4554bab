import { z } from 'zod';
import type { ServingPlatform } from '../../../ports/serving.ts';
import { envoyForLoader } from '../envoy.ts';
import { haproxyForLoader } from '../haproxy.ts';
import type { ServingKind, ServingPlace } from '../kind.ts';
import { nginxForLoader } from '../nginx.ts';

const kinds = { envoy: envoyForLoader, haproxy: haproxyForLoader, nginx: nginxForLoader } as const;

const ProxyKind = z.enum(['envoy', 'haproxy', 'nginx']);

/** The proxy in front of a model server: a connection within its connection, since only the operator joins the two. */
export const ProxyConnection = z
  .discriminatedUnion('kind', [
    envoyForLoader.Connection.extend({ kind: z.literal('envoy') }),
    haproxyForLoader.Connection.extend({ kind: z.literal('haproxy') }),
    nginxForLoader.Connection.extend({ kind: z.literal('nginx') }),
  ])
  .describe(
    'The proxy that splits the traffic: `kind: haproxy`, `nginx` or `envoy` with the keys of its own connection.',
  );

/** What a policy says of it: the keys of that proxy’s `serving`. */
export const ProxyTarget = z.record(z.string(), z.unknown()).default({}).describe('The keys of the proxy in front.');

/** Opens it. ZodError when the target does not fit. */
export function openProxy(given: {
  readonly connection: z.output<typeof ProxyConnection>;
  readonly target: unknown;
  readonly place: ServingPlace;
}): ServingPlatform {
  const { kind, ...connection } = given.connection;
  const opened: ServingKind = kinds[ProxyKind.parse(kind)];
  return opened.open({ connection, target: given.target, place: given.place });
}
