import { describe, expect, it } from 'vitest';
import { istio } from '../../../src/rollout/serving/istio.ts';
import { namespace, type ServedKind, startApiDouble } from './kubernetes/api-double.ts';
import { placeOf } from './kubernetes/place.ts';
import { schemaProblems } from './kubernetes/schema.ts';
import { modelOf } from './models.ts';
import { describePlatform } from './platform-contract.ts';
import { describeFaults } from './platform-faults.ts';
import { wish } from './platform-stage.ts';

const models = [modelOf('1.0.0'), modelOf('1.1.0'), modelOf('2.0.0')] as const;
const [one, two] = models;

const virtualServices: ServedKind = {
  group: 'networking.istio.io',
  version: 'v1',
  plural: 'virtualservices',
  kind: 'VirtualService',
  problems: schemaProblems('virtualservices'),
};

interface Way {
  destination: { host: string };
  weight?: number;
}

interface Route {
  name?: string;
  match?: object[];
  route: Way[];
  mirror?: { host: string };
  mirrorPercentage?: { value: number };
}

function opened(url: string, target = {}, seconds = 5) {
  const connection = { address: url, namespace, token: { env: 'TOKEN' }, 'timeout-seconds': seconds };
  return istio.open({ connection, target, place: placeOf('fraud') });
}

async function openStage() {
  const double = await startApiDouble([virtualServices]);
  const object = double.put(virtualServices, 'fraud', {
    hosts: ['fraud.models.svc.cluster.local'],
    http: [
      {
        name: 'v1',
        match: [{ uri: { prefix: '/v1' } }],
        route: [{ destination: { host: 'fraud-1-0-0', subset: 'main', port: { number: 8080 } } }],
        retries: { attempts: 2 },
      },
      { name: 'rest', route: [{ destination: { host: 'elsewhere' } }] },
    ],
  });
  const http = () => object.spec['http'] as Route[]; // the double keeps what the schema has let through
  return {
    double,
    object,
    http,
    platform: opened(double.url),
    impatient: opened(double.url, {}, 0.1),
    absent: opened(double.url, { 'virtual-service': 'nobody' }),
    models,
    faults: double.faults,
    settle: async () => {},
    share: () => {
      const state = JSON.parse(object.metadata.annotations?.['siskin.dev/state'] ?? '{}');
      const ways = http().find(({ name }) => name === 'v1')?.route ?? [];
      const away = ways.filter(({ destination }) => destination.host !== (state.champion?.name ?? 'fraud-1-0-0'));
      return away.reduce((sum, { weight = 0 }) => sum + weight, 0);
    },
    [Symbol.asyncDispose]: () => double[Symbol.asyncDispose](),
  };
}

describePlatform('a VirtualService', openStage, { digests: true, fence: true });
describeFaults('a VirtualService', openStage);

describe('a VirtualService', () => {
  it('is split into whole percents that make a hundred, with all else as it was', async () => {
    await using stage = await openStage();

    await stage.platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 5 }));

    const [first, rest] = stage.http();
    expect(first).toEqual({
      name: 'v1',
      match: [{ uri: { prefix: '/v1' } }],
      retries: { attempts: 2 },
      route: [
        { destination: { host: 'fraud-1-0-0', subset: 'main', port: { number: 8080 } }, weight: 95 },
        { destination: { host: 'fraud-1-1-0', port: { number: 8080 } }, weight: 5 },
      ],
    });
    expect(rest).toEqual({ name: 'rest', route: [{ destination: { host: 'elsewhere' } }] });
  });

  it('routes an audience before all others, mirrors a share, and takes both away again', async () => {
    await using stage = await openStage();
    const { platform, http } = stage;
    const audience = { header: 'X-Cohort', value: 'beta' };

    await platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 30, shadow: 10, audience }));

    expect(
      http().map(({ name, match, route, mirror, mirrorPercentage }) => ({
        name,
        match,
        weights: route.map(({ weight }) => weight),
        to: mirror?.host,
        share: mirrorPercentage?.value,
      })),
    ).toEqual([
      {
        name: 'siskin-audience-0',
        match: [{ uri: { prefix: '/v1' }, headers: { 'x-cohort': { exact: 'beta' } } }],
        weights: [70, 30],
        to: 'fraud-1-1-0',
        share: 10,
      },
      { name: 'v1', match: [{ uri: { prefix: '/v1' } }], weights: [100, 0], to: 'fraud-1-1-0', share: 10 },
      { name: 'rest', match: undefined, weights: [undefined], to: undefined, share: undefined },
    ]);
    expect(await platform.observe()).toMatchObject({ weight: 30, shadow: 10 });
    await platform.apply(wish({ fence: 1, champion: one }));
    expect(http().map(({ name, mirror }) => ({ name, mirror }))).toEqual([
      { name: 'v1', mirror: undefined },
      { name: 'rest', mirror: undefined },
    ]);
  });

  it('heeds what Istio says where it says anything', async () => {
    await using stage = await openStage();
    const { platform, double, object } = stage;
    await platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 5 }));
    expect(await platform.observe()).toMatchObject({ candidate: { ready: true }, trouble: null });

    double.write(object, {
      status: {
        validationMessages: [{ level: 'ERROR', type: { code: 'IST0101', name: 'ReferencedResourceNotFound' } }],
      },
    });

    expect(await platform.observe()).toMatchObject({
      candidate: { ready: false },
      trouble: 'Istio does not take it: IST0101',
    });
  });
});
