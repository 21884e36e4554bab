import { isIPv6 } from 'node:net';
import { z } from 'zod';
import { AppError } from '../../../error.ts';
import { Address } from '../../connections/address.ts';
import type { Opening } from '../../connections/opening.ts';
import { Secret } from '../../connections/secret.ts';
import { Timeout } from '../../connections/timeout.ts';

/** A name of an object or a namespace, as RFC 1123 has labels and subdomains. */
export const objectName = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

/** What the operator writes of a cluster, whatever serves models in it. */
export const ClusterConnection = z.strictObject({
  address: Address.optional().describe(
    'The API server, e.g. https://10.0.0.1:6443. Without it: that of the cluster in which Siskin runs, by its service account.',
  ),
  namespace: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'the name of a namespace')
    .describe('The one namespace in which this connection reads and writes.'),
  'ca-file': z
    .string()
    .min(1)
    .max(1000)
    .optional()
    .describe('The certificates of the authority that signed the API server’s.'),
  token: Secret.optional().describe('A bearer token: `{env: NAME}` or `{file: path}`; read anew for each request.'),
  certificate: Secret.optional().describe('A client certificate in PEM, with `key`, instead of a token.'),
  key: Secret.optional().describe('The key of the client certificate, in PEM.'),
  ...Timeout.shape,
});

/** One namespace of one cluster, and how it is asked. */
export interface Cluster {
  /** The connection, for messages. */
  readonly name: string;
  readonly address: string;
  readonly namespace: string;
  readonly timeoutMs: number;
  /** Read for each request, so that a rotated token or certificate needs no restart. */
  readonly credentials: () => Credentials;
}

/** What goes with one request. */
export interface Credentials {
  readonly token: string | null;
  readonly ca: string | null;
  readonly client: { readonly certificate: string; readonly key: string } | null;
}

const account = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The cluster of a connection. AppError `bad-config` when the ways to prove who asks are mixed, or Siskin runs in no cluster and none is named. */
export function clusterOf(
  connection: z.output<typeof ClusterConnection>,
  { name, secret }: Pick<Opening, 'name' | 'secret'>,
): Cluster {
  const { address, namespace, token, certificate, key, 'ca-file': ca, 'timeout-seconds': seconds } = connection;
  if ((certificate === undefined) !== (key === undefined) || (token !== undefined && key !== undefined)) {
    throw new AppError(
      'bad-config',
      `expected \`token\`, or \`certificate\` with \`key\`, found another mixture in \`${name}\`; keep one way`,
    );
  }
  const isInside = address === undefined;
  const bearer = token ?? (isInside && key === undefined ? { file: `${account}/token` } : undefined);
  const authority = ca ?? (isInside ? `${account}/ca.crt` : undefined);
  return {
    name,
    address: address ?? insideAddress({ name, secret }),
    namespace,
    timeoutMs: seconds * 1000,
    credentials: () => ({
      token: bearer === undefined ? null : secret(bearer),
      ca: authority === undefined ? null : secret({ file: authority }),
      client:
        certificate === undefined || key === undefined ? null : { certificate: secret(certificate), key: secret(key) },
    }),
  };
}

/** Every pod is told of the API server by these two variables. */
function insideAddress({ name, secret }: Pick<Opening, 'name' | 'secret'>): string {
  try {
    const host = secret({ env: 'KUBERNETES_SERVICE_HOST' });
    return `https://${isIPv6(host) ? `[${host}]` : host}:${secret({ env: 'KUBERNETES_SERVICE_PORT' })}`;
  } catch (cause) {
    throw new AppError(
      'bad-config',
      `expected \`address\` in \`${name}\`, or to run in a cluster, found neither; name the API server`,
      { cause },
    );
  }
}
