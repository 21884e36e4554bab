import { describe, expect, it } from 'vitest';
import { openAzureMl } from '../../../src/rollout/serving/azure-ml.ts';
import { type DoubleAnswer, type DoubleRequest, startHttpDouble } from './http-double.ts';
import { modelOf } from './models.ts';
import { placeWith } from './place.ts';
import { describePlatform } from './platform-contract.ts';
import { describeFaults } from './platform-faults.ts';
import { wish } from './platform-stage.ts';
import { candidateIn } from './record-in.ts';

const models = [modelOf('1.0.0'), modelOf('2.0.0'), modelOf('3.0.0')] as const;
const [one, two] = models;
const root =
  '/subscriptions/sub/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws/onlineEndpoints/fraud';

interface Document {
  location: string;
  kind: string;
  tags: Record<string, string>;
  properties: Record<string, unknown> & { traffic: Record<string, number>; mirrorTraffic: Record<string, number> };
}

function refused(status: number, code: string, message: string): DoubleAnswer {
  return { status, json: { error: { code, message } } };
}

/** Azure Resource Manager with one online endpoint of three deployments; a PUT is taken and done later. */
async function openStage() {
  let served: Document = {
    location: 'westeurope',
    kind: 'Managed',
    tags: { team: 'risk' },
    properties: { authMode: 'Key', traffic: { 'v-1-0-0': 100 }, mirrorTraffic: {} },
  };
  let coming: Document | null = null;
  const deployments = new Map([
    ['v-1-0-0', 'Succeeded'],
    ['v-2-0-0', 'Succeeded'],
    ['v-3-0-0', 'Succeeded'],
  ]);
  const answer = ({ method, path, headers, body }: DoubleRequest): DoubleAnswer => {
    if (path === '/tenant/oauth2/v2.0/token') return { json: { access_token: 'token-1', expires_in: 3600 } };
    if (headers.authorization !== 'Bearer token-1') return refused(401, 'InvalidAuthenticationToken', 'no');
    const state = coming === null ? 'Succeeded' : 'Updating';
    if (path === `${root}/deployments`) {
      const value = [...deployments].map(([name, own]) => ({ name, properties: { provisioningState: own } }));
      return { json: { value } };
    }
    if (path !== root) return refused(404, 'ResourceNotFound', 'The Resource was not found');
    const shown = {
      ...served,
      properties: { ...served.properties, provisioningState: state, scoringUri: 'https://x' },
    };
    if (method === 'GET') return { json: { id: root, name: 'fraud', ...shown } };
    if (coming !== null) return refused(409, 'Conflict', 'Another operation is in progress');
    const wanted = body as Document;
    if (wanted.properties['scoringUri'] !== undefined) return refused(400, 'BadArgument', 'scoringUri is read-only');
    const { traffic, mirrorTraffic } = wanted.properties;
    const total = Object.values(traffic).reduce((sum, one) => sum + one, 0);
    if (total !== 0 && total !== 100) return refused(400, 'BadArgument', 'Traffic must add up to 0 or 100');
    if (Object.values(mirrorTraffic).some((one) => one > 50)) return refused(400, 'BadArgument', 'Mirror at most 50');
    if (Object.keys({ ...traffic, ...mirrorTraffic }).some((name) => !deployments.has(name))) {
      return refused(400, 'BadArgument', 'No such deployment');
    }
    coming = structuredClone(wanted);
    return { status: 200, json: shown };
  };
  const double = await startHttpDouble({
    answer,
    isWrite: ({ method, path }) => method === 'PUT' && path === root,
    idle: { json: {} },
    denied: refused(403, 'AuthorizationFailed', 'The client does not have authorization'),
  });
  const opened = (endpoint: string, seconds = 10) =>
    openAzureMl({
      connection: {
        subscription: 'sub',
        'resource-group': 'rg',
        workspace: 'ws',
        tenant: 'tenant',
        'client-id': 'client',
        'client-secret': { env: 'SECRET' },
        url: double.url,
        'login-url': double.url,
        'timeout-seconds': seconds,
      },
      target: { endpoint, deployment: 'v-{version}' },
      place: placeWith({ SECRET: 'hush-hush' }),
    });
  const settle = async (): Promise<void> => {
    served = coming ?? served;
    coming = null;
  };
  return {
    double,
    deployments,
    served: () => served,
    platform: opened('{model}'),
    absent: opened('nobody'),
    impatient: opened('{model}', 0.2),
    models,
    faults: double.faults,
    settle,
    share: () => {
      const name = candidateIn(served.tags, { alphabet: 'base64url', before: 'v-' });
      return name === null ? 0 : (served.properties.traffic[name] ?? 0);
    },
    [Symbol.asyncDispose]: () => double[Symbol.asyncDispose](),
  };
}

describePlatform('Azure Machine Learning', openStage, { digests: true, fence: true });
describeFaults('Azure Machine Learning', openStage);

describe('Azure Machine Learning', () => {
  it('sends back everything of the endpoint that is not its own', async () => {
    await using stage = await openStage();

    await stage.platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 25 }));
    await stage.settle();

    expect(stage.served()).toMatchObject({
      location: 'westeurope',
      kind: 'Managed',
      tags: { team: 'risk' },
      properties: { authMode: 'Key', traffic: { 'v-1-0-0': 75, 'v-2-0-0': 25 }, mirrorTraffic: {} },
    });
  });

  it('says while it is updating that the weights are not there yet, and takes no other change', async () => {
    await using stage = await openStage();
    await stage.platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 25 }));

    expect(await stage.platform.observe()).toMatchObject({ weight: 0, trouble: 'the endpoint is Updating' });
    await expect(stage.platform.apply(wish({ fence: 1, champion: one }))).rejects.toMatchObject({
      code: 'unavailable',
    });
  });

  it('copies up to half of the requests, and no more', async () => {
    await using stage = await openStage();

    await stage.platform.apply(wish({ fence: 1, champion: one, candidate: two, shadow: 50 }));
    await stage.settle();

    expect(await stage.platform.observe()).toMatchObject({ weight: 0, shadow: 50 });
    const more = stage.platform.apply(wish({ fence: 1, champion: one, candidate: two, shadow: 51 }));
    await expect(more).rejects.toThrow(/at most 50 percent of shadow traffic/);
  });

  it('says of a deployment that failed that it cannot answer', async () => {
    await using stage = await openStage();
    stage.deployments.set('v-2-0-0', 'Failed');

    await stage.platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 0 }));
    await stage.settle();

    expect(await stage.platform.observe()).toMatchObject({
      candidate: { ready: false },
      trouble: 'deployment v-2-0-0 is Failed',
    });
  });

  it('tells neither secret nor token', async () => {
    await using stage = await openStage();
    stage.faults.kind = 'denied';

    const { problems } = await stage.platform.probe();

    expect(problems).toHaveLength(1);
    expect(problems.join()).not.toMatch(/hush-hush|token-1/);
  });
});
