import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openVertex } from '../../../src/rollout/serving/vertex.ts';
import { type DoubleAnswer, type DoubleRequest, startHttpDouble } from './http-double.ts';
import { modelOf } from './models.ts';
import { placeWith } from './place.ts';
import { describePlatform } from './platform-contract.ts';
import { describeFaults } from './platform-faults.ts';
import { wish } from './platform-stage.ts';
import { candidateIn } from './record-in.ts';

const models = [modelOf('1.0.0'), modelOf('2.0.0'), modelOf('3.0.0')] as const;
const [one, two] = models;
const path = '/v1/projects/shop/locations/europe-west4/endpoints/42';
const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

interface Endpoint {
  etag: string;
  labels: Record<string, string>;
  trafficSplit: Record<string, number>;
}

function refused(status: number, code: string, message: string): DoubleAnswer {
  return { status, json: { error: { code: status, status: code, message } } };
}

/** Vertex AI with one endpoint of three deployed models, which refuses a write whose etag is not the newest. */
async function openStage() {
  const endpoint: Endpoint = { etag: 'a0', labels: { team: 'risk' }, trafficSplit: { 101: 100 } };
  const deployedModels = [
    { id: '101', displayName: 'fraud-1-0-0' },
    { id: '102', displayName: 'fraud-2-0-0' },
    { id: '103', displayName: 'fraud-3-0-0' },
  ];
  const hooks = { beforeWrite: () => {} };
  const answer = ({ method, path: asked, query, headers, body }: DoubleRequest): DoubleAnswer => {
    if (asked === '/token') return { json: { access_token: 'token-1', expires_in: 3600 } };
    if (headers.authorization !== 'Bearer token-1') return refused(401, 'UNAUTHENTICATED', 'no');
    if (asked !== path) return refused(404, 'NOT_FOUND', 'Endpoint not found');
    if (method === 'GET') return { json: { name: path.slice(4), displayName: 'fraud', deployedModels, ...endpoint } };
    hooks.beforeWrite();
    const wanted = body as Partial<Endpoint>;
    if (wanted.etag !== undefined && wanted.etag !== endpoint.etag) return refused(409, 'ABORTED', 'etag mismatch');
    const mask = (query.get('updateMask') ?? '').split(',');
    const { trafficSplit = {}, labels = {} } = wanted;
    if (mask.includes('trafficSplit')) {
      const total = Object.values(trafficSplit).reduce((sum, share) => sum + share, 0);
      if (total !== 100) return refused(400, 'INVALID_ARGUMENT', 'traffic_split must add up to 100');
    }
    const isLabel = (text: string): boolean => /^[a-z0-9_-]{0,63}$/.test(text);
    if (!Object.entries(labels).every(([key, value]) => isLabel(key) && isLabel(value))) {
      return refused(400, 'INVALID_ARGUMENT', 'Labels have lower-case letters, digits, - and _, at most 63');
    }
    if (mask.includes('trafficSplit')) endpoint.trafficSplit = trafficSplit;
    if (mask.includes('labels')) endpoint.labels = labels;
    endpoint.etag = `a${Number(endpoint.etag.slice(1)) + 1}`;
    return { json: endpoint };
  };
  const double = await startHttpDouble({
    answer,
    isWrite: ({ method }) => method === 'PATCH',
    idle: { json: {} },
    denied: refused(403, 'PERMISSION_DENIED', "Permission 'aiplatform.endpoints.update' denied"),
  });
  const key = JSON.stringify({
    type: 'service_account',
    client_email: 'siskin@shop.iam.gserviceaccount.com',
    private_key: privateKey,
    token_uri: `${double.url}/token`,
  });
  const opened = (id: string, seconds = 10) =>
    openVertex({
      connection: {
        project: 'shop',
        location: 'europe-west4',
        key: { env: 'KEY' },
        url: double.url,
        'timeout-seconds': seconds,
      },
      target: { endpoint: id, deployment: '{model}-{version}' },
      place: placeWith({ KEY: key }),
    });
  return {
    double,
    endpoint,
    deployedModels,
    hooks,
    platform: opened('42'),
    absent: opened('43'),
    impatient: opened('42', 0.2),
    models,
    faults: double.faults,
    settle: async () => {},
    share: () => {
      const name = candidateIn(endpoint.labels, { alphabet: 'hex', before: 'fraud-' });
      const id = deployedModels.find(({ displayName }) => displayName === name)?.id;
      return id === undefined ? 0 : (endpoint.trafficSplit[id] ?? 0);
    },
    [Symbol.asyncDispose]: () => double[Symbol.asyncDispose](),
  };
}

describePlatform('Vertex AI', openStage, { digests: true, fence: true });
describeFaults('Vertex AI', openStage);

describe('Vertex AI', () => {
  it('sets the split and the fence by one request, and keeps other labels', async () => {
    await using stage = await openStage();

    await stage.platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 25 }));

    expect(stage.double.seen.filter(({ method }) => method === 'PATCH')).toHaveLength(1);
    expect(stage.endpoint).toMatchObject({ labels: { team: 'risk' }, trafficSplit: { 101: 75, 102: 25 } });
  });

  it('overwrites nothing that somebody else changed since it looked', async () => {
    await using stage = await openStage();
    stage.hooks.beforeWrite = () => Object.assign(stage.endpoint, { etag: 'a7', trafficSplit: { 103: 100 } });

    const late = stage.platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 25 }));

    await expect(late).rejects.toMatchObject({ code: 'conflict' });
    expect(stage.endpoint.trafficSplit).toEqual({ 103: 100 });
  });

  it('wants a name that only one deployed model has', async () => {
    await using stage = await openStage();
    stage.deployedModels.push({ id: '104', displayName: 'fraud-2-0-0' });

    const refused = stage.platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 25 }));

    await expect(refused).rejects.toThrow(/expected one deployed model named fraud-2-0-0 .*, found 2/);
  });

  it('leaves no part of an older, longer record behind', async () => {
    await using stage = await openStage();
    await stage.platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 25 }));
    const before = Object.keys(stage.endpoint.labels).length;

    await stage.platform.apply(wish({ fence: 2, champion: one }));

    expect(Object.keys(stage.endpoint.labels).length).toBeLessThan(before);
    expect(await stage.platform.observe()).toMatchObject({ fence: 2, candidate: null, weight: 0 });
  });

  it('tells neither key nor token', async () => {
    await using stage = await openStage();
    stage.faults.kind = 'denied';

    const { problems } = await stage.platform.probe();

    expect(problems).toHaveLength(1);
    expect(problems.join()).not.toMatch(/PRIVATE KEY|token-1/);
  });
});
