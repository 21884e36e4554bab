import { gatewayApi } from '../../../../src/rollout/serving/gateway-api.ts';
import { modelOf } from '../models.ts';
import { type ApiDouble, type Kept, namespace, type ServedKind, startApiDouble } from './api-double.ts';
import { placeOf } from './place.ts';
import { schemaProblems } from './schema.ts';

/** Three that the route can lead to. */
export const routeModels = [modelOf('1.0.0'), modelOf('1.1.0'), modelOf('2.0.0')] as const;
const httpRoutes: ServedKind = {
  group: 'gateway.networking.k8s.io',
  version: 'v1',
  plural: 'httproutes',
  kind: 'HTTPRoute',
  problems: schemaProblems('httproutes'),
};

/** A route whose first rule leads to a version, and whose second does not. */
export const routeSpec = (): Record<string, unknown> => ({
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

/** The adapter as a policy opens it. */
export function openRoute(
  url: string,
  { target = {}, seconds = 5 }: { readonly target?: object; readonly seconds?: number } = {},
) {
  const connection = { address: url, namespace, token: { env: 'TOKEN' }, 'timeout-seconds': seconds, mirrors: true };
  return gatewayApi.open({ connection, target, place: placeOf('fraud') });
}

/** What a Gateway does. */
export function reconcile(double: ApiDouble, over: object = {}): void {
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

/** A rule as these tests look at it. */
export interface Rule {
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

/** A double with such a route that its Gateway has taken. */
export async function routeStage() {
  const double = await startApiDouble([httpRoutes]);
  const route = double.put(httpRoutes, 'fraud', routeSpec());
  reconcile(double);
  let taken = structuredClone(route);
  const platform = openRoute(double.url);
  return {
    double,
    route,
    rules: () => route.spec['rules'] as Rule[], // the double keeps what the schema has let through
    platform,
    impatient: openRoute(double.url, { seconds: 0.1 }),
    absent: openRoute(double.url, { target: { route: 'nobody' } }),
    models: routeModels,
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
