import { describe, expect, it } from 'vitest';
import { openSagemaker } from '../../../src/rollout/serving/sagemaker.ts';
import { type DoubleAnswer, type DoubleRequest, startHttpDouble } from './http-double.ts';
import { modelOf } from './models.ts';
import { placeWith } from './place.ts';
import { describePlatform } from './platform-contract.ts';
import { describeFaults } from './platform-faults.ts';
import { wish } from './platform-stage.ts';
import { candidateIn } from './record-in.ts';

const models = [modelOf('1.0.0'), modelOf('2.0.0'), modelOf('3.0.0')] as const;
const [one, two] = models;
const arn = 'arn:aws:sagemaker:eu-central-1:1:endpoint/fraud';

function refused(type: string, message: string): DoubleAnswer {
  return { status: 400, json: { __type: type, message } };
}

/** SageMaker with one endpoint of three variants; weights are taken at once and hold when the update ends. */
async function openStage() {
  const variants = new Map([
    ['v-1-0-0', { current: 1, desired: 1, instances: 1 }],
    ['v-2-0-0', { current: 0, desired: 0, instances: 1 }],
    ['v-3-0-0', { current: 0, desired: 0, instances: 1 }],
  ]);
  const tags = new Map([['team', 'risk']]);
  const state = { status: 'InService', isSlow: false };
  const settle = (): void => {
    for (const variant of variants.values()) variant.current = variant.desired;
    state.status = 'InService';
  };
  const answer = ({ headers, body }: DoubleRequest): DoubleAnswer => {
    if (!/^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/eu-central-1\/sagemaker\//.test(headers.authorization ?? '')) {
      return refused('InvalidSignatureException', 'The request signature we calculated does not match');
    }
    const action = String(headers['x-amz-target']).replace('SageMaker.', '');
    const request = body as Record<string, never>;
    if (action === 'ListTags') return { json: { Tags: [...tags].map(([Key, Value]) => ({ Key, Value })) } };
    if (action === 'AddTags') {
      for (const { Key, Value } of request['Tags'] as unknown as { Key: string; Value: string }[]) tags.set(Key, Value);
      return { json: { Tags: [] } };
    }
    if (request['EndpointName'] !== 'fraud') return refused('ValidationException', 'Could not find endpoint "nobody".');
    if (action === 'DescribeEndpoint') {
      const ProductionVariants = [...variants].map(([VariantName, { current, desired, instances }]) => ({
        VariantName,
        CurrentWeight: current,
        DesiredWeight: desired,
        CurrentInstanceCount: instances,
      }));
      return { json: { EndpointArn: arn, EndpointName: 'fraud', EndpointStatus: state.status, ProductionVariants } };
    }
    if (state.status !== 'InService') {
      return refused('ValidationException', 'Cannot update in-progress endpoint "fraud".');
    }
    const wanted = request['DesiredWeightsAndCapacities'] as unknown as {
      VariantName: string;
      DesiredWeight: number;
    }[];
    for (const { VariantName, DesiredWeight } of wanted) {
      const variant = variants.get(VariantName);
      if (variant === undefined) return refused('ValidationException', `Could not find variant ${VariantName}`);
      variant.desired = DesiredWeight;
    }
    state.status = 'Updating';
    return { json: { EndpointArn: arn } };
  };
  const double = await startHttpDouble({
    answer,
    isWrite: ({ headers }) => /AddTags|Update/.test(String(headers['x-amz-target'])),
    idle: { json: { EndpointArn: arn } },
    denied: refused('AccessDeniedException', 'User: arn:aws:iam::1:user/x is not authorized to perform it'),
  });
  const opened = (endpoint: string, seconds = 10) =>
    openSagemaker({
      connection: {
        region: 'eu-central-1',
        'access-key-id': { env: 'ID' },
        'secret-access-key': { env: 'KEY' },
        url: double.url,
        'timeout-seconds': seconds,
      },
      target: { endpoint, deployment: 'v-{version}' },
      place: placeWith({ ID: 'AKID', KEY: 'hush-hush' }),
    });
  return {
    double,
    variants,
    tags,
    state,
    platform: opened('{model}'),
    absent: opened('nobody'),
    impatient: opened('{model}', 0.2),
    opened,
    models,
    faults: double.faults,
    settle: async () => settle(),
    share: () => {
      const whole = [...variants.values()].reduce((sum, { current }) => sum + current, 0);
      const name = candidateIn(Object.fromEntries(tags), { alphabet: 'base64url', before: 'v-' }) ?? 'none';
      return ((variants.get(name)?.current ?? 0) / whole) * 100;
    },
    [Symbol.asyncDispose]: () => double[Symbol.asyncDispose](),
  };
}

describePlatform('SageMaker', openStage, { digests: true, fence: true });
describeFaults('SageMaker', openStage);

describe('SageMaker', () => {
  it('says while it is updating that the weights are not there yet, and takes no other change', async () => {
    await using stage = await openStage();
    await stage.platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 25 }));

    expect(await stage.platform.observe()).toMatchObject({ weight: 0, trouble: 'the endpoint is Updating' });
    await expect(stage.platform.apply(wish({ fence: 1, champion: one }))).rejects.toMatchObject({
      code: 'unavailable',
    });
    // The same wish was taken already.
    await stage.platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 25 }));
    await stage.settle();

    expect(await stage.platform.observe()).toMatchObject({ weight: 25, trouble: null });
  });

  it('takes the traffic from every variant that is neither', async () => {
    await using stage = await openStage();
    Object.assign(stage.variants.get('v-3-0-0') ?? {}, { current: 1, desired: 1 });

    await stage.platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 25 }));

    expect([...stage.variants.values()].map(({ desired }) => desired)).toEqual([75, 25, 0]);
    expect(stage.tags.get('team')).toBe('risk');
  });

  it('wants the variant of a version before it gives it traffic', async () => {
    await using stage = await openStage();

    const refused = stage.platform.apply(wish({ fence: 1, champion: one, candidate: modelOf('9.0.0'), weight: 5 }));

    await expect(refused).rejects.toThrow(/expected the deployment v-9-0-0 behind endpoint fraud/);
  });

  it('tells no credential', async () => {
    await using stage = await openStage();
    stage.faults.kind = 'denied';

    const { problems } = await stage.platform.probe();

    expect(problems).toEqual([expect.stringMatching(/not authorized/)]);
    expect(problems.join()).not.toContain('hush-hush');
  });

  it.each(['fraud_eu', 'fraud/x', '', 'x'.repeat(64)])('refuses the endpoint %.10j', async (endpoint) => {
    await using stage = await openStage();

    expect(() => stage.opened(endpoint)).toThrow(/expected `serving.endpoint`/);
  });
});
