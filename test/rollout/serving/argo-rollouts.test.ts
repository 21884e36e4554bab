import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { argoRollouts } from '../../../src/rollout/serving/argo-rollouts.ts';
import { type ApiDouble, type Kept, namespace, type ServedKind, startApiDouble } from './kubernetes/api-double.ts';
import { placeOf } from './kubernetes/place.ts';
import { schemaProblems } from './kubernetes/schema.ts';
import { modelOf } from './models.ts';
import { describePlatform } from './platform-contract.ts';
import { describeFaults } from './platform-faults.ts';
import { converge, wish } from './platform-stage.ts';

const models = [modelOf('1'), modelOf('2'), modelOf('3')] as const;
const [one, two, three] = models;

const rollouts: ServedKind = {
  group: 'argoproj.io',
  version: 'v1alpha1',
  plural: 'rollouts',
  kind: 'Rollout',
  problems: schemaProblems('rollouts'),
};

type Step = { readonly setWeight: number } | { readonly pause: object };

interface Status {
  observedGeneration: string;
  phase: string;
  message?: string;
  abort?: boolean;
  promoteFull?: boolean;
  controllerPause?: boolean;
  pauseConditions?: object[];
  currentPodHash: string;
  stableRS: string;
  currentStepIndex: number;
  canary: { weights: { canary: Share; stable: Share } };
}

interface Share {
  weight: number;
  podTemplateHash: string;
}

const steps = [0, 5, 10, 25, 50, 100].flatMap((setWeight): Step[] => [{ setWeight }, { pause: {} }]);

function uriOf({ spec }: Kept): string {
  // As specWith puts it.
  const { template } = spec as { template: { spec: { containers: { env: { value: string }[] }[] } } };
  return template.spec.containers[0]?.env[0]?.value ?? '';
}

function hashOf(uri: string): string {
  return createHash('sha256').update(uri).digest('hex').slice(0, 10);
}

/** What the controller does until it waits. */
function reconcile(double: ApiDouble, object: Kept): void {
  const hash = hashOf(uriOf(object));
  const before = object.status as unknown as Status; // put below
  const status = { ...before, observedGeneration: String(object.metadata.generation) };
  if (status.currentPodHash !== hash) {
    Object.assign(status, { currentPodHash: hash, currentStepIndex: 0, abort: false, promoteFull: false });
    status.controllerPause = false;
  }
  if (status.promoteFull === true) Object.assign(status, { stableRS: hash, promoteFull: false });
  let weight = 0;
  status.phase = 'Healthy';
  status.message = '';
  if (status.stableRS === hash) status.currentStepIndex = steps.length;
  else if (status.abort === true)
    Object.assign(status, { phase: 'Degraded', message: 'RolloutAborted', currentStepIndex: 0 });
  else {
    while (status.currentStepIndex < steps.length && 'setWeight' in (steps[status.currentStepIndex] ?? {}))
      status.currentStepIndex += 1;
    const last = steps[status.currentStepIndex - 1];
    weight = last !== undefined && 'setWeight' in last ? last.setWeight : 0;
    Object.assign(status, {
      phase: 'Paused',
      controllerPause: true,
      pauseConditions: [{ reason: 'CanaryPauseStep', startTime: '2026-01-01T00:00:00Z' }],
    });
  }
  status.canary = {
    weights: {
      canary: { weight, podTemplateHash: hash },
      stable: { weight: 100 - weight, podTemplateHash: status.stableRS },
    },
  };
  double.write(object, { status: status as unknown as Record<string, unknown> });
}

function opened(url: string, target = {}, seconds = 5) {
  const connection = { address: url, namespace, token: { env: 'TOKEN' }, 'timeout-seconds': seconds };
  return argoRollouts.open({ connection, target, place: placeOf('fraud') });
}

function specWith(canary: object): Record<string, unknown> {
  return {
    replicas: 3,
    selector: { matchLabels: { app: 'fraud' } },
    strategy: { canary: { canaryService: 'canary', stableService: 'stable', ...canary } },
    template: {
      spec: { containers: [{ name: 'server', image: 'server:1', env: [{ name: 'MODEL_URI', value: one.uri }] }] },
    },
  };
}

async function openStage() {
  const double = await startApiDouble([rollouts]);
  const object = double.put(
    rollouts,
    'fraud',
    specWith({ steps, trafficRouting: { nginx: { stableIngress: 'fraud' } } }),
  );
  const hash = hashOf(one.uri);
  object.status = { currentPodHash: hash, stableRS: hash, currentStepIndex: steps.length };
  const settle = async () => reconcile(double, object);
  await settle();
  return {
    double,
    object,
    status: () => object.status as unknown as Status, // put by reconcile
    platform: opened(double.url),
    impatient: opened(double.url, {}, 0.1),
    absent: opened(double.url, { rollout: 'nobody' }),
    models,
    faults: double.faults,
    settle,
    share: () => (object.status as unknown as Status).canary.weights.canary.weight, // as above
    [Symbol.asyncDispose]: () => double[Symbol.asyncDispose](),
  };
}

describePlatform('Argo Rollouts', openStage, { digests: true, fence: true });
describeFaults('Argo Rollouts', openStage);

describe('Argo Rollouts', () => {
  it('is driven by its steps: to a weight, back by an abort, and on by a promotion', async () => {
    await using stage = await openStage();
    const { platform, double, object, status } = stage;
    const written = () =>
      double.seen
        .filter(({ method }) => method === 'PATCH')
        .map(({ path, body }) => (path.endsWith('/status') ? body : 'the object'))
        .at(-1);
    await converge(stage, wish({ fence: 1, champion: one, candidate: two, weight: 0 }));
    expect(uriOf(object)).toBe(two.uri);

    await platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 25 }));
    expect(written()).toMatchObject({ status: { pauseConditions: null, controllerPause: false, currentStepIndex: 6 } });
    await stage.settle();
    expect(await platform.observe()).toMatchObject({ weight: 25, candidate: { ready: true } });
    await platform.apply(wish({ fence: 1, champion: one }));
    expect(written()).toMatchObject({ status: { abort: true } });
    await stage.settle();
    expect(await platform.observe()).toMatchObject({
      champion: { version: '1' },
      candidate: null,
      weight: 0,
      trouble: null,
    });
    await converge(stage, wish({ fence: 2, champion: one, candidate: two, weight: 5 }));
    await platform.apply(wish({ fence: 2, champion: two }));
    expect(written()).toMatchObject({ status: { promoteFull: true } });
    await stage.settle();
    expect(status().stableRS).toBe(hashOf(two.uri));
    expect(await platform.observe()).toMatchObject({ champion: { version: '2' }, weight: 0 });
  });

  it('says that Argo itself gave up, and which weights its steps have', async () => {
    await using stage = await openStage();
    const { platform, double, object, status } = stage;
    await converge(stage, wish({ fence: 1, champion: one, candidate: three, weight: 5 }));
    double.write(object, {
      status: { ...object.status, abort: true, phase: 'Degraded', message: 'metric "errors" assessed Failed' },
    });

    expect(await platform.observe()).toMatchObject({
      candidate: { ready: false },
      trouble: 'the candidate: metric "errors" assessed Failed',
    });
    await expect(platform.apply(wish({ fence: 1, champion: one, candidate: three, weight: 7 }))).rejects.toMatchObject({
      code: 'unsupported',
      message:
        'expected the steps `setWeight: 7` and `pause: {}` after each other in Rollout models/fraud, found 0, 5, 10, 25, 50, 100; write the weights of the policy, and 0 first',
    });
    expect(status().abort).toBe(true);
  });

  it.each([
    ['shares are numbers of pods', { steps }, 'with `trafficRouting` in Rollout models/fraud, found none'],
    [
      'a candidate would begin with requests',
      { steps: [{ setCanaryScale: { replicas: 1 } }, { setWeight: 5 }, { pause: {} }, ...steps], trafficRouting: {} },
      'expected `setWeight: 0` and `pause: {}` before any other weight',
    ],
    [
      'nobody waits at zero',
      { steps: [{ setWeight: 0 }, { pause: { duration: '1h' } }], trafficRouting: {} },
      'expected the steps `setWeight: 0` and `pause: {}`',
    ],
  ])('is refused where %s', async (_, canary, problem) => {
    await using stage = await openStage();
    const { double, object, platform } = stage;
    double.write(object, { spec: specWith(canary) });
    expect((await platform.probe()).problems).toEqual([expect.stringContaining(problem)]);
  });

  it('is refused where the status may not be patched, or no variable names the model', async () => {
    await using stage = await openStage();
    const { double, platform } = stage;
    double.denied.add('patch rollouts/status');
    expect((await platform.probe()).problems).toEqual([
      expect.stringContaining('may patch rollouts/status.argoproj.io in namespace models'),
    ]);
    double.denied.clear();
    expect((await opened(double.url, { env: 'MODEL' }).probe()).problems).toEqual([
      expect.stringContaining('expected the variable MODEL with a value'),
    ]);
  });
});
