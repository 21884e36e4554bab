import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeEndpoints } from '../../../src/rollout/serving/envoy/endpoint-file.ts';
import { freePort, stopped, until } from './process.ts';

/** A real Envoy with the split `routing.fraud`, whose versions answer with the number at the end of their address. */
export interface EnvoyServer extends AsyncDisposable {
  readonly admin: string;
  readonly folder: string;
  /** Where version 1, 2 or 3 answers. */
  readonly address: string;
  /** How many of so many requests version 1, 2 and 3 answered. */
  answers(
    requests: number,
    headers?: (index: number) => Readonly<Record<string, string>>,
  ): Promise<Record<string, number>>;
  /** How many requests a version got, as a copy or not. */
  received(version: number): number;
}

/** Starts the program with the configuration of docs/serving.md. */
export async function startEnvoy(program: string): Promise<EnvoyServer> {
  const root = await mkdtemp(join(tmpdir(), 'envoy-'));
  const folder = join(root, 'endpoints');
  await mkdir(folder);
  const [port, adminPort, models] = [await freePort(), await freePort(), await freePort()];
  const received = new Map<number, number>();
  const versions = [1, 2, 3].map((version) =>
    createServer((_, response) => {
      received.set(version, (received.get(version) ?? 0) + 1);
      response.end(String(version));
    }).listen(models, `127.0.0.${version}`),
  );
  await writeEndpoints(folder, 'fraud-a', { address: '127.0.0.1', port: models });
  await writeEndpoints(folder, 'fraud-b', { address: '127.0.0.1', port: models });
  const split = (prefix: string) => ({
    weighted_clusters: {
      runtime_key_prefix: prefix,
      use_hash_policy: true,
      clusters: [
        { name: 'fraud-a', weight: 100 },
        { name: 'fraud-b', weight: 0 },
      ],
    },
    hash_policy: [{ cookie: { name: 'uid' } }],
    request_mirror_policies: ['fraud-a', 'fraud-b'].map((cluster) => ({
      cluster,
      runtime_fraction: {
        default_value: { numerator: 0, denominator: 'HUNDRED' },
        runtime_key: `routing.fraud.mirror.${cluster}`,
      },
    })),
  });
  const typed = (type: string, rest: object = {}) => ({ '@type': `type.googleapis.com/envoy.${type}`, ...rest });
  const config = {
    node: { id: 'one', cluster: 'one' },
    admin: { address: { socket_address: { address: '127.0.0.1', port_value: adminPort } } },
    layered_runtime: { layers: [{ name: 'admin', admin_layer: {} }] },
    static_resources: {
      listeners: [
        {
          address: { socket_address: { address: '127.0.0.1', port_value: port } },
          filter_chains: [
            {
              filters: [
                {
                  name: 'http',
                  typed_config: typed('extensions.filters.network.http_connection_manager.v3.HttpConnectionManager', {
                    stat_prefix: 'predictions',
                    route_config: {
                      virtual_hosts: [
                        {
                          name: 'all',
                          domains: ['*'],
                          routes: [
                            {
                              match: { prefix: '/', headers: [{ name: 'x-cohort', string_match: { exact: 'beta' } }] },
                              route: split('routing.fraud.audience'),
                            },
                            { match: { prefix: '/' }, route: split('routing.fraud') },
                          ],
                        },
                      ],
                    },
                    http_filters: [{ name: 'router', typed_config: typed('extensions.filters.http.router.v3.Router') }],
                  }),
                },
              ],
            },
          ],
        },
      ],
      clusters: ['fraud-a', 'fraud-b'].map((cluster) => ({
        name: cluster,
        type: 'EDS',
        eds_cluster_config: {
          eds_config: {
            path_config_source: { path: join(folder, `${cluster}.json`), watched_directory: { path: folder } },
          },
        },
      })),
    },
  };
  const path = join(root, 'envoy.json');
  await writeFile(path, JSON.stringify(config));
  const url = `http://127.0.0.1:${port}`;
  const flags = ['--concurrency', '1', '--use-dynamic-base-id', '--log-level', 'error'];
  const child: ChildProcess = spawn(program, ['-c', path, ...flags], { stdio: ['ignore', 'ignore', 'inherit'] });
  await until('Envoy to answer', async () => (await fetch(url)).status === 200);
  return {
    admin: `http://127.0.0.1:${adminPort}`,
    folder,
    address: `127.0.0.{version}:${models}`,
    async answers(requests, headers = () => ({})) {
      const counts: Record<string, number> = {};
      for (let index = 0; index < requests; index += 1) {
        const version = await (await fetch(url, { headers: headers(index) })).text();
        counts[version] = (counts[version] ?? 0) + 1;
      }
      return counts;
    },
    received: (version) => received.get(version) ?? 0,
    async [Symbol.asyncDispose]() {
      await stopped(child);
      for (const server of versions) {
        server.closeAllConnections();
        server.close();
      }
      await rm(root, { recursive: true, force: true });
    },
  };
}
