import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { splitRoutesOf } from '../../../src/rollout/serving/envoy/split-routes.ts';
import { openEnvoy } from '../../../src/rollout/serving/envoy.ts';
import { type DoubleRequest, startHttpDouble } from './http-double.ts';
import { modelOf } from './models.ts';
import { describePlatform } from './platform-contract.ts';
import { describeFaults } from './platform-faults.ts';
import { wish } from './platform-stage.ts';

const models = [modelOf('1'), modelOf('2'), modelOf('3')] as const;
const [one, two] = models;
const slots = ['fraud-a', 'fraud-b'] as const;

/** The admin interface of Envoy 1.40 as it answered when it ran, with the routes of one split. */
async function openStage() {
  const folder = await mkdtemp(join(tmpdir(), 'envoy-'));
  const runtime = new Map<string, string>();
  const host = (cluster: string) => {
    try {
      const { resources } = JSON.parse(readFileSync(join(folder, `${cluster}.json`), 'utf8'));
      return { address: resources[0].endpoints[0].lb_endpoints[0].endpoint.address, health_status: health[cluster] };
    } catch {
      const address = { socket_address: { address: '127.0.0.1', port_value: 8080 } };
      return { address, health_status: health[cluster] };
    }
  };
  const health: Record<string, object> = {
    'fraud-a': { eds_health_status: 'HEALTHY' },
    'fraud-b': { eds_health_status: 'HEALTHY' },
  };
  const answer = ({ method, path, query }: DoubleRequest) => {
    if (path === '/runtime') {
      const entries = [...runtime].map(([key, value]) => [key, { final_value: value, layer_values: ['', value] }]);
      return { json: { layers: ['base', 'admin'], entries: Object.fromEntries(entries) } };
    }
    if (path === '/clusters') {
      return { json: { cluster_statuses: slots.map((name) => ({ name, host_statuses: [host(name)] })) } };
    }
    if (path === '/config_dump') return { json: dump };
    if (path !== '/runtime_modify') return { status: 404, text: 'invalid path' };
    if (method !== 'POST') return { status: 405, text: 'Method Not Allowed' };
    for (const [key, value] of query) value === '' ? runtime.delete(key) : runtime.set(key, value);
    return { text: 'OK\n' };
  };
  const double = await startHttpDouble({
    answer,
    isWrite: ({ path }) => path === '/runtime_modify',
    idle: { text: 'OK\n' },
  });
  const opened = (prefix = 'routing.{model}', seconds = 10) =>
    openEnvoy({
      connection: { admin: double.url, folder, address: '127.0.0.{version}:8080', 'timeout-seconds': seconds },
      target: { prefix, clusters: ['{model}-a', '{model}-b'] },
      place: { model: 'fraud', name: 'edge' },
      placing: 'address',
    });
  return {
    double,
    folder,
    runtime,
    health,
    opened,
    platform: opened(),
    absent: opened('routing.nobody'),
    impatient: opened('routing.{model}', 0.1),
    models,
    faults: double.faults,
    settle: async () => {},
    share: () => {
      const champion = /champion=([\w-]+)/.exec(runtime.get('siskin.routing.fraud') ?? '')?.[1] ?? 'fraud-a';
      const other = champion === 'fraud-a' ? 'fraud-b' : 'fraud-a';
      return Number(runtime.get(`routing.fraud.${other}`) ?? 0) / 100;
    },
    async [Symbol.asyncDispose]() {
      await double[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const split = (prefix: string) => ({
  weighted_clusters: { runtime_key_prefix: prefix, clusters: slots.map((name) => ({ name, weight: 1 })) },
});
const dump = {
  configs: [{ static_listeners: [{ routes: [{ match: { prefix: '/' }, route: split('routing.fraud') }] }] }],
};

describePlatform('Envoy', openStage, { digests: true, fence: true });
describeFaults('Envoy', openStage);

describe('Envoy', () => {
  it('rolls back by one request that changes anything, which sets the fence and all weights', async () => {
    await using stage = await openStage();
    await stage.platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 50 }));
    const before = stage.double.seen.length;

    await stage.platform.apply(wish({ fence: 2, champion: one }));

    const writes = stage.double.seen.slice(before).filter(({ method }) => method === 'POST');
    expect(writes.map(({ query }) => query.get('routing.fraud.fraud-b'))).toEqual(['0']);
    expect(writes[0]?.query.get('siskin.routing.fraud')).toContain('fence=2');
  });

  it('writes the endpoint of a new candidate into the file that its cluster reads', async () => {
    await using stage = await openStage();

    await stage.platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 50 }));

    expect(JSON.parse(await readFile(join(stage.folder, 'fraud-b.json'), 'utf8'))).toMatchObject({
      resources: [
        {
          cluster_name: 'fraud-b',
          endpoints: [
            {
              lb_endpoints: [{ endpoint: { address: { socket_address: { address: '127.0.0.2', port_value: 8080 } } } }],
            },
          ],
        },
      ],
    });
  });

  it('says of a candidate that fails its health checks that it is not ready, though it still gets its share', async () => {
    await using stage = await openStage();
    await stage.platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 50 }));

    stage.health['fraud-b'] = { eds_health_status: 'HEALTHY', failed_active_health_check: true };

    expect(await stage.platform.observe()).toMatchObject({
      weight: 50,
      candidate: { ready: false },
      trouble: 'server fraud-b is not healthy',
    });
  });

  it('takes routes for what they are made for', () => {
    const mirrors = slots.map((cluster) => ({
      cluster,
      runtime_fraction: { runtime_key: `routing.fraud.mirror.${cluster}` },
    }));
    const match = { prefix: '/', headers: [{ name: 'x-cohort', string_match: { exact: 'beta' } }] };
    const audience = { match, route: split('routing.fraud.audience') };
    const main = (rest: object) => ({ match: {}, route: { ...split('routing.fraud'), ...rest } });
    const of = (...routes: readonly object[]) => splitRoutesOf({ routes }, { prefix: 'routing.fraud', slots });

    expect(of(main({}))).toEqual({ header: null, cookie: null, mirrors: false });
    expect(of(main({}), audience)).toEqual({
      header: { name: 'x-cohort', value: 'beta' },
      cookie: null,
      mirrors: false,
    });
    expect(of(main({ request_mirror_policies: mirrors }))).toMatchObject({ mirrors: true });
    expect(of(main({ request_mirror_policies: mirrors.slice(1) }))).toMatchObject({ mirrors: false });
    // Without `use_hash_policy` the cookie moves nobody.
    expect(of(main({ hash_policy: [{ cookie: { name: 'uid' } }] }))).toMatchObject({ cookie: null });
    expect(of(audience)).toBeNull();
    for (const strange of [null, 7, 'routes', [], { route: { weighted_clusters: null } }]) {
      expect(splitRoutesOf(strange, { prefix: 'routing.fraud', slots })).toBeNull();
    }
  });
});
