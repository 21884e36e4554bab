import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { argoRollouts } from '../../../src/rollout/serving/argo-rollouts.ts';
import { gatewayApi } from '../../../src/rollout/serving/gateway-api.ts';
import { istio } from '../../../src/rollout/serving/istio.ts';
import type { ServingPlace } from '../../../src/rollout/serving/kind.ts';
import { kserve } from '../../../src/rollout/serving/kserve.ts';
import { modelOf } from '../../rollout/serving/models.ts';
import { describePlatform } from '../../rollout/serving/platform-contract.ts';
import { wish } from '../../rollout/serving/platform-stage.ts';
import { toolAt } from '../tool.ts';
import { type KubeApiserver, startKubeApiserver } from './kube-apiserver.ts';
import { begin } from './kube-namespace.ts';
import { until } from './process.ts';

const programs = { apiserver: toolAt('SISKIN_KUBE_APISERVER'), etcd: toolAt('SISKIN_ETCD') };
const models = [modelOf('1.0.0'), modelOf('1.1.0'), modelOf('2.0.0')] as const;
const [one, two] = models;
const token = 'the-token-of-siskin';
const gateway = 'gateway.networking.k8s.io/v1';
let server: KubeApiserver;

beforeAll(async () => {
  server = await startKubeApiserver(programs, { siskin: token });
  // As in scripts/crd-schemas.ts.
  await server.install(
    'sigs.k8s.io/gateway-api@v1.6.3',
    'config/crd/standard/gateway.networking.k8s.io_httproutes.yaml',
    'httproutes',
  );
  await server.install('istio.io/api@v1.31.1', 'kubernetes/customresourcedefinitions.gen.yaml', 'virtualservices');
  await server.install('github.com/argoproj/argo-rollouts@v1.8.3', 'manifests/crds/rollout-crd.yaml', 'rollouts');
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const place: ServingPlace = {
  name: 'cluster',
  secret: () => token,
  now: Date.now,
  repository: 'acme/flights',
  environment: 'production',
  model: 'fraud',
};

/** The authority is the server's own certificate here, which place.secret would give for any file. */
function placeWith(ca: string): ServingPlace {
  return { ...place, secret: (secret) => ('file' in secret ? ca : token) };
}

async function openRoute(verbs?: string[]) {
  const stage = await begin(server, {
    api: gateway,
    kind: 'HTTPRoute',
    plural: 'httproutes',
    spec: {
      parentRefs: [{ name: 'public' }],
      rules: [
        { matches: [{ path: { type: 'PathPrefix', value: '/v1' } }], backendRefs: [{ name: 'fraud-1-0-0', port: 80 }] },
        { matches: [{ path: { type: 'PathPrefix', value: '/docs' } }], backendRefs: [{ name: 'docs', port: 80 }] },
      ],
    },
    verbs,
  });
  const { 'ca-file': file } = stage.connection;
  const known = placeWith(readFileSync(file, 'utf8'));
  const settle = async () => {
    const { metadata } = await stage.read();
    const lastTransitionTime = '2026-01-01T00:00:00Z';
    const condition = (type: string) => ({
      type,
      status: 'True',
      reason: type,
      message: '',
      lastTransitionTime,
      observedGeneration: metadata.generation,
    });
    const parents = [
      {
        parentRef: { name: 'public' },
        controllerName: 'example.com/gateway',
        conditions: [condition('Accepted'), condition('ResolvedRefs')],
      },
    ];
    await stage.write({ status: { parents } }, '/status');
  };
  await settle();
  return {
    ...stage,
    known,
    platform: gatewayApi.open({ connection: { ...stage.connection, mirrors: true }, target: {}, place: known }),
    absent: gatewayApi.open({ connection: stage.connection, target: { route: 'nobody' }, place: known }),
    models,
    faults: null,
    settle,
    share: async () => {
      const { spec, metadata } = await stage.read();
      const state = JSON.parse(metadata.annotations['siskin.dev/state']);
      const refs: { name: string; weight: number }[] = spec.rules[0].backendRefs;
      const sum = (of: typeof refs) => of.reduce((total, { weight }) => total + weight, 0);
      return (sum(refs.filter(({ name }) => name !== state.champion.name)) / sum(refs)) * 100;
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

describePlatform('a real API server with an HTTPRoute', () => openRoute(), { digests: true, fence: true });

describe('a real API server', () => {
  it('lets the highest fence win of many writers at once', async () => {
    const { platform, read } = await openRoute();
    const fences = [3, 1, 5, 2, 4];

    const ends = await Promise.allSettled(
      fences.map((fence) => platform.apply(wish({ fence, champion: one, candidate: two, weight: fence * 10 }))),
    );

    const { metadata, spec } = await read();
    expect(metadata.annotations['siskin.dev/fence']).toBe('5');
    expect(spec.rules[0].backendRefs[1].weight).toBe(5000);
    for (const end of ends) if (end.status === 'rejected') expect(['fenced', 'unavailable']).toContain(end.reason.code);
  });

  it('takes mirrors and audiences, and refuses a broken rule in words', async () => {
    const { platform, read } = await openRoute();
    const audience = { header: 'x-cohort', value: 'beta' };
    await platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 20, shadow: 12.5, audience }));
    expect((await read()).spec.rules).toHaveLength(3);

    const wrong = platform.apply(
      wish({ fence: 1, champion: one, candidate: two, weight: 20, audience: { header: 'x', value: '' } }),
    );

    await expect(wrong).rejects.toMatchObject({
      code: 'bad-config',
      message: expect.stringMatching(/status 422 .*should be at least 1 chars long/),
    });
  });

  it('says by a review of access which verb is missing, and by its refusal', async () => {
    const { platform, namespace } = await openRoute(['get']);
    expect((await platform.probe()).problems).toEqual([
      `expected that the credential of \`cluster\` may patch httproutes.gateway.networking.k8s.io in namespace ${namespace}, found that it may not; give it a Role with verb patch on httproutes`,
    ]);
    await expect(platform.apply(wish({ fence: 1, champion: one }))).rejects.toMatchObject({ code: 'not-permitted' });
  });

  it('says that the object, its namespace or the API is gone, and that the certificate is a stranger’s', async () => {
    const stage = await openRoute();
    const { connection, known, platform } = stage;
    await server.ask('DELETE', `/api/v1/namespaces/${stage.namespace}`);
    await server.ask('DELETE', `/apis/${gateway}/namespaces/${stage.namespace}/httproutes/fraud`);
    await expect(platform.observe()).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('its namespace was deleted'),
    });
    const { 'ca-file': _, ...without } = connection;
    const stranger = gatewayApi.open({ connection: without, target: {}, place: known });
    await expect(stranger.observe()).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('check `ca-file`'),
    });
    const nobody = gatewayApi.open({
      connection,
      target: {},
      place: { ...known, secret: (secret) => ('file' in secret ? known.secret(secret) : 'wrong') },
    });
    await expect(nobody.observe()).rejects.toMatchObject({
      code: 'not-permitted',
      message: expect.stringContaining('renew the token'),
    });
  });

  it('takes what is written to a VirtualService and to a Rollout', async () => {
    const service = await begin(server, {
      api: 'networking.istio.io/v1',
      kind: 'VirtualService',
      plural: 'virtualservices',
      spec: {
        hosts: ['fraud'],
        http: [{ route: [{ destination: { host: 'fraud-1-0-0' } }] }],
      },
    });
    const { known } = await openRoute();
    const audience = { header: 'x-cohort', value: 'beta' };
    const mesh = istio.open({ connection: service.connection, target: {}, place: known });
    expect((await mesh.probe()).problems).toEqual([]);
    await mesh.apply(wish({ fence: 1, champion: one, candidate: two, weight: 20, shadow: 10, audience }));
    expect(await mesh.observe()).toMatchObject({ fence: 1, weight: 20, shadow: 10, champion: { version: '1.0.0' } });

    const steps = [{ setWeight: 0 }, { pause: {} }, { setWeight: 20 }, { pause: {} }];
    const containers = [{ name: 'server', image: 'server:1', env: [{ name: 'MODEL_URI', value: one.uri }] }];
    const rollout = await begin(server, {
      api: 'argoproj.io/v1alpha1',
      kind: 'Rollout',
      plural: 'rollouts',
      spec: {
        selector: { matchLabels: { app: 'fraud' } },
        strategy: { canary: { steps, trafficRouting: { nginx: { stableIngress: 'fraud' } } } },
        template: { metadata: { labels: { app: 'fraud' } }, spec: { containers } },
      },
    });
    const weights = (canary: number, hash: string) => ({
      weights: {
        canary: { weight: canary, podTemplateHash: hash },
        stable: { weight: 100 - canary, podTemplateHash: 'a' },
      },
    });
    const seen = async (status: object) => {
      const { metadata } = await rollout.read();
      await rollout.write(
        { status: { observedGeneration: String(metadata.generation), stableRS: 'a', phase: 'Paused', ...status } },
        '/status',
      );
    };
    await seen({ currentPodHash: 'a', canary: weights(0, 'a') });
    const argo = argoRollouts.open({ connection: rollout.connection, target: {}, place: known });
    expect((await argo.probe()).problems).toEqual([]);
    const traffic = wish({ fence: 1, champion: one, candidate: two, weight: 20 });
    await argo.apply(traffic);
    expect((await rollout.read()).spec.template.spec.containers[0].env[0].value).toBe(two.uri);
    await seen({ currentPodHash: 'b', currentStepIndex: 1, controllerPause: true, canary: weights(0, 'b') });
    await argo.apply(traffic);
    expect((await rollout.read()).status).toMatchObject({ currentStepIndex: 2, controllerPause: false });
    await seen({ currentStepIndex: 3, canary: weights(20, 'b') });
    expect(await argo.observe()).toMatchObject({
      weight: 20,
      candidate: { version: '1.1.0', ready: true },
      trouble: null,
    });
    await argo.apply(wish({ fence: 1, champion: one }));
    expect((await rollout.read()).status).toMatchObject({ abort: true });
  });

  it('says of a KServe that does not know a canary what it would have dropped in silence', async () => {
    const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
    const schema = {
      type: 'object',
      properties: { spec: { type: 'object', properties: { predictor: open } }, status: open },
    };
    const versions = [
      {
        name: 'v1beta1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: schema },
      },
    ];
    const names = { plural: 'inferenceservices', singular: 'inferenceservice', kind: 'InferenceService' };
    const definition = { group: 'serving.kserve.io', scope: 'Namespaced', names, versions };
    await server.ask('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'inferenceservices.serving.kserve.io' },
      spec: definition,
    });
    const list = '/apis/serving.kserve.io/v1beta1/namespaces/default/inferenceservices';
    await until('the kind', async () => (await server.ask('GET', list)).status === 200);
    const predictor = { model: { storageUri: one.uri } };
    const service = await begin(server, {
      api: 'serving.kserve.io/v1beta1',
      kind: 'InferenceService',
      plural: 'inferenceservices',
      spec: { predictor },
    });
    const { known } = await openRoute();
    const platform = kserve.open({ connection: service.connection, target: {}, place: known });
    await service.write({ status: { deploymentMode: 'Standard' } }, '/status');

    expect((await platform.probe()).problems).toEqual([expect.stringContaining('expected KServe 0.20 or newer')]);
    const refused = platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 5 }));
    await expect(refused).rejects.toMatchObject({ message: expect.stringContaining('unknown field "spec.canary"') });

    const revision = 'fraud-00001';
    const revisions = {
      latestCreatedRevision: revision,
      latestReadyRevision: revision,
      latestRolledoutRevision: revision,
    };
    const traffic = [{ revisionName: revision, percent: 100, latestRevision: true }];
    await service.write(
      { status: { deploymentMode: 'Knative', components: { predictor: { ...revisions, traffic } } } },
      '/status',
    );
    await platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 5 }));
    expect((await service.read()).spec.predictor).toEqual({ canaryTrafficPercent: 0, model: { storageUri: two.uri } });
    expect(await platform.observe()).toMatchObject({
      fence: 1,
      champion: { version: '1.0.0' },
      weight: 0,
      candidate: { ready: false },
    });
  });
});
