import { describe, expect, it } from 'vitest';
import { seldon } from '../../../src/rollout/serving/seldon.ts';
import { namespace, type ServedKind, startApiDouble } from './kubernetes/api-double.ts';
import { placeOf } from './kubernetes/place.ts';
import { modelOf } from './models.ts';
import { describePlatform } from './platform-contract.ts';
import { describeFaults } from './platform-faults.ts';
import { wish } from './platform-stage.ts';

const models = [modelOf('1.0.0'), modelOf('1.1.0'), modelOf('2.0.0')] as const;
const [one, two, three] = models;
const group = { group: 'mlops.seldon.io', version: 'v1alpha1' } as const;

/** Fields of v1alpha1 as the operator documents them. */
const experiments: ServedKind = {
  ...group,
  plural: 'experiments',
  kind: 'Experiment',
  problems: ({ spec }) =>
    Object.keys(spec)
      .filter((key) => !['default', 'candidates', 'mirror', 'resourceType'].includes(key))
      .map((key) => `unknown field "spec.${key}"`),
};
const modelKind: ServedKind = { ...group, plural: 'models', kind: 'Model' };

interface Spec {
  candidates: { name: string; weight: number }[];
  mirror?: { name: string; percent: number };
}

function opened(url: string, target = {}, seconds = 5) {
  const connection = { address: url, namespace, token: { env: 'TOKEN' }, 'timeout-seconds': seconds };
  return seldon.open({ connection, target, place: placeOf('fraud') });
}

async function openStage() {
  const double = await startApiDouble([experiments, modelKind]);
  const experiment = double.put(experiments, 'fraud', {
    candidates: [{ name: 'fraud-1-0-0', weight: 100 }],
    resourceType: 'model',
  });
  for (const { version } of [...models, modelOf('9')]) {
    const kept = double.put(modelKind, `fraud-${version.replaceAll('.', '-')}`, { storageUri: 'gs://models' });
    const status = version === '9' ? 'False' : 'True';
    kept.status = { conditions: [{ type: 'ModelReady', status, reason: 'ModelFailed', message: 'no memory' }] };
  }
  const settle = async () => {
    const { generation } = experiment.metadata;
    double.write(experiment, {
      status: { observedGeneration: generation, conditions: [{ type: 'ExperimentReady', status: 'True' }] },
    });
  };
  await settle();
  const spec = () => experiment.spec as unknown as Spec; // written above, and by the adapter under test
  return {
    double,
    experiment,
    spec,
    platform: opened(double.url),
    impatient: opened(double.url, {}, 0.1),
    absent: opened(double.url, { experiment: 'nobody' }),
    models,
    faults: double.faults,
    settle,
    share: () => {
      const state = JSON.parse(experiment.metadata.annotations?.['siskin.dev/state'] ?? '{}');
      const { candidates } = spec();
      const away = candidates.filter(({ name }) => name !== (state.champion?.name ?? 'fraud-1-0-0'));
      const sum = (of: typeof candidates) => of.reduce((total, { weight }) => total + weight, 0);
      return (sum(away) / sum(candidates)) * 100;
    },
    [Symbol.asyncDispose]: () => double[Symbol.asyncDispose](),
  };
}

describePlatform('an Experiment', openStage, { digests: true, fence: true });
describeFaults('an Experiment', openStage);

describe('an Experiment', () => {
  it('never has a candidate whose weight is nothing', async () => {
    await using stage = await openStage();
    const { platform, spec } = stage;

    await platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 0, shadow: 20 }));

    expect(spec()).toEqual({
      resourceType: 'model',
      candidates: [{ name: 'fraud-1-0-0', weight: 100 }],
      mirror: { name: 'fraud-1-1-0', percent: 20 },
    });
    await stage.settle();
    expect(await platform.observe()).toMatchObject({
      candidate: { version: '1.1.0', ready: true },
      weight: 0,
      shadow: 20,
    });
    await platform.apply(wish({ fence: 1, champion: two }));
    expect(spec()).toEqual({ resourceType: 'model', candidates: [{ name: 'fraud-1-1-0', weight: 100 }] });
  });

  it('says which Model is not ready, or not there', async () => {
    await using stage = await openStage();
    const { platform, double } = stage;
    await platform.apply(wish({ fence: 1, champion: one, candidate: modelOf('9'), weight: 0 }));
    await stage.settle();
    expect(await platform.observe()).toMatchObject({
      candidate: { ready: false },
      trouble: 'the Model fraud-9 is not ready: ModelFailed no memory',
    });

    await platform.apply(wish({ fence: 1, champion: one, candidate: three, weight: 0 }));
    for (const key of double.objects.keys()) if (key.endsWith('/fraud-2-0-0')) double.objects.delete(key);

    expect(await platform.observe()).toMatchObject({
      candidate: { ready: false },
      trouble: expect.stringContaining('there is no Model fraud-2-0-0'),
    });
  });

  it('takes no Experiment that took over the endpoint of a model, or splits pipelines', async () => {
    await using stage = await openStage();
    const { platform, double, experiment } = stage;
    double.write(experiment, { spec: { ...experiment.spec, default: 'fraud-1-0-0', resourceType: 'pipeline' } });
    await stage.settle();

    expect((await platform.probe()).problems).toEqual([
      expect.stringContaining('expected an Experiment without `default`'),
      expect.stringContaining('found one of pipelines'),
    ]);
    double.denied.add('get models');
    expect((await platform.probe()).problems).toEqual([
      expect.stringContaining('may get models.mlops.seldon.io in namespace models'),
    ]);
  });
});
