import { z } from 'zod';
import { AppError, type Problem } from '../error.ts';
import type { Repository } from '../intent.ts';
import { ConnectionName } from '../policy/connection-name.ts';
import { quoted } from '../policy/quoted.ts';
import type { MetricSource } from '../ports/metric-source.ts';
import type { ServingPlatform } from '../ports/serving.ts';
import type { ArtifactStore } from '../registry/stores/artifact-store.ts';
import { storeKinds } from '../registry/stores/kinds.ts';
import { type Connection, parseConnections } from './connections/file.ts';
import type { Opening } from './connections/opening.ts';
import { type ReadSecret, secretReader } from './connections/secret.ts';
import { metricKinds } from './metrics/kinds.ts';
import { servingKinds } from './serving/kinds.ts';

/** Who asks for a connection: a policy of this repository, for this environment. */
export interface Asker {
  readonly repository: string;
  readonly environment: string;
}

/**
 * The connections of the operator. A policy reaches an address or a credential only through a connection that lists its
 * repository and its environment; of any other it is not even told whether there is one.
 */
export interface Connections {
  readonly all: readonly Connection[];
  /** AppError `not-permitted` when no such connection serves the asker, `bad-config` when the target or a credential does not fit. */
  openServing(
    wanted: Asker & {
      readonly connection: string;
      /** The policy's `serving` block; its key `connection` is passed over. */
      readonly target: Readonly<Record<string, unknown>>;
      readonly model: string;
    },
  ): ServingPlatform;
  /** As openServing, for a repository; stores are of no environment, so that those of the connection do not matter. */
  openStore(wanted: {
    readonly repository: Pick<Repository, 'owner' | 'name'>;
    readonly connection: string;
  }): ArtifactStore;
  /** As openServing. The same connection gives the same source again, since some remember between windows. */
  openMetricSource(wanted: Asker & { readonly connection: string }): MetricSource;
}

/** Connections that can be used, or everything that is wrong with their file, in the order of the lines. */
export type ReadConnections =
  | { readonly kind: 'valid'; readonly connections: Connections }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] };

/** Reads a file of connections. Never throws, whatever the text; credentials are read when they are used. */
export function readConnections(options: {
  readonly text: string;
  readonly file: string;
  /** Where `{env: NAME}` looks. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since 1970. Default: this machine's clock. */
  readonly now?: () => number;
}): ReadConnections {
  const parsed = parseConnections(options);
  if (parsed.kind === 'invalid') return parsed;
  const secret = secretReader(options.env);
  return { kind: 'valid', connections: lookup(parsed.connections, secret, options.now ?? Date.now) };
}

/** No connection at all: what an App has whose operator gave it no file. */
export const noConnections: Connections = lookup([], secretReader({}), Date.now);

function lookup(all: readonly Connection[], secret: ReadSecret, now: () => number): Connections {
  const sources = new Map<string, MetricSource>();
  return {
    all,
    openServing({ connection: name, target, model, ...asker }) {
      const connection = serving(all, name, asker);
      const kind = servingKinds[connection.kind];
      if (kind === undefined) throw wrongPurpose(connection, 'serving platform');
      const { connection: _, ...rest } = target;
      const place = { ...opening(connection), ...asker, model };
      return opened(connection, 'serving', () => kind.open({ connection: connection.settings, target: rest, place }));
    },
    openStore({ connection: name, repository }) {
      const full = `${repository.owner}/${repository.name}`;
      const found = all.find((connection) => connection.name === name);
      if (found === undefined || !servesRepository(found, full)) {
        throw new AppError(
          'not-permitted',
          `expected a connection that the operator gave to ${full}, found none named \`${name}\`; ask the operator of the App for it`,
        );
      }
      const kind = Object.hasOwn(storeKinds, found.kind) ? storeKinds[found.kind] : undefined;
      if (kind === undefined) throw wrongPurpose(found, 'store of models');
      return opened(found, 'store', () => kind.open({ connection: found.settings, place: opening(found), repository }));
    },
    openMetricSource({ connection: name, ...asker }) {
      const connection = serving(all, name, asker);
      const known = sources.get(connection.name);
      if (known !== undefined) return known;
      const kind = metricKinds[connection.kind];
      if (kind === undefined) throw wrongPurpose(connection, 'metric source');
      const source = opened(connection, 'source', () =>
        kind.open({ connection: connection.settings, place: opening(connection) }),
      );
      sources.set(connection.name, source);
      return source;
    },
  };

  function opening(connection: Connection): Opening {
    return { name: connection.name, secret, now };
  }
}

/** Whether a connection lists this repository (or all of its owner) and this environment. */
export function serves(connection: Connection, { repository, environment }: Asker): boolean {
  return connection.environments.includes(environment) && servesRepository(connection, repository);
}

function servesRepository(connection: Connection, repository: string): boolean {
  const wanted = repository.toLowerCase();
  const parts = wanted.split('/');
  if (parts.length !== 2 || parts.some((part) => part === '' || part === '*')) return false;
  return connection.repositories.some((listed) => [wanted, `${parts[0]}/*`].includes(listed.toLowerCase()));
}

function serving(all: readonly Connection[], name: string, asker: Asker): Connection {
  const found = all.find((connection) => connection.name === name);
  if (found !== undefined && serves(found, asker)) return found;
  const shown = ConnectionName.safeParse(name).success ? `\`${name}\`` : quoted(name);
  throw new AppError(
    'not-permitted',
    `expected a connection that the operator gave to ${asker.repository} for ${asker.environment}, found none named ${shown}; ask the operator of the App for it`,
  );
}

function wrongPurpose({ name, kind }: Connection, wanted: string): AppError {
  return new AppError('bad-config', `expected \`${name}\` to be a ${wanted}, found ${kind}; name another connection`);
}

/** What a policy wrote beside the name of its connection can be wrong in many ways at once. */
function opened<Port>({ name, kind }: Connection, key: string, open: () => Port): Port {
  try {
    return open();
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const said = error.issues.map(({ path, message }) => `${[key, ...path.map(String)].join('.')}: ${message}`);
    throw new AppError('bad-config', `expected what ${kind} takes (\`${name}\`), found ${said.join('; ')}; correct it`);
  }
}
