import { describe, expect, it } from 'vitest';
import { kserve } from '../../../src/rollout/serving/kserve.ts';
import { namespace, startApiDouble } from './kubernetes/api-double.ts';
import { inferenceServices, KserveController } from './kubernetes/kserve-controller.ts';
import { placeOf } from './kubernetes/place.ts';
import { modelOf } from './models.ts';
import { describePlatform } from './platform-contract.ts';
import { describeFaults } from './platform-faults.ts';
import { converge, wish } from './platform-stage.ts';

const models = [modelOf('1'), modelOf('2'), modelOf('3')] as const;
const [one, two, three] = models;
const nine = modelOf('9');

function opened(url: string, target = {}, seconds = 5) {
  const connection = { address: url, namespace, token: { env: 'TOKEN' }, 'timeout-seconds': seconds };
  return kserve.open({ connection, target, place: placeOf('fraud') });
}

async function openStage(mode: 'knative' | 'standard', knows = ['predictor', 'canary']) {
  const double = await startApiDouble([inferenceServices(knows)]);
  const object = double.put(inferenceServices(knows), 'fraud', {
    predictor: {
      minReplicas: 2,
      serviceAccountName: 'reader',
      model: { modelFormat: { name: 'onnx' }, storageUri: one.uri },
    },
  });
  const controller = new KserveController(double, object);
  controller[mode]();
  const champion = (): string => {
    const state = JSON.parse(object.metadata.annotations?.['siskin.dev/state'] ?? '{}');
    return state.champion?.uri ?? one.uri;
  };
  return {
    double,
    object,
    controller,
    // What the test wrote, and what the adapter made of it.
    spec: () => object.spec as { predictor: Record<string, unknown>; canary?: unknown[] },
    platform: opened(double.url),
    impatient: opened(double.url, {}, 0.1),
    absent: opened(double.url, { 'inference-service': 'nobody' }),
    models,
    faults: double.faults,
    settle: async () => controller[mode](),
    share: async () => {
      if (mode === 'knative') return controller.shareBeside(champion());
      const statuses = (object.status['canaryStatuses'] ?? []) as { ready: boolean; trafficPercent: number }[];
      return statuses.filter(({ ready }) => ready).reduce((sum, { trafficPercent }) => sum + trafficPercent, 0);
    },
    [Symbol.asyncDispose]: () => double[Symbol.asyncDispose](),
  };
}

describePlatform('KServe on Knative', () => openStage('knative'), { digests: true, fence: true });
describeFaults('KServe on Knative', () => openStage('knative'));
describePlatform('KServe without Knative', () => openStage('standard'), { digests: true, fence: true });
describeFaults('KServe without Knative', () => openStage('standard'));

describe('KServe on Knative', () => {
  it('begins a canary by one patch, and gives it nothing before it is ready', async () => {
    await using stage = await openStage('knative');
    const { platform, double, controller } = stage;
    await platform.apply(wish({ fence: 1, champion: one }));
    controller.broken.add(nine.uri);

    await platform.apply(wish({ fence: 2, champion: one, candidate: nine, weight: 10 }));

    const patches = double.seen.filter(({ method }) => method === 'PATCH');
    expect(patches.at(-1)?.headers['content-type']).toBe('application/merge-patch+json');
    expect(patches.at(-1)?.body).toMatchObject({
      spec: { predictor: { canaryTrafficPercent: 0, model: { storageUri: nine.uri } } },
      metadata: { resourceVersion: expect.any(String), annotations: { 'siskin.dev/fence': '2' } },
    });
    await stage.settle();
    await platform.apply(wish({ fence: 2, champion: one, candidate: nine, weight: 10 }));
    await stage.settle();
    expect(stage.spec().predictor['canaryTrafficPercent']).toBe(0);
    expect(await platform.observe()).toMatchObject({
      candidate: { ready: false },
      weight: 0,
      trouble: expect.stringContaining('the candidate: ModelLoadFailed no such object'),
    });
  });

  it('goes back by weights alone, so that nothing has to start', async () => {
    await using stage = await openStage('knative');
    const { platform, spec, controller } = stage;
    await converge(stage, wish({ fence: 1, champion: one }));
    await converge(stage, wish({ fence: 2, champion: one, candidate: two, weight: 50 }));
    const before = controller.uris.size;

    await platform.apply(wish({ fence: 2, champion: one }));
    await stage.settle();

    expect(spec().predictor).toMatchObject({ canaryTrafficPercent: 0, model: { storageUri: two.uri } });
    expect(controller.uris.size).toBe(before);
    expect(await platform.observe()).toMatchObject({
      champion: { version: '1' },
      candidate: null,
      weight: 0,
      trouble: null,
    });
    // Also after it had everything.
    await converge(stage, wish({ fence: 3, champion: one, candidate: three, weight: 50 }));
    await converge(stage, wish({ fence: 3, champion: three }));
    await platform.apply(wish({ fence: 4, champion: one }));
    await stage.settle();
    expect(controller.shareBeside(one.uri)).toBe(0);
    expect(spec().predictor).toMatchObject({ canaryTrafficPercent: 0, model: { storageUri: three.uri } });
  });

  it('sees requests that go to a revision which is neither champion nor candidate', async () => {
    await using stage = await openStage('knative');
    const { platform, double, object } = stage;
    await converge(stage, wish({ fence: 1, champion: one, candidate: two, weight: 10 }));
    const status = structuredClone(object.status) as { components: { predictor: { traffic: object[] } } };
    status.components.predictor.traffic = [
      { revisionName: 'fraud-predictor-00002', percent: 10, latestRevision: true },
      { revisionName: 'fraud-predictor-00000', percent: 90, tag: 'prev' },
    ];
    double.write(object, { status: status as unknown as Record<string, unknown> });

    expect(await platform.observe()).toMatchObject({
      weight: 100,
      champion: { version: null },
      trouble: '90 % go to the revision fraud-predictor-00000',
    });
  });

  it('gives a candidate at most 99 percent, since a hundred makes KServe forget the way back', async () => {
    await using stage = await openStage('knative');
    expect(await stage.platform.probe()).toMatchObject({ mostWeight: 99, problems: [] });
    await expect(
      stage.platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 100 })),
    ).rejects.toMatchObject({ code: 'unsupported' });
    await expect(
      stage.platform.apply(wish({ fence: 1, champion: one, candidate: { ...two, uri: one.uri }, weight: 1 })),
    ).rejects.toMatchObject({ code: 'unsupported' });
  });
});

describe('KServe without Knative', () => {
  it('deploys the candidate beside the champion, and promotes it under its name', async () => {
    await using stage = await openStage('standard');
    const { platform, spec } = stage;

    await platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 20 }));

    const name = `v${two.digest.slice(7, 19)}`;
    expect(spec().canary).toEqual([
      {
        trafficPercent: 20,
        predictor: {
          name,
          serviceAccountName: 'reader',
          model: { modelFormat: { name: 'onnx' }, storageUri: two.uri },
        },
      },
    ]);
    await platform.apply(wish({ fence: 1, champion: two }));
    expect(spec()).toEqual({
      predictor: {
        name,
        minReplicas: 2,
        serviceAccountName: 'reader',
        model: { modelFormat: { name: 'onnx' }, storageUri: two.uri },
      },
    });
  });

  it('gives nothing to a candidate that is not ready, and says so', async () => {
    await using stage = await openStage('standard');
    const { platform, controller } = stage;
    controller.broken.add(nine.uri);
    await converge(stage, wish({ fence: 1, champion: one, candidate: nine, weight: 20 }));
    expect(await platform.observe()).toMatchObject({
      weight: 0,
      candidate: { ready: false },
      trouble: 'the candidate is still being loaded',
    });
  });

  it('is refused where this KServe ignores a canary', async () => {
    await using stage = await openStage('standard', ['predictor']);

    expect((await stage.platform.probe()).problems).toEqual([
      'expected KServe 0.20 or newer for InferenceService models/fraud, which is deployed without Knative, found one that ignores a canary; update it, or split by a connection of kind gateway-api',
    ]);
    await expect(
      stage.platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 5 })),
    ).rejects.toMatchObject({ code: 'bad-config' });
  });

  it('is refused where it is deployed in another way, or loads no model', async () => {
    await using stage = await openStage('standard');
    const { platform, double, object } = stage;
    double.write(object, { spec: { predictor: { containers: [] } } });
    expect((await platform.probe()).problems).toEqual([
      expect.stringContaining('expected `spec.predictor.model.storageUri`'),
    ]);
    double.write(object, { status: { deploymentMode: 'ModelMesh' } });
    expect((await platform.probe()).problems).toEqual([
      expect.stringContaining('to be deployed as Knative or Standard, found "ModelMesh"'),
    ]);
  });
});
