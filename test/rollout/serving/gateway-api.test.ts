import { describe, expect, it } from 'vitest';
import { gatewayApi } from '../../../src/rollout/serving/gateway-api.ts';
import { type ApiDouble, type Kept, namespace, type ServedKind, startApiDouble } from './kubernetes/api-double.ts';
import { placeOf } from './kubernetes/place.ts';
import { schemaProblems } from './kubernetes/schema.ts';
import { modelOf } from './models.ts';
import { describePlatform } from './platform-contract.ts';
import { describeFaults } from './platform-faults.ts';
import { wish } from './platform-stage.ts';

const models = [modelOf('1.0.0'), modelOf('1.1.0'), modelOf('2.0.0')] as const;
const [one, two, three] = models;

const httpRoutes: ServedKind = {
  group: 'gateway.networking.k8s.io',
  version: 'v1',
  plural: 'httproutes',
  kind: 'HTTPRoute',
  problems: schemaProblems('httproutes'),
};

const routeSpec = (): Record<string, unknown> => ({
  parentRefs: [{ name: 'public' }],
  hostnames: ['fraud.example'],
  rules: [
    {
      matches: [{ path: { type: 'PathPrefix', value: '/v1' } }, { method: 'POST' }],
      filters: [{ type: 'RequestHeaderModifier', requestHeaderModifier: { set: [{ name: 'x-from', value: 'edge' }] } }],
      backendRefs: [{ name: 'fraud-1-0-0', port: 8080, weight: 1 }],
      timeouts: { request: '10s' },
    },
    { matches: [{ path: { type: 'PathPrefix', value: '/docs' } }], backendRefs: [{ name: 'docs', port: 80 }] },
  ],
});

function opened(
  url: string,
  { target = {}, seconds = 5 }: { readonly target?: object; readonly seconds?: number } = {},
) {
  const connection = { address: url, namespace, token: { env: 'TOKEN' }, 'timeout-seconds': seconds, mirrors: true };
  return gatewayApi.open({ connection, target, place: placeOf('fraud') });
}

/** What a Gateway does. */
function reconcile(double: ApiDouble, over: object = {}): void {
  for (const object of double.objects.values()) {
    const { generation } = object.metadata;
    const condition = (type: string) => ({
      type,
      status: 'True',
      reason: type,
      message: '',
      lastTransitionTime: '2026-01-01T00:00:00Z',
      observedGeneration: generation,
      ...over,
    });
    const parents = [
      {
        parentRef: { name: 'public' },
        controllerName: 'example.com/gateway',
        conditions: [condition('Accepted'), condition('ResolvedRefs')],
      },
    ];
    double.write(object, { status: { parents } });
  }
}

interface Rule {
  name?: string;
  matches?: { headers?: object[] }[];
  filters?: object[];
  backendRefs: { name: string; weight?: number; port: number }[];
}

/** Of the requests of the first rule, by a Gateway that has taken it. */
function shareOf(rules: readonly Rule[], champion: string): number {
  const refs = rules[0]?.backendRefs ?? [];
  const whole = refs.reduce((sum, { weight = 1 }) => sum + weight, 0);
  return (refs.filter(({ name }) => name !== champion).reduce((sum, { weight = 1 }) => sum + weight, 0) / whole) * 100;
}

async function openStage() {
  const double = await startApiDouble([httpRoutes]);
  const route = double.put(httpRoutes, 'fraud', routeSpec());
  reconcile(double);
  let taken = structuredClone(route);
  const platform = opened(double.url);
  return {
    double,
    route,
    rules: () => route.spec['rules'] as Rule[], // the double keeps what the schema has let through
    platform,
    impatient: opened(double.url, { seconds: 0.1 }),
    absent: opened(double.url, { target: { route: 'nobody' } }),
    models,
    faults: double.faults,
    settle: async () => {
      reconcile(double);
      taken = structuredClone(route);
    },
    share: () => shareOf(taken.spec['rules'] as Rule[], championOf(taken)), // as above
    [Symbol.asyncDispose]: () => double[Symbol.asyncDispose](),
  };
}

function championOf({ metadata }: Kept): string {
  const state = JSON.parse(metadata.annotations?.['siskin.dev/state'] ?? '{"champion":{"name":"fraud-1-0-0"}}');
  return state.champion.name;
}

describePlatform('an HTTPRoute', openStage, { digests: true, fence: true });
describeFaults('an HTTPRoute', openStage);

describe('an HTTPRoute', () => {
  it('has its weights changed, and nothing else of it', async () => {
    await using stage = await openStage();
    const { platform, rules, route } = stage;

    await platform.apply(wish({ rollout: 'ro_7', fence: 3, champion: one, candidate: two, weight: 2.5 }));

    const [first] = routeSpec()['rules'] as Rule[]; // written above
    expect(rules()).toEqual([
      {
        ...first,
        backendRefs: [
          { name: 'fraud-1-0-0', port: 8080, weight: 9750 },
          { name: 'fraud-1-1-0', port: 8080, weight: 250 },
        ],
      },
      (routeSpec()['rules'] as Rule[])[1],
    ]);
    expect(route.metadata.annotations).toMatchObject({ 'siskin.dev/fence': '3', 'siskin.dev/rollout': 'ro_7' });
    await platform.apply(wish({ rollout: 'ro_7', fence: 3, champion: two }));
    expect(rules()[0]?.backendRefs).toEqual([{ name: 'fraud-1-1-0', port: 8080, weight: 10_000 }]);
  });

  it('counts the share that was in force until the Gateway took the new one', async () => {
    await using stage = await openStage();
    const { platform } = stage;
    await platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 50 }));
    await stage.settle();

    await platform.apply(wish({ fence: 2, champion: one }));

    expect(await platform.observe()).toMatchObject({
      weight: 50,
      candidate: null,
      trouble: 'Gateway public has not taken it',
    });
    await stage.settle();
    expect(await platform.observe()).toMatchObject({ weight: 0, trouble: null });
  });

  it('does not take a candidate for ready whose Service is not there', async () => {
    await using stage = await openStage();
    const { platform, double } = stage;
    await platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 5 }));
    reconcile(double, { status: 'False', reason: 'BackendNotFound', message: 'Service fraud-1-1-0 not found' });

    expect(await platform.observe()).toMatchObject({
      candidate: { version: '1.1.0', ready: false },
      trouble: 'Gateway public does not take it: BackendNotFound Service fraud-1-1-0 not found',
    });
  });

  it('mirrors a share, gives an audience its own rules, and takes both away again', async () => {
    await using stage = await openStage();
    const { platform, rules } = stage;
    const before = structuredClone(rules());
    const audience = { header: 'x-cohort', value: 'beta' };
    const traffic = wish({ fence: 1, champion: one, candidate: two, weight: 20, shadow: 12.5, audience });

    await platform.apply(traffic);
    await stage.settle();

    const mirror = { numerator: 1250, denominator: 10_000 };
    expect(
      rules().map(({ name, matches, filters, backendRefs }) => ({
        name,
        headers: matches?.map(({ headers }) => headers),
        filters: filters?.length,
        weights: backendRefs.map(({ weight }) => weight),
      })),
    ).toEqual([
      {
        name: 'siskin-audience-0',
        headers: [
          [{ type: 'Exact', name: 'x-cohort', value: 'beta' }],
          [{ type: 'Exact', name: 'x-cohort', value: 'beta' }],
        ],
        filters: 2,
        weights: [8000, 2000],
      },
      { name: undefined, headers: [undefined, undefined], filters: 2, weights: [10_000, 0] },
      { name: undefined, headers: [undefined], filters: undefined, weights: [undefined] },
    ]);
    expect(rules()[1]?.filters?.[1]).toEqual({
      type: 'RequestMirror',
      requestMirror: { backendRef: { name: 'fraud-1-1-0', port: 8080 }, fraction: mirror },
    });
    expect(await platform.observe()).toMatchObject({ weight: 20, shadow: 12.5, trouble: null });
    await platform.apply(wish({ fence: 1, champion: one }));
    const [first, docs] = before;
    expect(rules()).toEqual([{ ...first, backendRefs: [{ name: 'fraud-1-0-0', port: 8080, weight: 10_000 }] }, docs]);
  });

  it('splits the rules that the policy names, and says which are not there', async () => {
    await using stage = await openStage();
    const { double, route } = stage;
    const rules = [
      { name: 'rest', backendRefs: [{ name: 'old', port: 8080 }] },
      { name: 'grpc', backendRefs: [{ name: 'old', port: 9000 }] },
      { name: 'docs', backendRefs: [{ name: 'docs', port: 80 }] },
    ];
    double.write(route, { spec: { ...routeSpec(), rules } });
    const platform = opened(double.url, { target: { rules: ['rest', 'grpc'] } });

    await platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 10 }));

    expect(stage.rules().map(({ backendRefs }) => backendRefs.map(({ name, port }) => `${name}:${port}`))).toEqual([
      ['fraud-1-0-0:8080', 'fraud-1-1-0:8080'],
      ['fraud-1-0-0:9000', 'fraud-1-1-0:9000'],
      ['docs:80'],
    ]);
    const wrong = opened(double.url, { target: { rules: ['rest', 'web'] } });
    await expect(wrong.apply(wish({ fence: 1, champion: one }))).rejects.toMatchObject({
      code: 'bad-config',
      message:
        'expected the rules web in HTTPRoute models/fraud, found none; name its rules, and those names in `serving.rules`',
    });
  });

  it('lets one of two writers through, and the one with the higher fence keep it', async () => {
    await using stage = await openStage();
    const { double, platform } = stage;
    const other = opened(double.url);
    let isFirst = true;
    double.onPatch = () => {
      if (!isFirst) return;
      isFirst = false;
      // Not awaited: the server handles one request after the other.
      stage.route.metadata.resourceVersion = '9999';
      stage.route.metadata.annotations = { 'siskin.dev/fence': '8' };
    };

    await expect(platform.apply(wish({ fence: 7, champion: one }))).rejects.toMatchObject({ code: 'fenced' });
    await other.apply(wish({ fence: 8, champion: one, candidate: two, weight: 5 }));
    expect(await other.observe()).toMatchObject({ fence: 8 });
  });

  it('tries again when a controller was quicker, and gives up on an object that never stands still', async () => {
    await using stage = await openStage();
    const { double, platform, route } = stage;
    let times = 2;
    double.onPatch = () => {
      times -= 1;
      if (times >= 0) route.metadata.resourceVersion = `${route.metadata.resourceVersion}1`;
    };
    await platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 5 }));
    times = 100;

    await expect(platform.apply(wish({ fence: 2, champion: one }))).rejects.toMatchObject({
      code: expect.stringMatching(/^(unavailable|bad-config)$/),
    });
  });

  it('sees what a hand has changed', async () => {
    await using stage = await openStage();
    const { platform, double, route } = stage;
    await platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 5 }));
    const [rule, docs] = structuredClone(stage.rules());
    const backendRefs = [
      { name: 'fraud-1-0-0', port: 8080, weight: 1 },
      { name: 'mine', port: 80, weight: 1 },
    ];
    double.write(route, { spec: { ...route.spec, rules: [{ ...rule, backendRefs }, docs] } });
    await stage.settle();

    expect(await platform.observe()).toMatchObject({ weight: 50, trouble: 'requests also go to mine' });
    const annotations = route.metadata.annotations ?? {};
    annotations['siskin.dev/state'] = '{"champion":7}';
    expect(await platform.observe()).toMatchObject({ fence: 1, champion: { version: null, digest: null } });
  });

  it('says which permission is missing, which API, which object, and what a webhook denied', async () => {
    await using stage = await openStage();
    const { platform, double, route } = stage;
    double.denied.add('patch httproutes');
    expect((await platform.probe()).problems).toEqual([
      'expected that the credential of `cluster` may patch httproutes.gateway.networking.k8s.io in namespace models, found that it may not; give it a Role with verb patch on httproutes',
    ]);
    await expect(platform.apply(wish({ fence: 1, champion: one }))).rejects.toMatchObject({
      code: 'not-permitted',
      message: expect.stringContaining(
        'may patch httproutes.gateway.networking.k8s.io in namespace models, found status 403 (httproutes',
      ),
    });
    double.denied.clear();
    route.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
    expect(await platform.observe()).toMatchObject({ trouble: 'HTTPRoute models/fraud is being deleted' });
    await expect(platform.apply(wish({ fence: 1, champion: one }))).rejects.toMatchObject({ code: 'unavailable' });
    double.objects.clear();
    await expect(platform.observe()).rejects.toMatchObject({
      code: 'not-found',
      message: 'expected HTTPRoute models/fraud, found none; create it, or look whether its namespace was deleted',
    });
    await using bare = await startApiDouble([]);
    await expect(opened(bare.url).observe()).rejects.toMatchObject({
      message: expect.stringContaining('found none; install it'),
    });
    const stranger = gatewayApi.open({
      connection: { address: bare.url, namespace },
      target: {},
      place: placeOf('fraud'),
    });
    await expect(stranger.observe()).rejects.toMatchObject({
      code: 'not-permitted',
      message: expect.stringContaining('renew the token'),
    });
  });

  it('refuses names that two versions share, or that no object can have', async () => {
    await using stage = await openStage();
    const { platform, double } = stage;
    const twin = { ...two, version: '1.0_0' };
    await expect(platform.apply(wish({ fence: 1, champion: one, candidate: twin, weight: 1 }))).rejects.toMatchObject({
      code: 'bad-config',
    });
    expect(() => opened(double.url, { target: { route: '../x' } })).toThrow(
      'expected `serving.route` to name an object',
    );
    await opened(double.url, { target: { service: '{model}-{digest}' } })
      .apply(wish({ fence: 1, champion: three }))
      .catch(() => {});
    expect(double.seen.every(({ path }) => path.startsWith('/apis/'))).toBe(true);
  });
});
