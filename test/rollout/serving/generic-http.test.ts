import { describe, expect, it } from 'vitest';
import { testContract } from '../../../src/rollout/serving/contract-test.ts';
import { Connection, openGenericHttp, Target } from '../../../src/rollout/serving/generic-http.ts';
import { signatureOf } from '../../../src/rollout/serving/http-signature.ts';
import { localServer } from '../../github/local-server.ts';
import { contractServer } from './contract-server.ts';
import { modelOf } from './models.ts';
import { describePlatform } from './platform-contract.ts';
import { describeFaults } from './platform-faults.ts';
import { wish } from './platform-stage.ts';

const secret = 'a secret that both sides have';
const models = [modelOf('1'), modelOf('2'), modelOf('3')] as const;
const [one, two] = models;

function opened(
  address: string,
  over: { readonly service?: string; readonly now?: () => number; readonly secret?: string } = {},
) {
  return openGenericHttp({
    connection: Connection.parse({ address, secret: { env: 'SECRET' }, 'timeout-seconds': 0.5 }),
    target: Target.parse(over.service === undefined ? {} : { service: over.service }),
    place: { secret: () => over.secret ?? secret, now: over.now ?? Date.now, model: 'fraud' },
  });
}

async function openStage() {
  const server = await contractServer(secret);
  return {
    server,
    platform: opened(server.url),
    absent: opened(server.url, { service: 'nobody' }),
    models,
    faults: server.faults,
    settle: async () => {
      await opened(server.url)
        .observe()
        .catch(() => {});
      await opened(server.url)
        .observe()
        .catch(() => {});
    },
    share: () => server.weight(),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

describePlatform('http', openStage, { digests: true, fence: true });
describeFaults('http', openStage);

describe('a service of kind http', () => {
  it('signs what the contract says', () => {
    const signed = {
      timestamp: 1_700_000_000_000,
      key: 'k',
      method: 'PUT',
      path: '/v1/services/fraud/traffic',
      body: Buffer.from('{}'),
    };
    // printf 'v1\n1700000000000\nk\nPUT\n/v1/services/fraud/traffic\n{}' | openssl dgst -sha256 -hmac secret
    expect(signatureOf('secret', signed)).toBe('v1=f179209705d05919c2cac43958edcc9615a3c4d43e517868d36a2125eab1e7a9');
  });

  it('says that the secret is another', async () => {
    await using server = await contractServer(secret);
    const platform = opened(server.url, { secret: 'another' });
    await expect(platform.observe()).rejects.toMatchObject({
      code: 'not-permitted',
      message: `expected the service fraud at ${server.url} to take the request, found 401 (not signed); check the shared secret and the clocks`,
    });
  });

  it('writes with a later timestamp when its clock went back, and leaves the service to a higher fence', async () => {
    await using server = await contractServer(secret);
    const [early, late] = [Date.now() - 60_000, Date.now()];
    await opened(server.url, { now: () => late }).apply(wish({ fence: 3, champion: one, candidate: two, weight: 5 }));
    const behind = opened(server.url, { now: () => early });
    await behind.apply(wish({ fence: 3, champion: one }));
    expect(await behind.observe()).toMatchObject({ candidate: null, weight: 0 });
    expect(server.seen).toEqual(['PUT', 'PUT', 'PUT', 'GET']);
    await expect(behind.apply(wish({ fence: 2, champion: one }))).rejects.toMatchObject({
      code: 'fenced',
      message: expect.stringContaining('found a newer writer with fence 3 (outdated); leave the service to it'),
    });
    expect(server.seen).toHaveLength(5);
  });

  it('follows no redirect and believes no page of a proxy', async () => {
    const path = '/v1/services/fraud/traffic';
    await using away = await localServer({
      [`GET ${path}`]: { status: 307, headers: { location: 'http://127.0.0.1:1/' } },
    });
    await expect(opened(away.url).observe()).rejects.toMatchObject({
      message: expect.stringContaining('found a redirect (307)'),
    });
    await using page = await localServer({ [`GET ${path}`]: { status: 200, json: 'Please log in' } });
    await expect(opened(page.url).observe()).rejects.toMatchObject({
      code: 'world-broken',
      message: expect.stringContaining('run `siskin serving-test` against it'),
    });
    await using busy = await localServer({
      [`PUT ${path}`]: { status: 503, json: { error: 'later' }, headers: { 'retry-after': '7' } },
    });
    await expect(opened(busy.url).apply(wish({ fence: 1, champion: one }))).rejects.toMatchObject({
      code: 'unavailable',
      retryAfterSeconds: 7,
    });
    const { problems } = await opened('http://127.0.0.1:2').probe();
    expect(problems).toEqual([
      expect.stringMatching(/^expected to reach the service fraud at http:\/\/127\.0\.0\.1:2, found .*ECONNREFUSED/),
    ]);
  });

  it('takes only names that a path can hold', () => {
    for (const service of ['../x', 'a/b', '', ' ', 'é', '{nothing}', 'constructor']) {
      expect(() =>
        openGenericHttp({
          connection: Connection.parse({ address: 'http://a', secret: { env: 'S' } }),
          target: { service },
          place: { secret: () => secret, now: Date.now, model: 'fraud' },
        }),
      ).toThrow('expected `serving.service` to be a name');
    }
    expect(() => opened('http://user:pw@host')).toThrow();
    expect(() => opened('http://host', { service: 'x-{model}' })).not.toThrow();
  });
});

describe('the contract test', () => {
  const found = async (address: string, waitMs = 150) => {
    const findings = await testContract(
      {
        service: { address, secret: () => secret, service: 'fraud', timeoutMs: 300, now: Date.now },
        champion: one,
        candidate: two,
        waitMs,
      },
      () => {},
    );
    return new Map(findings.map(({ promise, verdict }) => [promise, verdict]));
  };

  it('finds what a server of its own does not keep', async () => {
    await using server = await contractServer(secret);
    const broken = [...(await found(server.url))]
      .filter(([, verdict]) => verdict === 'broken')
      .map(([promise]) => promise);
    // The double hashes no bytes, looks at no clock and takes any JSON.
    expect(broken).toEqual([
      'refuses a request whose timestamp is too far away with 401',
      'refuses what is no traffic with 400',
      'does not serve bytes that are not those of the digest, and goes on with the champion',
    ]);
  });

  it('finds that a server says yes and does nothing', async () => {
    await using server = await contractServer(secret);
    server.faults.kind = 'idle';
    expect((await found(server.url, 40)).get('serves the champion that it is told to serve')).toBe('broken');
  });

  it('ends where nothing answers', async () => {
    expect(new Set((await found('http://127.0.0.1:1')).values())).toEqual(new Set(['broken']));
  });
});
