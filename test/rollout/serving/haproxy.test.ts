import { describe, expect, it } from 'vitest';
import { openHaproxy } from '../../../src/rollout/serving/haproxy.ts';
import { type RuntimeDouble, startRuntimeDouble } from './haproxy/runtime-double.ts';
import { modelOf } from './models.ts';
import { describePlatform } from './platform-contract.ts';
import { describeFaults } from './platform-faults.ts';
import { wish } from './platform-stage.ts';

// Their versions are the last number of an address of this machine, so that no name has to be found.
const models = [modelOf('1'), modelOf('2'), modelOf('3')] as const;
const [one, two] = models;

function opened(double: RuntimeDouble, over: Partial<Parameters<typeof openHaproxy>[0]['connection']> = {}) {
  return (backend = '{model}') =>
    openHaproxy({
      connection: {
        socket: double.socket,
        map: '/etc/haproxy/siskin.map',
        address: '127.0.0.{version}:8080',
        'timeout-seconds': 10,
        ...over,
      },
      target: { backend, servers: ['a', 'b'] },
      place: { model: 'fraud' },
      placing: 'address',
    });
}

async function openStage() {
  const double = await startRuntimeDouble();
  const [a, b] = [double.servers.get('a'), double.servers.get('b')];
  if (a === undefined || b === undefined) throw new Error('expected two servers');
  return {
    platform: opened(double)(),
    absent: opened(double)('nobody'),
    impatient: opened(double, { 'timeout-seconds': 0.1 })(),
    models,
    faults: double.faults,
    settle: async () => {},
    // By the address, not by the slot: what the new version gets.
    share: () => {
      const champion = /champion=(\w)/.exec(double.map.get('fraud/record') ?? '')?.[1] ?? 'a';
      return champion === 'a' ? b.weight : a.weight;
    },
    [Symbol.asyncDispose]: () => double[Symbol.asyncDispose](),
  };
}

describePlatform('HAProxy', openStage, { digests: true, fence: true });
describeFaults('HAProxy', openStage);

describe('HAProxy', () => {
  it('moves weights only, and no address, to promote and to roll back', async () => {
    await using double = await startRuntimeDouble();
    const platform = opened(double)();
    await platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 50 }));
    const before = [...double.servers].map(([name, { address }]) => [name, address]);

    await platform.apply(wish({ fence: 1, champion: two }));
    await platform.apply(wish({ fence: 2, champion: one }));

    expect([...double.servers].map(([name, { address }]) => [name, address])).toEqual(before);
    expect(before).toEqual([
      ['a', '127.0.0.1'],
      ['b', '127.0.0.2'],
    ]);
  });

  it('finds the champion by its address after a reload that lost the map', async () => {
    await using double = await startRuntimeDouble();
    const platform = opened(double)();
    await platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 50 }));
    await platform.apply(wish({ fence: 1, champion: two }));
    double.map.clear();

    expect(await platform.observe()).toMatchObject({ fence: null, champion: { version: null, digest: null } });
    await platform.apply(wish({ fence: 2, champion: two }));

    expect(double.servers.get('b')).toMatchObject({ address: '127.0.0.2', weight: 100 });
    expect(double.servers.get('a')).toMatchObject({ weight: 0 });
  });

  it('says of a candidate that is down that it gets nothing, and of one in maintenance why', async () => {
    await using double = await startRuntimeDouble();
    const platform = opened(double)();
    await platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 50 }));

    Object.assign(double.servers.get('b') ?? {}, { state: 0 });
    expect(await platform.observe()).toMatchObject({
      weight: 0,
      candidate: { ready: false },
      trouble: 'server fraud/b is down',
    });
    Object.assign(double.servers.get('b') ?? {}, { state: 2, admin: 1 });
    expect(await platform.observe()).toMatchObject({ weight: 0, trouble: 'server fraud/b is in maintenance' });
  });

  it('says that the candidate gets everything when the champion is down', async () => {
    await using double = await startRuntimeDouble();
    const platform = opened(double)();
    await platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 5 }));

    Object.assign(double.servers.get('a') ?? {}, { state: 0 });

    expect(await platform.observe()).toMatchObject({ weight: 100, trouble: 'server fraud/a is down' });
  });

  it('sees a weight that somebody set by hand', async () => {
    await using double = await startRuntimeDouble();
    const platform = opened(double)();
    await platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 0 }));

    Object.assign(double.servers.get('b') ?? {}, { weight: 25 });

    expect((await platform.observe()).weight).toBe(20);
  });

  it('sees an address that somebody set by hand, and puts it right', async () => {
    await using double = await startRuntimeDouble();
    const platform = opened(double)();
    await platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 10 }));

    Object.assign(double.servers.get('b') ?? {}, { address: '127.0.0.9' });

    expect(await platform.observe()).toMatchObject({
      candidate: { version: null, digest: null },
      trouble: 'server fraud/b is at 127.0.0.9:8080, and was put at 127.0.0.2:8080',
    });
    await platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 10 }));
    expect(await platform.observe()).toMatchObject({ candidate: { version: '2' }, weight: 10, trouble: null });
  });

  it('gives a header its share of the candidate, whatever the header says', async () => {
    await using double = await startRuntimeDouble();
    const platform = opened(double, { audience: { header: 'X-Cohort' } })();
    const value = 'a b;set server fraud/b weight 99\\"';
    const audience = { header: 'x-cohort', value };

    await platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 30, audience }));

    expect(Object.fromEntries(double.map)).toMatchObject({
      'fraud/audience': value,
      'fraud/share': '30',
      'fraud/candidate': 'b',
    });
    expect(double.servers.get('b')?.weight).toBe(0);
    expect((await platform.observe()).weight).toBe(30);
    await platform.apply(wish({ fence: 1, champion: one }));
    expect((await platform.observe()).weight).toBe(0);
  });

  it('wants to be told where a version answers', async () => {
    await using double = await startRuntimeDouble();
    const { address: _none, ...connection } = {
      socket: double.socket,
      map: '/etc/haproxy/siskin.map',
      address: '',
      'timeout-seconds': 1,
    };
    const platform = openHaproxy({
      connection,
      target: { backend: 'fraud', servers: ['a', 'b'] },
      place: { model: 'fraud' },
      placing: 'address',
    });

    expect((await platform.probe()).problems).toEqual([
      expect.stringContaining('expected `address` in the connection'),
    ]);
  });

  it.each(['fraud;show info', 'fraud b', 'fraud\n', '{model}/x'])('refuses the backend %j', async (backend) => {
    await using double = await startRuntimeDouble();

    expect(() => opened(double)(backend)).toThrow(/expected `serving.backend`/);
  });
});
