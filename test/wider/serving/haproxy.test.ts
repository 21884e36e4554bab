import { describe, expect, it } from 'vitest';
import { openHaproxy } from '../../../src/rollout/serving/haproxy.ts';
import { modelOf } from '../../rollout/serving/models.ts';
import { describePlatform } from '../../rollout/serving/platform-contract.ts';
import { wish } from '../../rollout/serving/platform-stage.ts';
import { toolAt } from '../tool.ts';
import { type HaproxyServer, startHaproxy } from './haproxy-server.ts';

const haproxy = toolAt('SISKIN_HAPROXY');
const models = [modelOf('1'), modelOf('2'), modelOf('3')] as const;
const [one, two, three] = models;

function opened(
  server: HaproxyServer,
  over: Partial<Parameters<typeof openHaproxy>[0]['connection']> = {},
  backend = 'fraud',
) {
  const { socket, map, address } = server;
  return openHaproxy({
    connection: { socket, map, address, 'timeout-seconds': 2, ...over },
    target: { backend, servers: ['a', 'b'] },
    place: { model: 'fraud' },
    placing: 'address',
  });
}

describePlatform(
  'a real HAProxy',
  async () => {
    const server = await startHaproxy(haproxy);
    const platform = opened(server);
    return {
      platform,
      absent: opened(server, {}, 'nobody'),
      models,
      faults: null,
      settle: async () => {},
      share: async () => {
        const { candidate } = await platform.observe();
        const counts = await server.answers(100);
        return candidate?.version == null ? 0 : (counts[candidate.version] ?? 0);
      },
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  },
  { digests: true, fence: true },
);

describe('a real HAProxy', () => {
  it('gives the candidate exactly its percent of the requests', async () => {
    await using server = await startHaproxy(haproxy);
    const platform = opened(server);

    for (const weight of [1, 7, 33, 99]) {
      await platform.apply(wish({ fence: 1, champion: one, candidate: two, weight }));
      expect((await server.answers(300))['2']).toBe(3 * weight);
    }
  });

  it('keeps weights and addresses when it is reloaded, and takes the next wish without its map', async () => {
    await using server = await startHaproxy(haproxy);
    const platform = opened(server);
    await platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 50 }));
    await platform.apply(wish({ fence: 1, champion: two, candidate: three, weight: 10 }));

    await server.reload();

    expect(await server.answers(100)).toEqual({ 2: 90, 3: 10 });
    expect(await platform.observe()).toMatchObject({ fence: null });
    await platform.apply(wish({ fence: 2, champion: two }));
    expect(await server.answers(100)).toEqual({ 2: 100 });
  });

  it('gives those with the header their share, and all others the champion', async () => {
    await using server = await startHaproxy(haproxy);
    const platform = opened(server, { audience: { header: 'x-cohort' } });
    const audience = { header: 'x-cohort', value: 'beta; "x" \\ users' };

    await platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 100, audience }));

    expect(await server.answers(50)).toEqual({ 1: 50 });
    expect(await server.answers(50, () => ({ 'x-cohort': 'other' }))).toEqual({ 1: 50 });
    expect(await server.answers(50, () => ({ 'x-cohort': audience.value }))).toEqual({ 2: 50 });
    await platform.apply(wish({ fence: 1, champion: one }));
    expect(await server.answers(50, () => ({ 'x-cohort': audience.value }))).toEqual({ 1: 50 });
  });

  it('keeps a user with the cookie where he is as the weight rises', async () => {
    await using server = await startHaproxy(haproxy);
    const platform = opened(server, { audience: { cookie: 'uid' } });
    const seen = new Map<number, Set<string>>();
    const shares: number[] = [];
    for (const weight of [20, 20, 60]) {
      await platform.apply(wish({ fence: 1, champion: one, candidate: two, weight, audience: { cookie: 'uid' } }));
      const users = new Set<string>();
      for (let user = 0; user < 200; user += 1) {
        const { 2: candidate = 0 } = await server.answers(1, () => ({ cookie: `uid=user-${user}` }));
        if (candidate === 1) users.add(String(user));
      }
      for (const before of seen.values()) for (const user of before) expect(users.has(user)).toBe(true);
      seen.set(seen.size, users);
      shares.push(users.size / 2);
    }
    expect(seen.get(0)).toEqual(seen.get(1));
    expect(shares[0]).toBeGreaterThan(10);
    expect(shares[0]).toBeLessThan(30);
    expect(shares[2]).toBeGreaterThan(48);
    expect(shares[2]).toBeLessThan(72);
  });

  it('says before a rollout that the socket has too low a level, and that its map is not there', async () => {
    await using server = await startHaproxy(haproxy);

    const lower = await opened(server, { socket: server.lowerSocket }).probe();
    const elsewhere = await opened(server, { map: '/etc/haproxy/other.map' }).probe();
    const nowhere = await opened(server, { socket: { path: '/nowhere.sock' } }).probe();

    expect(lower.problems).toEqual([expect.stringContaining('found `level operator`')]);
    expect(elsewhere.problems).toEqual([
      expect.stringContaining('use the map /etc/haproxy/other.map, found no such map'),
    ]);
    expect(nowhere.problems).toEqual([expect.stringMatching(/expected to reach HAProxy at \/nowhere.sock/)]);
  });

  it('changes nothing where it may not write', async () => {
    await using server = await startHaproxy(haproxy);
    await opened(server).apply(wish({ fence: 1, champion: one, candidate: two, weight: 5 }));

    const refused = opened(server, { socket: server.lowerSocket }).apply(
      wish({ fence: 1, champion: one, candidate: two, weight: 50 }),
    );

    await expect(refused).rejects.toMatchObject({ code: 'not-permitted' });
  });
});
